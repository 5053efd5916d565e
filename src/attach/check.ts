import type { CheckInvocation, Result } from '../cni/index.ts';
import { at, checkFailed } from '../errors/index.ts';
import type { SandboxRecord } from '../plan/index.ts';
import { checkList } from '../runtime/index.ts';
import { delegateCall, nameOf, operationOf, runtimeDeps } from './call.ts';
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
  await checkLinks(invocation, record, deps, signal);
  for (const entry of record.attachments) {
    const result = resultOf(entry);
    if (result !== undefined) await checkList(delegateCall(entry.attachment, operation), withoutHostMacs(result), runtimeDeps(deps), signal);
  }
  await publishPending(record, deps, signal);
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

// also for delegates whose own CHECK is switched off or too old: a missing interface is never "all is well"
async function checkLinks(invocation: CheckInvocation, record: SandboxRecord, deps: AttachDeps, signal: AbortSignal): Promise<void> {
  const links = new Set((await deps.host.listLinks(invocation.netns, signal)).map(({ name }) => name));
  for (const entry of record.attachments) {
    const names = resultOf(entry)?.interfaces.flatMap((link) => (link.sandbox === undefined || link.sandbox === '' ? [] : [link.name])) ?? [];
    const gone = names.find((name) => !links.has(name));
    if (gone === undefined) continue;
    const { network, interfaceName } = entry.attachment;
    throw at(checkFailed({ problem: `interface ${gone} of ${nameOf(entry.attachment)} is gone` }), { step: 'CHECK', network, interfaceName });
  }
}
