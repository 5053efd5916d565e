/** Shortens a text to a number of UTF-8 bytes (at least 4) at a character boundary and ends it with `…`. */
export function clip(text: string, mostBytes: number): string {
  const encoder = new TextEncoder();
  const fitting = (bytes: number): number => encoder.encodeInto(text, new Uint8Array(bytes)).read;
  return fitting(mostBytes) === text.length ? text : `${text.slice(0, fitting(mostBytes - 3))}…`;
}
