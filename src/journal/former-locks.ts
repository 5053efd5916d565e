import { lstatSync } from 'node:fs';
import { opendir, rm } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { beneath } from '../files/index.ts';

// Version 0.1 kept each lock as a file of its own, and each of its processes that held or awaited one listened on a
// unix socket `.alive-*` in the same folder. Such a process may still be at work during an upgrade: a call that direct
// mode or a daemon began before it. It is respected as a whole: this version acquires no lock while one of these
// sockets accepts connections, and removes files of that version when none does. A process of version 0.1 that
// starts after that, as after a downgrade, is not detected.

const beaconPrefix = '.alive-';
const isFormer = (name: string): boolean =>
  /^\.(?:alive|lock)-|@\.lock$|\.lock\.stale-/.test(name) || name === 'all.lock';

// A call waits while files are removed, and there may be millions: the next process continues.
const mostRemoved = 10_000;
const namesAtOnce = 1024;

/**
 * Whether a process of version 0.1 works in the folder. If none does, removes what such processes left, up to `most`
 * files. Never rejects.
 */
export async function anyFormerProcess(folder: string, most = mostRemoved): Promise<boolean> {
  return beneath(folder, async (path) => {
    const left: string[] = [];
    for await (const { name } of await opendir(path, { bufferSize: namesAtOnce })) {
      if (!isFormer(name)) continue;
      const file = join(path, name);
      if (name.startsWith(beaconPrefix) && (await isListening(file))) return true;
      if (left.length < most) left.push(file);
    }
    for (const file of left) await rm(file, { force: true }).catch(() => {});
    return false;
  }).catch(() => false);
}

// Only a refused connection proves that the process has ended.
async function isListening(path: string): Promise<boolean> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return false;
  const connection = net.connect(path);
  const isAnswered = await new Promise<boolean>((resolve) => {
    connection.once('connect', () => resolve(true));
    connection.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'),
    );
  });
  connection.destroy();
  return isAnswered;
}
