import type { RecordKey } from '../journal/index.ts';

/** The key of a sandbox in a work queue. */
export const sandboxKey = ({ containerId, ifName }: RecordKey): string => `${containerId}@${ifName}`;

/** Returns the sandbox of a key. A container ID contains no "@" (CNI-17). */
export function recordKeyOf(key: string): RecordKey {
  const end = key.indexOf('@');
  return { containerId: key.slice(0, Math.max(0, end)), ifName: key.slice(end + 1) };
}

/** The container ID in a key; empty if the key names no sandbox. */
export const containerOf = (key: string): string => recordKeyOf(key).containerId;
