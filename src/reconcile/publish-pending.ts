import { type PublishDeps, publishPending } from '../attach/index.ts';
import type { RecordKey, SandboxLocks } from '../journal/index.ts';
import type { SandboxRecord } from '../plan/index.ts';
import type { Work } from '../queue/index.ts';
import { recordKeyOf, sandboxKey } from './sandbox-key.ts';

// Direct mode may leave an unpublished status without notifying the daemon.
const listMs = 30_000;
// One read of the journal serves all sandboxes that become ready within this time.
const listingMs = 1000;

/**
 * Publishes each network-status that could not be written when its pod was attached. Drops the status of a sandbox
 * whose pod has a newer sandbox (after a reboot or a forced removal). `deps` is undefined without a cluster.
 */
export function publishWork(
  deps: () => (PublishDeps & { readonly locks: SandboxLocks }) | undefined,
  now: () => number = () => performance.now(),
): Work {
  let listing: { readonly entries: Promise<readonly Entry[]>; readonly validUntil: number } | undefined;
  const entriesOf = (journal: PublishDeps['journal']): Promise<readonly Entry[]> => {
    if (listing === undefined || now() >= listing.validUntil)
      listing = { entries: journal.list(entryOf).then(({ found }) => found), validUntil: now() + listingMs };
    return listing.entries;
  };
  return {
    list: async () => {
      const current = deps();
      if (current === undefined) return { keys: [], afterMs: listMs };
      listing = undefined;
      const entries = await entriesOf(current.journal);
      return { keys: entries.filter(({ isPending }) => isPending).map(sandboxKey), afterMs: listMs };
    },
    reconcile: async (key, signal) => {
      const current = deps();
      if (current === undefined) return 'done';
      const { journal, locks } = current;
      const id = recordKeyOf(key);
      const entries = await entriesOf(journal);
      const publish = async (): Promise<boolean> => {
        const record = await journal.read(id);
        if (record === undefined) return true;
        if (!entries.some((other) => isSuccessor(other, record))) return publishPending(record, current, signal);
        const { pendingStatus: _outdated, ...rest } = record;
        await journal.write(rest);
        return true;
      };
      const isDone = await locks.withSandbox({ containerId: id.containerId, command: 'publish' }, signal, publish);
      return isDone ? 'done' : 'retry';
    },
  };
}

type Entry = RecordKey &
  Pick<SandboxRecord, 'complete' | 'createdAt'> & { uid: string | undefined; isPending: boolean };

const entryOf = ({ containerId, ifName, complete, createdAt, pod, pendingStatus }: SandboxRecord): Entry => ({
  containerId,
  ifName,
  complete,
  createdAt,
  uid: pod?.uid,
  isPending: pendingStatus !== undefined,
});

const isSuccessor = (other: Entry, { pod, ifName, containerId, createdAt }: SandboxRecord): boolean =>
  other.complete &&
  pod?.uid !== undefined &&
  other.uid === pod.uid &&
  other.ifName === ifName &&
  other.containerId !== containerId &&
  other.createdAt > createdAt;
