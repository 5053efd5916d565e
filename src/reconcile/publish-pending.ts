import { type PublishDeps, publishPending } from '../attach/index.ts';
import type { SandboxLocks } from '../journal/index.ts';
import type { SandboxRecord } from '../plan/index.ts';

/**
 * Writes every network-status that could not be written when its pod was attached. One that fails keeps no other
 * waiting; its error is thrown at the end. That of a sandbox whose pod has a newer one
 * (after a restart of the machine, or a forced removal) is given up: the newer one's is what the pod has.
 */
export async function publishAllPending(
  deps: PublishDeps & { readonly locks: SandboxLocks },
  signal: AbortSignal,
): Promise<void> {
  const { found } = await deps.journal.list(entryOf);
  const failures: unknown[] = [];
  for (const { containerId, ifName } of found.filter(({ isPending }) => isPending)) {
    const publish = async (): Promise<void> => {
      const record = await deps.journal.read({ containerId, ifName });
      if (record === undefined) return;
      if (!found.some((other) => isSuccessor(other, record))) return publishPending(record, deps, signal);
      const { pendingStatus: _ofThePast, ...rest } = record;
      await deps.journal.write(rest);
    };
    await deps.locks
      .withSandbox({ containerId, command: 'publish' }, signal, publish)
      .catch((thrown: unknown) => failures.push(thrown));
  }
  if (failures.length > 0) throw failures[0];
}

const entryOf = ({ containerId, ifName, complete, createdAt, pod, pendingStatus }: SandboxRecord) => ({
  containerId,
  ifName,
  complete,
  createdAt,
  uid: pod?.uid,
  isPending: pendingStatus !== undefined,
});

const isSuccessor = (
  other: ReturnType<typeof entryOf>,
  { pod, ifName, containerId, createdAt }: SandboxRecord,
): boolean =>
  other.complete &&
  pod?.uid !== undefined &&
  other.uid === pod.uid &&
  other.ifName === ifName &&
  other.containerId !== containerId &&
  other.createdAt > createdAt;
