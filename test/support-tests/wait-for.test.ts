import { describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';

describe('waiting for a condition', () => {
  it('ends when the condition holds, and treats a rejection as "not yet"', async () => {
    const answers = [
      () => Promise.resolve(false),
      () => Promise.reject(new Error('no socket')),
      () => Promise.resolve(true),
    ];
    await waitFor('three tries', () => answers.shift()?.() ?? Promise.reject(new Error('one too many')));
    expect(answers).toEqual([]);
  });

  it.for([
    ['not yet', () => Promise.resolve(false)],
    ['Error: no socket', () => Promise.reject(new Error('no socket'))],
  ] as const)('times out after a number of attempts, the last with %s', async ([last, condition]) => {
    await expect(waitFor('a sign', condition, { mostTries: 2 })).rejects.toThrow(
      `waited in vain for a sign: 2 tries, the last with ${last}`,
    );
  });
});
