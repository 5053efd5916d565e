import { type FileHandle, open } from 'node:fs/promises';

const chunkBytes = 1024 * 1024;

/** Whether two files have the same bytes. Holds only one chunk of each in memory. Rejects as open(2) and read(2) do. */
export async function isSameContent(one: string, other: string): Promise<boolean> {
  await using first = await open(one, 'r');
  await using second = await open(other, 'r');
  if ((await first.stat()).size !== (await second.stat()).size) return false;
  const buffers = [Buffer.allocUnsafe(chunkBytes), Buffer.allocUnsafe(chunkBytes)] as const;
  for (let at = 0; ;) {
    const [a, b] = await Promise.all([pieceAt(first, at, buffers[0]), pieceAt(second, at, buffers[1])]);
    if (!a.equals(b)) return false;
    if (a.length === 0) return true;
    at += a.length;
  }
}

// read(2) may return fewer bytes than requested before the end of the file.
async function pieceAt(file: FileHandle, start: number, buffer: Buffer): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Whether a file contains a text; false if the file cannot be read. */
export async function holdsText(path: string, text: string): Promise<boolean> {
  try {
    await using file = await open(path, 'r');
    const buffer = Buffer.allocUnsafe(chunkBytes);
    const step = chunkBytes - Buffer.byteLength(text) + 1; // The text may span two chunks.
    for (let at = 0; ; at += step) {
      const piece = await pieceAt(file, at, buffer);
      if (piece.includes(text)) return true;
      if (piece.length < chunkBytes) return false;
    }
  } catch {
    return false;
  }
}
