import { mostResultBytes } from '../cni/index.ts';

/** Decodes a plugin's stdout, but only as much as any consumer reads, so that a long output costs nothing more. */
export function shownStdout(bytes: Uint8Array): string {
  const length = Math.min(bytes.byteLength, mostResultBytes + 1);
  return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('utf8');
}
