import { type AbandonedDeps, undoAbandoned } from '../attach/index.ts';
import type { Journal } from '../journal/index.ts';
import { isAbandoned } from '../plan/index.ts';
import type { Work } from '../queue/index.ts';
import { recordKeyOf, sandboxKey } from './sandbox-key.ts';

// Direct mode may abandon attachments without notifying the daemon.
const listMs = 30_000;

/**
 * Retries to undo attachments that DEL abandoned. `deps` is undefined while no host agent is connected: `onWaiting`
 * then gets the number of waiting sandboxes whenever it changes.
 */
export function abandonedWork(
  journal: Journal,
  deps: () => AbandonedDeps | undefined,
  onWaiting: (count: number) => void,
): Work {
  let waiting = 0;
  return {
    list: async () => {
      const { found } = await journal.list((record) =>
        record.attachments.some(isAbandoned) ? sandboxKey(record) : undefined,
      );
      const canWork = deps() !== undefined;
      const count = canWork ? 0 : found.length;
      if (count > 0 && count !== waiting) onWaiting(count);
      waiting = count;
      return { keys: canWork ? found : [], afterMs: listMs };
    },
    reconcile: async (key, signal) => {
      const current = deps();
      if (current === undefined) return 'done'; // listed again when a host agent connects
      return (await undoAbandoned(recordKeyOf(key), current, signal)) ? 'done' : 'retry';
    },
  };
}
