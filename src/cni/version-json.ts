import type { VersionInvocation } from './invocation.ts';
import type { JsonObject } from './json.ts';
import { cniVersions } from './version.ts';

/** Formats the answer to VERSION, which echoes the requested version (CNI-13; CNI specification, section 2). */
export const versionJson = ({ cniVersion }: VersionInvocation): JsonObject => ({
  cniVersion: cniVersion ?? '1.1.0',
  supportedVersions: [...cniVersions],
});
