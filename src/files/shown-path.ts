import { readlinkSync } from 'node:fs';

const descriptor = /^\/proc\/self\/fd\/\d+/;

/** A path for people: where a path beneath a descriptor leads. */
export function shownPath(path: string): string {
  const [start] = descriptor.exec(path) ?? [];
  if (start === undefined) return path;
  try {
    return `${readlinkSync(start)}${path.slice(start.length)}`;
  } catch {
    return path; // it has been closed
  }
}
