import { describe, expect, it } from 'vitest';
import { fairTurns } from '../../src/service/fair-turns.ts';

describe('fair turns between tenants', () => {
  it('gives the next tenant its turn after one piece of work, however much another has queued', async () => {
    const done: string[] = [];
    const turn = fairTurns();
    const all = Array.from({ length: 30 }, (_, index) => turn('busy', () => done.push(`busy ${index}`)));
    const late = turn('neighbour', () => done.push('neighbour'));
    const second = turn('neighbour', () => done.push('neighbour again'));
    await late;
    expect(done).toEqual(['busy 0', 'busy 1', 'neighbour']);
    await second;
    expect(done.slice(3)).toEqual(['busy 2', 'neighbour again']);
    await Promise.all(all);
    expect(done.slice(5)).toEqual(Array.from({ length: 27 }, (_, index) => `busy ${index + 3}`));
  });

  it('runs one piece of work at a time and one round of the event loop between two', async () => {
    const seen: string[] = [];
    const turn = fairTurns();
    setImmediate(() => seen.push('event loop'));
    await Promise.all(['a', 'a', 'a'].map((of, index) => turn(of, () => seen.push(`work ${index}`))));
    expect(seen.slice(0, 3)).toEqual(['work 0', 'event loop', 'work 1']);
  });

  it('starts work at once if none is queued, also after an idle time', async () => {
    const turn = fairTurns();
    for (let times = 0; times < 3; times++) {
      let began = false;
      const work = turn('a', () => (began = true));
      expect(began).toBe(true);
      expect(await work).toBe(true);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  it('rejects only the caller whose work failed', async () => {
    const turn = fairTurns();
    const bad = turn('a', () => {
      throw new Error('bad');
    });
    const good = turn('a', () => 'good');
    await expect(bad).rejects.toThrow('bad');
    expect(await good).toBe('good');
  });
});
