import { expect, it } from 'vitest';
import { fairQueue } from '../../src/files/fair-queue.ts';
import { patience } from '../support/patience.ts';

const nextRound = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('runs one piece of asynchronous work at a time, and those of tenants alternately', async () => {
  const queue = fairQueue();
  const seen: string[] = [];
  let running = 0;
  const piece = (of: string) =>
    queue(
      of,
      async () => {
        expect(++running).toBe(1);
        await nextRound();
        seen.push(of);
        running--;
      },
      patience(),
    );
  const busy = [1, 2, 3, 4].map(() => piece('busy'));
  await Promise.all([...busy, piece('shop'), piece('shop')]);
  expect(seen).toEqual(['busy', 'shop', 'busy', 'shop', 'busy', 'busy']);
});

it('starts no work whose caller no longer waits, and goes on after work that failed', async () => {
  const queue = fairQueue();
  const stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = queue('a', () => promise, patience());
  const given = queue('a', () => Promise.reject(new Error('it ran')), stop.signal);
  const failing = queue('a', () => Promise.reject(new Error('it failed')), patience());
  stop.abort(new Error('no longer'));
  await expect(given).rejects.toThrow('no longer');
  resolve();
  await first;
  await expect(failing).rejects.toThrow('it failed');
  expect(await queue('b', async () => 'done', patience())).toBe('done');
});
