/**
 * Shortens a text to a number of UTF-8 bytes (at least 4) at a character boundary and ends it with `…`. The result is a
 * copy: a slice would keep the whole text in memory, and errors are kept in the history of recent operations.
 */
export function clip(text: string, mostBytes: number): string {
  const encoder = new TextEncoder();
  const fitting = (bytes: number): number => encoder.encodeInto(text, new Uint8Array(bytes)).read;
  if (fitting(mostBytes) === text.length) return text;
  const units = Uint16Array.from({ length: fitting(mostBytes - 3) }, (_, at) => text.charCodeAt(at));
  return `${String.fromCharCode(...units)}…`;
}
