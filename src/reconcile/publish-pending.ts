import { type PublishDeps, publishPending } from '../attach/index.ts';
import type { SandboxLocks } from '../journal/index.ts';

/**
 * Writes every network-status that could not be written when its pod was attached. A sandbox that is being worked on
 * is left alone: the next round finds it.
 */
export async function publishAllPending(deps: PublishDeps & { readonly locks: SandboxLocks }, signal: AbortSignal): Promise<void> {
  const { records } = await deps.journal.list();
  for (const { containerId, ifName } of records.filter(({ pendingStatus }) => pendingStatus !== undefined)) {
    await deps.locks.withSandbox({ containerId, command: 'publish' }, signal, async () => {
      const record = await deps.journal.read({ containerId, ifName });
      if (record !== undefined) await publishPending(record, deps, signal);
    });
  }
}
