import { isDeepStrictEqual } from 'node:util';
import { type WatchedCluster, standInFile, writeStandIn } from '../cluster/index.ts';
import type { JsonObject } from '../cni/index.ts';
import { everySoOften } from '../reconcile/index.ts';
import type { Report } from '../report/index.ts';

/**
 * Keeps on the disk what direct mode needs to stand in for the daemon: written when it has changed, once all networks
 * are known.
 */
export async function leaveStandIn(
  {
    watched,
    settings,
    cniDir,
    report,
  }: {
    readonly watched: WatchedCluster | undefined;
    readonly settings: () => JsonObject;
    readonly cniDir: string;
    readonly report: Report;
  },
  signal: AbortSignal,
): Promise<void> {
  let written: { readonly revision: number; readonly settings: JsonObject } | undefined;
  await everySoOften(
    { intervalMs: 5000, longestMs: 60_000, report },
    async () => {
      const now = { revision: watched?.nads?.revision() ?? 0, settings: settings() };
      if (watched?.state().complete === false || isDeepStrictEqual(now, written)) return;
      await writeStandIn(standInFile(cniDir), {
        formatVersion: 1,
        settings: now.settings,
        nads: watched?.nads?.all() ?? [],
      });
      written = now;
    },
    signal,
  );
}
