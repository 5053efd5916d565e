import { readlink } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';

const mostLinks = 40;

/**
 * Where a path of the node is for this process, when the node's files are mounted under `root`: links are followed as
 * the node would (an absolute one never leaves the root), and ".." stops there. What does not exist is kept as it is.
 */
export async function inRoot(root: string, path: string): Promise<string> {
  let resolved = '/';
  let left = parts(path);
  for (let links = 0; left.length > 0;) {
    const [part = '', ...rest] = left;
    const next = part === '..' ? dirname(resolved) : join(resolved, part);
    const target = links < mostLinks ? await linkTarget(join(root, next)) : undefined;
    if (target !== undefined) links++;
    resolved = target === undefined ? next : isAbsolute(target) ? '/' : resolved;
    left = target === undefined ? rest : [...parts(target), ...rest];
  }
  return join(root, resolved);
}

const parts = (path: string): readonly string[] => path.split('/').filter((part) => part !== '' && part !== '.');

const linkTarget = (path: string): Promise<string | undefined> => readlink(path).catch(() => undefined); // no link, or nothing there
