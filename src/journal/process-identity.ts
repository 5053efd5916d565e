import { readFile, readlink } from 'node:fs/promises';

/** Names one process to others of its process-ID namespace. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The namespace in which the process ID is valid. */
  readonly pidNamespace: string;
}

/** This process. */
export const ownIdentity = async (): Promise<ProcessIdentity> => ({
  pid: process.pid,
  pidNamespace: await readlink('/proc/self/ns/pid'),
});

/** The kernel's ID of this boot: different after every reboot. */
export const bootIdNow = async (): Promise<string> =>
  (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
