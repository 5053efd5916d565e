import { mostResultBytes } from '../cni/index.ts';

/** What a plugin wrote, as text: only as much of it as anybody reads, so that a longer one costs nothing more. */
export function shownStdout(bytes: Uint8Array): string {
  const length = Math.min(bytes.byteLength, mostResultBytes + 1);
  return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('utf8');
}
