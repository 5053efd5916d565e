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
  const controller = createController({ name: 'configuration', backOff: timing.backOff, deadlineSeconds: 60, report });
  const watch = watchFolders(() => controller.add(key, timing.settleMs)); // the settle time: for the rest of a change
  const memory = newMemory();
  await removeLeftovers(options().folder, newPrefix);
  controller.add(key);
  const reconcile = async (): Promise<{ readonly afterMs: number }> => {
    watch.refresh(foldersOf(options())); // before the check: what happens after it adds the key again
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
