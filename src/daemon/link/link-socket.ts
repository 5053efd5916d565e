import { statSync } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import net from 'node:net';
import { dirname } from 'node:path';
import { daemonRunning, fileUnusable, problemOf } from '../../errors/index.ts';

/** Rejects with daemonRunning while a daemon serves that socket. */
export async function assertSocketFree(path: string): Promise<void> {
  const probe = net.connect(path);
  const outcome = await new Promise<'served' | 'free'>((resolve) => {
    probe.once('connect', () => resolve('served'));
    probe.once('error', () => resolve('free'));
  });
  probe.destroy();
  if (outcome === 'served') throw daemonRunning({ socket: path });
}

/**
 * Listens with mode 0600. The socket is bound under a temporary name and then renamed, so clients never see one that
 * does not listen yet or has another mode. Rejects with fileUnusable.
 */
export async function listen(server: net.Server, path: string): Promise<void> {
  const next = `${path}.${process.pid}`;
  server.on('error', () => {}); // failing to accept a connection (no descriptor left) must not end the process
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rm(next, { force: true });
    await new Promise<void>((resolve, reject) =>
      server.once('error', reject).listen({ path: next, backlog: 1024 }, () => resolve()),
    );
    await chmod(next, 0o600);
    await rename(next, path);
  } catch (error) {
    server.close();
    throw fileUnusable({ file: path, action: 'listen on', problem: problemOf(error) }, { cause: error });
  }
}

/**
 * Accepts no more connections, and removes the socket file unless another daemon has replaced it (its inode is not
 * `own`).
 */
export async function stopAccepting(server: net.Server, path: string, own: number | undefined): Promise<void> {
  if (!server.listening) return;
  server.close();
  if (inodeOf(path) === own) await rm(path, { force: true });
}

/** Returns the inode of the socket file. It changes when another daemon replaces the file. */
export function inodeOf(path: string): number | undefined {
  // synchronous: runs every few seconds, and the thread pool would wake more threads
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
