import { linkDamaged } from '../errors/index.ts';
import { type ByteStore, byteStore } from './byte-store.ts';

/** One frame of the host link (docs/host-link.md): its type, the number of its request, its body. */
export interface Frame {
  readonly type: number;
  readonly id: number;
  readonly body: Uint8Array;
}

/** Largest frame, whatever its header claims; the shim already rejects a configuration of 16 MiB from the runtime. */
const mostFrameBytes = 16 * 1024 * 1024;
const headBytes = 4;
const fixedBytes = 5;

/** Encodes a frame. */
export function encodeFrame(type: number, id: number, body: Uint8Array = new Uint8Array(0)): Buffer {
  const bytes = Buffer.allocUnsafe(headBytes + fixedBytes + body.length);
  bytes.writeUInt32BE(fixedBytes + body.length, 0);
  bytes.writeUInt8(type, headBytes);
  bytes.writeUInt32BE(id, headBytes + 1);
  bytes.set(body, headBytes + fixedBytes);
  return bytes;
}

/** Assembles frames from the pieces of a stream. */
export interface FrameReader {
  /**
   * Returns the frames that this piece completes. Throws linkDamaged for bytes that are not a frame; the stream is
   * unusable after that.
   */
  readonly push: (piece: Buffer) => readonly Frame[];
  /** Memory held for an incomplete frame, in bytes. */
  readonly held: () => number;
}

/**
 * Creates a reader for one stream. It holds at most twice the bytes that have arrived, regardless of the size in a
 * header, and retains no piece.
 */
export function frameReader(): FrameReader {
  let unfinished: ByteStore | undefined;
  const join = (piece: Buffer): Buffer => {
    unfinished?.add(piece);
    return unfinished?.bytes() ?? piece;
  };
  return {
    push: (piece) => {
      const bytes = join(piece);
      const frames: Frame[] = [];
      let at = 0;
      for (let size = sizeAt(bytes, at); size !== undefined; size = sizeAt(bytes, at)) {
        frames.push(frameIn(bytes.subarray(at, at + size)));
        at += size;
      }
      if (at === 0 && unfinished !== undefined) return frames;
      unfinished = undefined; // The returned frames are views of this memory.
      if (at < bytes.length) (unfinished = byteStore()).add(bytes.subarray(at));
      return frames;
    },
    held: () => unfinished?.capacity() ?? 0,
  };
}

/** Size of the frame that starts there, in bytes; undefined while its header is incomplete. */
function sizeAt(bytes: Buffer, at: number): number | undefined {
  if (bytes.length - at < headBytes) return undefined;
  const size = bytes.readUInt32BE(at);
  if (size < fixedBytes || size > mostFrameBytes) throw linkDamaged({ problem: `a frame of ${size} bytes` });
  return bytes.length - at < headBytes + size ? undefined : headBytes + size;
}

const frameIn = (bytes: Buffer): Frame => ({
  type: bytes.readUInt8(headBytes),
  id: bytes.readUInt32BE(headBytes + 1),
  body: bytes.subarray(headBytes + fixedBytes),
});

/** Writes the values of a body in order. */
export interface BodyWriter {
  u8(value: number): BodyWriter;
  u16(value: number): BodyWriter;
  u32(value: number): BodyWriter;
  /** Writes a length, then the bytes. */
  text(value: string | Uint8Array): BodyWriter;
  list<T>(items: readonly T[], each: (item: T) => void): BodyWriter;
  done(): Buffer;
}

/** Creates an empty body. */
export function bodyWriter(): BodyWriter {
  const parts: Uint8Array[] = [];
  const number = (bytes: number, write: (at: Buffer) => void): void => {
    const part = Buffer.allocUnsafe(bytes);
    write(part);
    parts.push(part);
  };
  const writer: BodyWriter = {
    u8: (value) => (number(1, (at) => at.writeUInt8(value)), writer),
    u16: (value) => (number(2, (at) => at.writeUInt16BE(value)), writer),
    u32: (value) => (number(4, (at) => at.writeUInt32BE(value)), writer),
    text: (value) => {
      const bytes = typeof value === 'string' ? Buffer.from(value) : value;
      writer.u32(bytes.length);
      parts.push(bytes);
      return writer;
    },
    list: (items, each) => {
      writer.u32(items.length);
      for (const item of items) each(item);
      return writer;
    },
    done: () => Buffer.concat(parts),
  };
  return writer;
}

/** Reads the values of a body. Throws linkDamaged if it is too short; ignores extra bytes of newer versions. */
export interface BodyReader {
  u8(): number;
  u16(): number;
  u32(): number;
  text(): string;
  bytes(): Uint8Array;
  /** Throws linkDamaged for more items than `most`. */
  list<T>(each: () => T, most: number): T[];
}

/** Creates a reader at the start of a body. */
export function bodyReader(body: Uint8Array): BodyReader {
  const view = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  let at = 0;
  const take = (bytes: number): number => {
    if (bytes > view.length - at) throw linkDamaged({ problem: 'a frame that ends too early' });
    at += bytes;
    return at - bytes;
  };
  const u32 = (): number => view.readUInt32BE(take(4));
  const bytes = (): Buffer => {
    const length = u32();
    const start = take(length);
    return view.subarray(start, start + length);
  };
  return {
    u8: () => view.readUInt8(take(1)),
    u16: () => view.readUInt16BE(take(2)),
    u32,
    text: () => bytes().toString('utf8'),
    bytes,
    list: (each, most) => {
      const count = u32();
      if (count > most) throw linkDamaged({ problem: `a list of ${count} items, but at most ${most} are allowed` });
      const items: ReturnType<typeof each>[] = [];
      for (let index = 0; index < count; index++) items.push(each());
      return items;
    },
  };
}
