import type { RecordKey } from '../journal/index.ts';

/** The key of a sandbox in a work queue. */
export const sandboxKey = ({ containerId, ifName }: RecordKey): string => `${containerId}@${ifName}`;

/** The sandbox that a key stands for: a container ID has no "@" (CNI-17). */
export function recordKeyOf(key: string): RecordKey {
  const end = key.indexOf('@');
  return { containerId: key.slice(0, Math.max(0, end)), ifName: key.slice(end + 1) };
}

/** The container ID in a key; empty in a key that is no sandbox's. */
export const containerOf = (key: string): string => recordKeyOf(key).containerId;
