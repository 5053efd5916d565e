import { dirname, isAbsolute } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { newPrefix, removeLeftovers, watchFolders } from '../files/index.ts';
import type { Report } from '../report/index.ts';
import { createBell } from './bell.ts';
import { type KeepOptions, type KeepTiming, look, newMemory } from './keeper.ts';

const usualTiming: KeepTiming = {
  lookMs: 10_000,
  settleMs: 50,
  firstPauseMs: 1000,
  longestMs: 300_000,
  calmMs: 600_000,
  now: Date.now,
};

/**
 * Keeps our configuration the one that the container runtime takes, until the signal is aborted; the file stays then.
 * It is first written when there is a default network (NPWG-92), rewritten when that changes, and never removed because
 * that is missing (K8S-69). Two programs that displace each other's file never become a busy loop: the pauses grow.
 * What cannot be done is reported and tried again. Never rejects. K8S-50, K8S-52, K8S-62.
 */
export async function keepConfiguration(
  options: () => KeepOptions,
  report: Report,
  signal: AbortSignal,
  timing = usualTiming,
): Promise<void> {
  const bell = createBell();
  const watch = watchFolders(bell.ring);
  const memory = newMemory();
  await removeLeftovers(options().folder, newPrefix);
  while (!signal.aborted) {
    watch.refresh(foldersOf(options())); // before the look: what happens after it rings again
    const pause = await look({ options: options(), memory, timing, report });
    await bell.wait(Math.min(pause, timing.lookMs), signal);
    await delay(timing.settleMs, undefined, { signal }).catch(() => {}); // the loop's condition says what an abort means
  }
  watch.close();
}

const foldersOf = ({ folder, defaultNetwork }: KeepOptions): readonly string[] => [
  folder,
  ...(defaultNetwork !== undefined && isAbsolute(defaultNetwork) ? [dirname(defaultNetwork), defaultNetwork] : []),
];
