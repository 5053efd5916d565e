import type { CheckInvocation, Result } from '../cni/index.ts';
import { at, checkFailed } from '../errors/index.ts';
import type { Attachment, AttachmentRecord } from '../plan/index.ts';
import { checkList } from '../runtime/index.ts';
import { type DelegateDeps, type Operation, delegateCall, nameOf, operationOf, runtimeDeps } from './call.ts';
import { withDeadline } from './deadline.ts';
import type { AttachDeps } from './deps.ts';
import { publishPending } from './publish.ts';
import { resultOf } from './undo.ts';

/**
 * Checks every attachment of a sandbox against its recorded result, in order, and that its links are still there
 * (CNI-30, CNI-31). Also writes a network-status that could not be written before. Section 2, "CHECK".
 */
export function check(invocation: CheckInvocation, deps: AttachDeps, outer: AbortSignal): Promise<void> {
  const { containerId } = invocation;
  return withDeadline({ command: 'CHECK', seconds: deps.settings.deadlines.checkSeconds }, outer, (signal) =>
    deps.locks.withSandbox({ containerId, command: 'CHECK' }, signal, () => checkLocked(invocation, deps, signal)),
  );
}

async function checkLocked(invocation: CheckInvocation, deps: AttachDeps, signal: AbortSignal): Promise<void> {
  const operation = operationOf(invocation, deps);
  const record = await deps.journal.read(invocation);
  if (record === undefined || !record.complete) throw checkFailed({ problem: `sandbox ${invocation.containerId} was never attached as ${invocation.ifName}` });
  const links = await linkNames(invocation.netns, deps, signal);
  for (const entry of record.attachments) await checkAttachment({ entry, links, operation }, deps, signal);
  await publishPending(record, deps, signal);
}

/** One attachment, the links of its sandbox, and what its plugins are run with. */
export interface AttachmentCheck {
  readonly entry: AttachmentRecord;
  readonly links: ReadonlySet<string>;
  readonly operation: Operation;
}

/** Names of the links in a namespace. netnsUnusable. */
export const linkNames = async (netns: string, { host }: Pick<DelegateDeps, 'host'>, signal: AbortSignal): Promise<ReadonlySet<string>> =>
  new Set((await host.listLinks(netns, signal)).map(({ name }) => name));

/** Rejects with the first difference between an attachment and its recorded result. One that has none passes. */
export async function checkAttachment({ entry, links, operation }: AttachmentCheck, deps: DelegateDeps, signal: AbortSignal): Promise<void> {
  const result = resultOf(entry);
  if (result === undefined) return;
  assertLinks(entry.attachment, result, links);
  await checkList(delegateCall(entry.attachment, operation), withoutHostMacs(result), runtimeDeps(deps), signal);
}

// also for delegates whose own CHECK is switched off or too old: a missing interface is never "all is well"
function assertLinks(attachment: Attachment, result: Result, links: ReadonlySet<string>): void {
  const gone = result.interfaces.find(({ name, sandbox }) => (sandbox ?? '') !== '' && !links.has(name));
  if (gone === undefined) return;
  const { network, interfaceName } = attachment;
  throw at(checkFailed({ problem: `interface ${gone.name} of ${nameOf(attachment)} is gone` }), { step: 'CHECK', network, interfaceName });
}

// A bridge on the node takes the lowest MAC of its ports, so the recorded one is wrong as soon as another pod comes or
// goes, and the bridge plugin's CHECK would fail for a pod that is well. Interfaces of the pod keep theirs.
const withoutHostMacs = (result: Result): Result => ({
  ...result,
  interfaces: result.interfaces.map((link) => {
    const { mac: _changes, ...rest } = link;
    return (link.sandbox ?? '') === '' ? rest : link;
  }),
});
