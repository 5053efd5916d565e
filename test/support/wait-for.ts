import { setTimeout as delay } from 'node:timers/promises';

const pauseMs = 50;
const mostTries = 400;

/** Waits until a condition holds (a rejection counts as "not yet"), for a bounded number of tries. */
export async function waitFor(what: string, condition: () => Promise<boolean>): Promise<void> {
  let last: unknown;
  for (let tries = 0; tries < mostTries; tries++) {
    try {
      if (await condition()) return;
    } catch (error) {
      last = error;
    }
    await delay(pauseMs);
  }
  throw new Error(`waited in vain for ${what}`, { cause: last });
}
