/** A text of at most so many bytes in UTF-8 (4 at least), no character cut in two; `…` stands for what is left out. */
export function clip(text: string, mostBytes: number): string {
  const encoder = new TextEncoder();
  const fitting = (bytes: number): number => encoder.encodeInto(text, new Uint8Array(bytes)).read;
  return fitting(mostBytes) === text.length ? text : `${text.slice(0, fitting(mostBytes - 3))}…`;
}
