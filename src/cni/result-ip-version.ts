import { familyText } from './result-parts.ts';
import type { ResultIp } from './result.ts';

/**
 * `version` as the plugin wrote it (versions before 1.0.0 decide by it, even when it is empty), else from the address.
 */
export const ipVersionOf = (ip: ResultIp): string => ip.version ?? familyText(ip.address);
