import { readlinkSync } from 'node:fs';

const descriptor = /^\/proc\/self\/fd\/\d+/;

/** Resolves a path beneath a descriptor to a readable path. */
export function shownPath(path: string): string {
  const [start] = descriptor.exec(path) ?? [];
  if (start === undefined) return path;
  try {
    return `${readlinkSync(start)}${path.slice(start.length)}`;
  } catch {
    return path; // The descriptor has been closed.
  }
}
