import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Shape, jsonScanner } from '../../src/kube/json-scan.ts';

const cut = (bytes: Buffer, places: readonly number[]): readonly Buffer[] => {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
};
const scan = (shape: Shape, pieces: readonly Uint8Array[]) => {
  const scanner = jsonScanner(shape);
  const documents = pieces.flatMap((piece) => scanner.push(piece));
  return { documents, isInside: scanner.isInside() };
};

const keys = ['a', 'b', 'metadata', 'ü"\\', ''] as const;
const long = 1_000_000;
const inner: Shape = { keys: { a: long, metadata: { keys: { a: long, b: { wholeBytes: long } } }, 'ü"\\': long } };

/** A three-line reference implementation for JSON in memory. */
function picked(shape: Shape, value: unknown): unknown {
  if (typeof shape === 'number') return typeof value === 'object' && value !== null ? {} : value;
  if ('wholeBytes' in shape) return typeof value === 'object' && value !== null ? value : {};
  if (!('keys' in shape) || typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(shape.keys).flatMap(([key, below]) =>
      Object.hasOwn(value, key) ? [[key, picked(below, (value as Record<string, unknown>)[key])]] : [],
    ),
  );
}

const anyJson = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string({ unit: 'grapheme' })), tie('value'), {
    maxKeys: 5,
  }),
})).object;
const written = (value: unknown, indent: number): string => JSON.stringify(value, null, indent);

describe('the JSON scanner', () => {
  it('keeps what the shape names, for any document, however its bytes are split', () => {
    fc.assert(
      fc.property(
        fc.array(anyJson, { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        fc.constantFrom(0, 2),
        (values, places, indent) => {
          const bytes = Buffer.from(values.map((value) => `${written(value, indent)}\n`).join(''));
          const expected = values.map((value) => picked(inner, JSON.parse(JSON.stringify(value))));
          expect(scan(inner, cut(bytes, places))).toEqual({ documents: expected, isInside: false });
        },
      ),
    );
  });
  it('passes on the elements of a list one by one', () => {
    fc.assert(
      fc.property(fc.array(anyJson), fc.array(fc.nat(), { maxLength: 8 }), (items, places) => {
        const taken: unknown[] = [];
        const bytes = Buffer.from(JSON.stringify({ kind: 'List', items, metadata: { continue: 'more' } }));
        const shape: Shape = {
          keys: {
            metadata: { keys: { continue: 100 } },
            items: { each: inner, take: (value) => void taken.push(value) },
          },
        };
        expect(scan(shape, cut(bytes, places)).documents).toEqual([{ metadata: { continue: 'more' }, items: {} }]);
        expect(taken).toEqual(items.map((value) => picked(inner, JSON.parse(JSON.stringify(value)))));
      }),
    );
  });
  it('replaces a string above its limit by its length, and continues', () => {
    const text = JSON.stringify({ a: 'x'.repeat(11), b: 'y'.repeat(10) });
    expect(scan({ keys: { a: 10, b: 10 } }, cut(Buffer.from(text), [8, 15])).documents).toEqual([
      { a: { leftOutBytes: 11 }, b: 'y'.repeat(10) },
    ]);
  });
  it('does not end a document early', () => {
    const text = Buffer.from('{"a":[{"b":"}"}]}');
    for (let length = 1; length < text.length; length++)
      expect(scan(inner, [text.subarray(0, length)]), text.toString('utf8', 0, length)).toEqual({
        documents: [],
        isInside: true,
      });
  });
  it.each(['<html>', 'null', '"text"', '{"a":1]', '}', '{1:2}', '{"a":tru}', '{"a":"\u0001"}', '{"a":"\\x"}'])(
    'rejects %j',
    (text) => {
      expect(() => scan(inner, [Buffer.from(text)])).toThrow(/./);
    },
  );
  it('rejects a value to be kept whole that is too long', () => {
    expect(() => scan({ wholeBytes: 10 }, [Buffer.from('{"a":"'), Buffer.from('xxxxxxxxxx"}')])).toThrow(
      'a value is longer than 10 bytes',
    );
  });
});
