/**
 * Shortens a text to a number of UTF-8 bytes (at least 4) at a character boundary and ends it with `…`. The result is a
 * copy: a slice would keep the whole text in memory, and errors are kept in the history of recent operations.
 */
export function clip(text: string, mostBytes: number): string {
  const encoder = new TextEncoder();
  const fits = encoder.encodeInto(text, new Uint8Array(mostBytes)).read === text.length;
  if (fits) return text;
  const bytes = new Uint8Array(mostBytes - 3);
  const { written } = encoder.encodeInto(text, bytes);
  return `${new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, written))}…`;
}
