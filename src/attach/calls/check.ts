import type { CheckInvocation } from '../../cni/index.ts';
import { asPlexusError, checkFailed } from '../../errors/index.ts';
import type { Journal } from '../../journal/index.ts';
import type { AttachmentRecord, SandboxRecord } from '../../plan/index.ts';
import { operationOf } from '../steps/call.ts';
import { checkAttachment } from '../steps/check-attachment.ts';
import { withDeadline } from '../steps/deadline.ts';
import type { AttachDeps } from '../deps.ts';
import { listableLinks } from '../steps/links.ts';
import { withSandboxLock } from '../steps/phase.ts';
import { publishPending } from '../notify/publish.ts';

/**
 * Checks in order that every attachment of a sandbox matches its recorded result and that its links still exist
 * (CNI-30, CNI-31). Then publishes a network-status that ADD could not publish. Rejects with checkFailed on the first
 * difference. CNI specification, section 2, "CHECK".
 */
export function check(invocation: CheckInvocation, deps: AttachDeps, outer: AbortSignal): Promise<void> {
  const { containerId } = invocation;
  return withDeadline({ command: 'CHECK', seconds: deps.settings.deadlines.checkSeconds }, outer, (signal) =>
    withSandboxLock({ containerId, command: 'CHECK' }, deps, signal, () => checkLocked(invocation, deps, signal)),
  );
}

async function checkLocked(invocation: CheckInvocation, deps: AttachDeps, signal: AbortSignal): Promise<void> {
  const operation = operationOf(invocation, deps);
  const record = await deps.journal.read(invocation, signal);
  if (record === undefined || !record.complete)
    throw checkFailed({ problem: `sandbox ${invocation.containerId} was never attached as ${invocation.ifName}` });
  if (record.pod?.debug === true) deps.report({ kind: 'debug-asked', sandbox: operation.containerId });
  const { containerId: sandbox, pod } = operation;
  const links = await listableLinks(invocation.netns, { sandbox, pod }, deps, signal);
  const checked: AttachmentRecord[] = [];
  for (const entry of record.attachments)
    checked.push(await checkAttachment({ entry, links, operation }, deps, signal));
  await publishPending(await withChecked(record, checked, deps), deps, signal);
}

/**
 * Returns the record with the plugins whose CHECK succeeded, and writes it if that changed. A failed write is only
 * reported, because the next CHECK repeats it.
 */
export async function withChecked(
  record: SandboxRecord,
  attachments: readonly AttachmentRecord[],
  { journal, report }: Pick<AttachDeps, 'report'> & { readonly journal: Journal },
): Promise<SandboxRecord> {
  if (record.attachments.every((entry, index) => entry === attachments[index])) return record;
  const updated = { ...record, attachments };
  try {
    await journal.write(updated);
  } catch (thrown) {
    report({ kind: 'problem', sandbox: record.containerId, error: asPlexusError(thrown) });
  }
  return updated;
}
