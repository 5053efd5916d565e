import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as errors from '../../src/errors/index.ts';

const bytes = (text: string): number => Buffer.byteLength(text);
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3000 }),
  fc.tuple(fc.constantFrom('x', 'ü', '語', '🐙', '\ud800'), fc.nat(20_000)).map(([unit, times]) => unit.repeat(times)),
);

describe('clip', () => {
  it('leaves a text that fits alone', () => {
    expect(errors.clip('grün', 5)).toBe('grün');
    expect(errors.clip('', 4)).toBe('');
  });
  it.each([
    { text: 'abcdef', most: 5, clipped: 'ab…' },
    { text: 'üüü', most: 5, clipped: 'ü…' },
    { text: '🐙🐙', most: 7, clipped: '🐙…' },
    { text: '🐙🐙', most: 6, clipped: '…' },
  ])('$text in $most bytes is $clipped', ({ text, most, clipped }) => expect(errors.clip(text, most)).toBe(clipped));
  it('never exceeds the limit, never cuts a character in two, and keeps as much as fits', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 4, max: 5000 }), (text, most) => {
        const clipped = errors.clip(text, most);
        if (bytes(text) <= most) return clipped === text;
        const kept = clipped.slice(0, -1);
        return (
          bytes(clipped) <= most &&
          bytes(clipped) >= most - 3 &&
          clipped.endsWith('…') &&
          text.startsWith(kept) &&
          !/\p{Surrogate}$/u.test(cutAt(text, kept))
        );
      }),
    );
  });
});

// the last character that was kept, if it is half of one that is whole in the text
const cutAt = (text: string, kept: string): string =>
  text.codePointAt(kept.length - 1) === kept.codePointAt(kept.length - 1) ? '' : kept.slice(-1);

describe('what people are told of an error', () => {
  const failed = (message: string, cause?: unknown): errors.PlexusError =>
    errors.pluginFailed({ plugin: 'p', command: 'ADD', message }, { where: { pod: 'shop/db' }, cause });

  it('is the whole sentence when that is short, and then the details do not repeat it', () => {
    const error = failed('Link not found', new Error('inner'));
    expect(errors.summaryOf(error)).toBe(`PLX-PLUGIN-FAILED: plugin p failed (ADD): Link not found. ${error.kind.fix}`);
    expect(errors.detailsOf(error)).toBe('pod shop/db; caused by: inner');
  });
  it('names every error that one combines, and what caused each of them', () => {
    const full = new Error('no space', { cause: new Error('ENOSPC') });
    const both = new AggregateError([full, new Error('not a folder')]);
    expect(errors.detailsOf(failed('x', both))).toBe(
      'pod shop/db; caused by: no space; not a folder; caused by: ENOSPC',
    );
    const suppressed = Object.assign(new Error(''), { error: new Error('close'), suppressed: full });
    expect(errors.problemOf(suppressed)).toBe('close; no space');
  });
  it('begins with the identifier, ends with what to do, and has at most 1 KiB; details have at most 8 KiB', () => {
    fc.assert(
      fc.property(anyText, anyText, (message, cause) => {
        const error = failed(message, cause);
        const [summary, details] = [errors.summaryOf(error), errors.detailsOf(error)];
        expect([bytes(summary) <= 1024, bytes(details) <= 8 * 1024]).toEqual([true, true]);
        expect(
          summary.startsWith('PLX-PLUGIN-FAILED: plugin p failed (ADD): ') && summary.endsWith(`. ${error.kind.fix}`),
        ).toBe(true);
        if (bytes(message) <= 2000) expect(`${summary} ${details}`).toContain(message);
      }),
    );
  });
  it('leaves room for a sentence, whatever kind of error it is', () => {
    for (const each of Object.values(errors)) {
      if (typeof each === 'function' && 'id' in each)
        expect(bytes(`${each.id}: . ${each.kind.fix}`), each.id).toBeLessThanOrEqual(512);
    }
  });
});
