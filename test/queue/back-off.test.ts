import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pauseAfter } from '../../src/queue/index.ts';

const backOff = fc
  .record({ firstMs: fc.integer({ min: 1, max: 10_000 }), factor: fc.integer({ min: 1, max: 1000 }) })
  .map(({ firstMs, factor }) => ({ firstMs, longestMs: firstMs * factor }));

it('doubles the pause up to the longest', () => {
  const pauses = [0, 1, 2, 3, 4, 5, 1000].map((failures) => pauseAfter(failures, { firstMs: 5, longestMs: 50 }));
  expect(pauses).toEqual([5, 5, 10, 20, 40, 50, 50]);
});

it('never shortens the pause as failures grow, and reaches the longest', () =>
  fc.assert(
    fc.property(backOff, fc.nat({ max: 2000 }), (limits, failures) => {
      expect(pauseAfter(failures + 1, limits)).toBeGreaterThanOrEqual(pauseAfter(failures, limits));
      expect(pauseAfter(2000, limits)).toBe(limits.longestMs);
    }),
  ));

it('shortens the pause at random by at most the jitter', () =>
  fc.assert(
    fc.property(
      backOff,
      fc.nat({ max: 40 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (limits, failures, part) => {
        const whole = pauseAfter(failures, limits);
        const pause = pauseAfter(failures, { ...limits, jitter: 0.5 }, () => part);
        expect(pause).toBeLessThanOrEqual(whole);
        expect(pause).toBeGreaterThan(whole / 2 - 1e-6);
      },
    ),
  ));
