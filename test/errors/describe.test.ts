import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as errors from '../../src/errors/index.ts';

const bytes = (text: string): number => Buffer.byteLength(text);
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3000 }),
  fc.tuple(fc.constantFrom('x', 'ü', '語', '🐙', '\ud800'), fc.nat(20_000)).map(([unit, times]) => unit.repeat(times)),
);

describe('clip', () => {
  it('returns a text that fits unchanged', () => {
    expect(errors.clip('grün', 5)).toBe('grün');
    expect(errors.clip('', 4)).toBe('');
  });
  it.each([
    { text: 'abcdef', most: 5, clipped: 'ab…' },
    { text: 'üüü', most: 5, clipped: 'ü…' },
    { text: '🐙🐙', most: 7, clipped: '🐙…' },
    { text: '🐙🐙', most: 6, clipped: '…' },
  ])('shortens $text to $clipped if the limit is $most bytes', ({ text, most, clipped }) =>
    expect(errors.clip(text, most)).toBe(clipped),
  );
  it('keeps as many whole characters as fit within the limit', () => {
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

// The last kept character if it is half of a surrogate pair of the text.
const cutAt = (text: string, kept: string): string =>
  text.codePointAt(kept.length - 1) === kept.codePointAt(kept.length - 1) ? '' : kept.slice(-1);

describe('the printed form of an error', () => {
  const failed = (message: string, cause?: unknown): errors.PlexusError =>
    errors.pluginFailed({ plugin: 'p', command: 'ADD', message }, { where: { pod: 'shop/db' }, cause });

  it('contains the whole sentence if it is short, without repeating it in the details', () => {
    const error = failed('Link not found', new Error('inner'));
    expect(errors.summaryOf(error)).toBe(`PLX-PLUGIN-FAILED: plugin p failed (ADD): Link not found. ${error.kind.fix}`);
    expect(errors.detailsOf(error)).toBe('pod shop/db; caused by: inner');
  });
  it('names every combined error with its causes', () => {
    const full = new Error('no space', { cause: new Error('ENOSPC') });
    const both = new AggregateError([full, new Error('not a folder')]);
    expect(errors.detailsOf(failed('x', both))).toBe(
      'pod shop/db; caused by: no space; not a folder; caused by: ENOSPC',
    );
    const suppressed = Object.assign(new Error(''), { error: new Error('close'), suppressed: full });
    expect(errors.problemOf(suppressed)).toBe('close; no space');
  });
  it('starts with the identifier, ends with the fix, and is at most 1 KiB long, with details of at most 8 KiB', () => {
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
  it('leaves room for a sentence in every kind of error', () => {
    for (const each of Object.values(errors)) {
      if (typeof each === 'function' && 'id' in each)
        expect(bytes(`${each.id}: . ${each.kind.fix}`), each.id).toBeLessThanOrEqual(512);
    }
  });
});
