import { dirname, isAbsolute } from 'node:path';
import { newPrefix, removeLeftovers, watchFolders } from '../files/index.ts';
import { createController } from '../queue/index.ts';
import type { Report } from '../report/index.ts';
import { type KeepOptions, type KeepTiming, look, newMemory } from './keeper.ts';

const usualTiming: KeepTiming = {
  lookMs: 10_000,
  settleMs: 50,
  backOff: { firstMs: 1000, longestMs: 300_000 },
  calmMs: 600_000,
  now: Date.now,
};
const key = 'conflist';

/**
 * Keeps our configuration the first in the container runtime's folder until the signal is aborted; the file then stays.
 * Writes it as soon as there is a default network (NPWG-92), rewrites it when that network changes, and never removes
 * it when that network is missing (K8S-69). If another program keeps displacing the file, the pauses between
 * corrections grow, so the two never loop busily. Failures are reported and retried. Never rejects. K8S-50, K8S-52,
 * K8S-62.
 */
export async function keepConfiguration(
  options: () => KeepOptions,
  report: Report,
  signal: AbortSignal,
  timing = usualTiming,
): Promise<void> {
  const controller = createController({ name: 'configuration', backOff: timing.backOff, deadlineSeconds: 60, report });
  const watch = watchFolders(() => controller.add(key, timing.settleMs)); // wait until a change is complete
  const memory = newMemory();
  await removeLeftovers(options().folder, newPrefix);
  controller.add(key);
  const reconcile = async (): Promise<{ readonly afterMs: number }> => {
    watch.refresh(foldersOf(options())); // watch before checking, so that a later change schedules another check
    const pause = await look({ options: options(), memory, timing, report });
    return { afterMs: Math.min(pause, timing.lookMs) };
  };
  await controller.run({ reconcile }, signal);
  watch.close();
}

const foldersOf = ({ folder, defaultNetwork }: KeepOptions): readonly string[] => [
  folder,
  ...(defaultNetwork !== undefined && isAbsolute(defaultNetwork) ? [dirname(defaultNetwork), defaultNetwork] : []),
];
