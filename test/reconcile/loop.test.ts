import { expect, it } from 'vitest';
import { ifMaybe } from '../../src/reconcile/index.ts';

it('work that there may be: done once, and still to be done when it fails', async () => {
  const flag = { maybe: true };
  const done: string[] = [];
  const work = async (): Promise<void> => {
    done.push('tried');
    if (done.length === 1) throw new Error('the disk');
  };
  await expect(ifMaybe(flag, work)).rejects.toThrow('the disk');
  expect(flag.maybe).toBe(true);
  await ifMaybe(flag, work);
  await ifMaybe(flag, work);
  expect([done, flag.maybe]).toEqual([['tried', 'tried'], false]);
});

it('what comes meanwhile is for the next time', async () => {
  const flag = { maybe: true };
  await ifMaybe(flag, async () => {
    flag.maybe = true;
  });
  expect(flag.maybe).toBe(true);
});

it('what another process has left is found without a word from it, a little later', async () => {
  const flag = { maybe: false };
  const done: string[] = [];
  const work = async (): Promise<void> => void done.push('looked');
  await ifMaybe(flag, work, 60_000);
  expect(done).toEqual(['looked']);
  await ifMaybe(flag, work, 60_000);
  expect(done).toEqual(['looked']);
  await ifMaybe(flag, work, 0);
  expect(done).toEqual(['looked', 'looked']);
});
