import { readdir, readlink } from 'node:fs/promises';

/** Returns the number of processes that have a file open. */
export async function processesWith(path: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const opened = await Promise.all(pids.map((pid) => hasOpen(pid, path)));
  return opened.filter(Boolean).length;
}

async function hasOpen(pid: string, path: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []);
  const targets = await Promise.all(descriptors.map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
  return targets.includes(path);
}
