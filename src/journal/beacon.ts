import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';

/** Start of the names of beacons. */
export const beaconPrefix = '.alive-';

/** A sign of life that processes of any process-ID namespace see: a unix socket, which the kernel closes with its process. */
export interface Beacon {
  /** File name in the folder; undefined where there can be none (the path of a socket is short). */
  readonly name: string | undefined;
  readonly end: () => Promise<void>;
}

const longestPath = 100;

/** Lights a beacon in a folder that is there. Never rejects: without one, this process counts as alive everywhere else. */
export async function lightBeacon(folder: string): Promise<Beacon> {
  const name = `${beaconPrefix}${randomUUID().slice(0, 8)}`;
  const path = join(folder, name);
  const none: Beacon = { name: undefined, end: async () => {} };
  if (Buffer.byteLength(path) > longestPath) return none;
  const server = net.createServer((connection) => connection.destroy());
  const listening = new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(path, () => resolve(true));
  });
  if (!(await listening)) return none;
  server.on('error', () => {}).unref();
  return { name, end: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Whether the process of a beacon may be alive: only a refused connection, or none at all, says that it is gone. */
export async function isLit(path: string): Promise<boolean> {
  const connection = net.connect(path);
  const answer = await new Promise<boolean>((resolve) => {
    connection.once('connect', () => resolve(true));
    connection.once('error', (error: NodeJS.ErrnoException) => resolve(!['ECONNREFUSED', 'ENOENT'].includes(error.code ?? '')));
  });
  connection.destroy();
  return answer;
}

/** Removes the beacon of a process that is gone; another one stays. */
export async function removeIfDark(path: string): Promise<void> {
  if (!(await isLit(path))) await rm(path, { force: true }).catch(() => {}); // garbage is no failure
}
