import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileUnusable, problemOf } from '../errors/index.ts';

/** System calls for which Node.js has no API (src/shim/node/native.c). */
export interface Native {
  /** User ID of the process at the other end of a unix socket; undefined on failure. */
  readonly peerUid: (fd: number) => number | undefined;
  /**
   * Changes the lock of one byte of an open file (fcntl(2), F_OFD_SETLK) without waiting. Returns 0 or an error number
   * (EAGAIN: another open file holds it).
   */
  readonly lockByte: (fd: number, type: number, offset: number) => number;
  /**
   * Index of the link with this name or alternative name, of up to 15 bytes, in the namespace of this process; 0 if
   * there is none.
   */
  readonly linkIndex: (name: string) => number;
}

/** Loads the native addon from beside the bundle or from dist/. Throws fileUnusable. */
export function loadNative(): Native {
  const places = ['native.node', '../../dist/native.node'].map((name) => join(import.meta.dirname, name));
  const problems: string[] = [];
  for (const place of places) {
    try {
      return createRequire(import.meta.url)(place) as Native;
    } catch (error) {
      problems.push(problemOf(error));
    }
  }
  throw fileUnusable({
    file: places[0] ?? '',
    action: 'load',
    problem: `${problems.join('; ')} (npm run build makes it)`,
  });
}
