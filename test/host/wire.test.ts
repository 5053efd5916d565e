import { array, assert, integer, property, tuple, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Frame, bodyReader, bodyWriter, encodeFrame, frameReader } from '../../src/host/wire.ts';
import { decodeLinks, decodeRan } from '../../src/host/link-messages.ts';
import { shimFrame } from '../support/link-codec.ts';

const plain = ({ type, id, body }: Frame) => ({ type, id, body: [...body] });

/** The frames of a stream whose pieces are overwritten after use, as a socket may do. */
function framesOf(pieces: readonly Buffer[]): ReturnType<typeof plain>[] {
  const reader = frameReader();
  return pieces.flatMap((piece) => {
    const frames = reader.push(piece).map(plain);
    piece.fill(0xff);
    return frames;
  });
}

describe('the frame reader', () => {
  it('returns the same frames however the stream is split, and retains no piece', () => {
    const frame = tuple(
      integer({ min: 1, max: 255 }),
      integer({ min: 0, max: 2 ** 32 - 1 }),
      uint8Array({ maxLength: 40 }),
    );
    const cuts = array(integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 });
    assert(
      property(array(frame, { maxLength: 12 }), cuts, (frames, lengths) => {
        const stream = Buffer.concat(frames.map(([type, id, body]) => encodeFrame(type, id, body)));
        const pieces: Buffer[] = [];
        for (let [at, turn] = [0, 0]; at < stream.length; turn++) {
          const length = lengths[turn % lengths.length] ?? 1;
          pieces.push(Buffer.from(stream.subarray(at, at + length)));
          at += length;
        }
        expect(framesOf(pieces)).toEqual(frames.map(([type, id, body]) => ({ type, id, body: [...body] })));
      }),
    );
  });

  it('holds at most twice the bytes that have arrived, even if a frame arrives byte by byte', () => {
    const reader = frameReader();
    const frame = encodeFrame(2, 1, Buffer.alloc(300_000, 7));
    let most = 0;
    for (const [index, byte] of frame.subarray(0, -1).entries()) {
      expect(reader.push(Buffer.from([byte]))).toEqual([]);
      most = Math.max(most, reader.held() / (index + 1 + 1024));
    }
    expect(most).toBeLessThanOrEqual(2);
    expect(reader.push(frame.subarray(-1)).map(({ body }) => body.length)).toEqual([300_000]);
    expect(reader.held()).toBe(0);
  });

  it('allocates nothing for a frame of which only the header has arrived', () => {
    const reader = frameReader();
    const head = Buffer.alloc(4);
    head.writeUInt32BE(16 * 1024 * 1024);
    expect(reader.push(head)).toEqual([]);
    expect(reader.held()).toBeLessThan(4096);
    expect(() => frameReader().push(Buffer.from([1, 0, 0, 1]))).toThrow(/a frame of 16777217 bytes/);
  });
});

describe('limits of a frame body', () => {
  it('a list with more items than the limit is rejected before an item is read', () => {
    const body = bodyWriter().u32(1001).done();
    expect(() => bodyReader(body).list(() => 0, 1000)).toThrow(/a list of 1001 items/);
  });

  it('more links, or addresses of all links, than a namespace may have are rejected', () => {
    const link = (addresses: number) => {
      const writer = bodyWriter().text('a').text('').u32(0).u8(1).u32(addresses);
      for (let index = 0; index < addresses; index++) writer.text('');
      return writer.done();
    };
    const linksOf = (count: number, addresses: number) =>
      decodeLinks({
        type: shimFrame.links,
        id: 1,
        body: Buffer.concat([bodyWriter().u32(count).done(), ...Array.from({ length: count }, () => link(addresses))]),
      });
    expect(linksOf(2, 3)).toHaveLength(2);
    expect(() => linksOf(4097, 0)).toThrow(/a list of 4097 items/);
    expect(linksOf(2, 4096)).toHaveLength(2);
    expect(() => linksOf(1, 8193)).toThrow(/a list of 8193 items/);
    expect(() => linksOf(3, 4096)).toThrow(/a list of 4096 items, but at most 0 are allowed/);
  });

  it('plugin output is decoded only up to the bytes that a consumer reads', () => {
    const ran = (stdout: Buffer) =>
      decodeRan({ type: shimFrame.ran, id: 1, body: bodyWriter().u32(0).text(stdout).text('said').done() });
    const long = ran(Buffer.alloc(3_000_000, 97));
    expect(long.stdout).toHaveLength(256 * 1024 + 1);
    expect(long).toMatchObject({ exitCode: 0, stderr: 'said' });
    expect(ran(Buffer.from('{}')).stdout).toBe('{}');
  });
});
