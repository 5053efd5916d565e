import { isDeepStrictEqual } from 'node:util';
import { type WatchedCluster, standInFile, writeStandIn } from '../cluster/index.ts';
import type { JsonObject } from '../cni/index.ts';
import type { Work } from '../queue/index.ts';

const checkMs = 5000;

/**
 * Writes the settings and NADs that direct mode uses as a fallback, whenever they change. Waits until all NADs are
 * known.
 */
export function fallbackWork({
  watched,
  settings,
  cniDir,
}: {
  readonly watched: WatchedCluster | undefined;
  readonly settings: () => JsonObject;
  readonly cniDir: string;
}): Work {
  let written: { readonly revision: number; readonly settings: JsonObject } | undefined;
  return {
    reconcile: async () => {
      const now = { revision: watched?.nads?.revision() ?? 0, settings: settings() };
      if (watched?.state().complete === false || isDeepStrictEqual(now, written)) return { afterMs: checkMs };
      await writeStandIn(standInFile(cniDir), {
        formatVersion: 1,
        settings: now.settings,
        nads: watched?.nads?.all() ?? [],
      });
      written = now;
      return { afterMs: checkMs };
    },
  };
}
