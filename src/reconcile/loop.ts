import { setTimeout as delay } from 'node:timers/promises';
import { asPlexusError } from '../errors/index.ts';
import type { Report } from '../report/index.ts';

export interface LoopOptions {
  readonly intervalMs: number;
  /** After failures the pause doubles up to this. */
  readonly longestMs: number;
  readonly report: Report;
}

/** Runs `work` again and again until the signal is aborted: after each run a pause with jitter, longer after failures, which are reported. */
export async function everySoOften({ intervalMs, longestMs, report }: LoopOptions, work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    try {
      await work();
      failures = 0;
    } catch (thrown) {
      if (signal.aborted) return;
      failures++;
      report({ kind: 'problem', sandbox: '', error: asPlexusError(thrown) });
    }
    const pause = Math.min(longestMs, intervalMs * 2 ** Math.min(failures, 16)) * (0.75 + Math.random() / 2);
    await delay(pause, undefined, { signal }).catch(() => {}); // the loop's condition says what an abort means
  }
}

/** Does work that there may be; when it fails there still is. What comes while it runs is for the next time. */
export async function ifMaybe(flag: { maybe: boolean }, work: () => Promise<void>): Promise<void> {
  if (!flag.maybe) return;
  flag.maybe = false;
  try {
    await work();
  } catch (thrown) {
    flag.maybe = true;
    throw thrown;
  }
}
