import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Netns } from './netns.ts';

/**
 * Makes a server of this process on 127.0.0.1:port reachable at the same address inside a namespace: a child in the
 * namespace listens on that port and forwards connections through a unix socket. Returns a function that closes it.
 */
export async function openDoor(netns: Netns, port: number): Promise<() => Promise<void>> {
  const path = join(tmpdir(), `${netns.name}-${port}.sock`);
  const inner = net.createServer((client) => joinSockets(client, net.connect(port, '127.0.0.1')));
  inner.listen(path);
  await once(inner, 'listening');
  const child = spawn(
    'nsenter',
    [`--net=${netns.path}`, process.execPath, join(import.meta.dirname, 'netns-door-child.ts'), String(port), path],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ready = once(child.stdout, 'data');
  await Promise.race([
    ready,
    once(child, 'exit').then(() => Promise.reject(new Error('the door into the namespace did not open'))),
  ]);
  return async () => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    inner.close();
    await rm(path, { force: true });
  };
}

/** Joins two connections; if one ends or breaks, the other does too. */
export function joinSockets(one: net.Socket, other: net.Socket): void {
  one.pipe(other).pipe(one);
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}
