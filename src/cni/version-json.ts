import type { VersionInvocation } from './invocation.ts';
import type { JsonObject } from './json.ts';
import { cniVersions } from './version.ts';

/** The answer to VERSION: the version asked for is echoed (CNI-13). CNI specification, section 2, "VERSION". */
export const versionJson = ({ cniVersion }: VersionInvocation): JsonObject => ({
  cniVersion: cniVersion ?? '1.1.0',
  supportedVersions: [...cniVersions],
});
