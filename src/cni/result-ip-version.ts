import { familyText } from './result-parts.ts';
import type { ResultIp } from './result.ts';

/**
 * `version` as the plugin wrote it, otherwise derived from the address. Versions before 1.0.0 use the written value
 * even when it is empty.
 */
export const ipVersionOf = (ip: ResultIp): string => ip.version ?? familyText(ip.address);
