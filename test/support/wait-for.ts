import { setTimeout as delay } from 'node:timers/promises';
import { patienceMs } from './patience.ts';

const pauseMs = 50;

/** Waits until a condition holds (a rejection counts as "not yet"), for a limited number of attempts. */
export async function waitFor(
  what: string,
  condition: () => Promise<boolean>,
  { mostTries = patienceMs / pauseMs } = {},
): Promise<void> {
  let last: unknown;
  for (let tries = 0; tries < mostTries; tries++) {
    last = 'not yet';
    try {
      if (await condition()) return;
    } catch (error) {
      last = error;
    }
    await delay(pauseMs);
  }
  throw new Error(`waited in vain for ${what}: ${mostTries} tries, the last with ${String(last)}`, { cause: last });
}
