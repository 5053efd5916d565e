import { readlink } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';

const mostLinks = 40;

/**
 * Translates a path of the node for this process, which has the node's files mounted under `root`. Links are followed
 * as on the node: an absolute link never leaves the root, and ".." stops there. Missing components are kept.
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

// Not a link, or missing.
const linkTarget = (path: string): Promise<string | undefined> => readlink(path).catch(() => undefined);
