import { randomUUID } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { openFolder } from '../files/index.ts';

/** Start of the names of beacons. */
export const beaconPrefix = '.alive-';

/**
 * A sign of life that processes of any process-ID namespace see: a unix socket, which the kernel closes with its
 * process.
 */
export interface Beacon {
  /** File name in the folder; undefined where there can be none. */
  readonly name: string | undefined;
  readonly end: () => Promise<void>;
}

/**
 * Lights a beacon in a folder that is there. Never rejects: without one, this process counts as alive everywhere else.
 */
export async function lightBeacon(folder: string): Promise<Beacon> {
  try {
    const open = openFolder(folder);
    const beacon = await lightIn(open.path);
    if (beacon.name !== undefined)
      return { name: beacon.name, end: () => beacon.end().finally(() => open[Symbol.dispose]()) };
    open[Symbol.dispose]();
    return none;
  } catch {
    return none;
  }
}

const none: Beacon = { name: undefined, end: async () => {} };

async function lightIn(folder: string): Promise<Beacon> {
  const name = `${beaconPrefix}${randomUUID().slice(0, 8)}`;
  const path = join(folder, name);
  const server = net.createServer((connection) => connection.destroy());
  const listening = new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(path, () => resolve(true));
  });
  if (!(await listening)) return none;
  server.on('error', () => {}).unref();
  return { name, end: () => new Promise((resolve) => server.close(() => resolve())) };
}

/**
 * Whether the process of a beacon may be alive: only a refused connection, or none at all, says that it is gone. What
 * is no socket is no beacon.
 */
export async function isLit(path: string): Promise<boolean> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return false;
  const connection = net.connect(path);
  const answer = await new Promise<boolean>((resolve) => {
    connection.once('connect', () => resolve(true));
    connection.once('error', (error: NodeJS.ErrnoException) =>
      resolve(!['ECONNREFUSED', 'ENOENT'].includes(error.code ?? '')),
    );
  });
  connection.destroy();
  return answer;
}

/** Removes the beacon of a process that is gone; another one stays. */
export async function removeIfDark(path: string): Promise<void> {
  if (!(await isLit(path))) await rm(path, { force: true }).catch(() => {}); // garbage is no failure
}
