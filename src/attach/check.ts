import type { CheckInvocation, Result } from '../cni/index.ts';
import { at, checkFailed } from '../errors/index.ts';
import type { Link } from '../host/index.ts';
import { parseCidr } from '../npwg/index.ts';
import type { Attachment, AttachmentRecord } from '../plan/index.ts';
import { checkList } from '../runtime/index.ts';
import { type DelegateDeps, type Operation, delegateCall, nameOf, operationOf, runtimeDeps } from './call.ts';
import { withDeadline } from './deadline.ts';
import type { AttachDeps } from './deps.ts';
import { holdingSandbox } from './phase.ts';
import { publishPending } from './publish.ts';
import { resultOf } from './recorded-result.ts';

/**
 * Checks every attachment of a sandbox against its recorded result, in order, and that its links are still there
 * (CNI-30, CNI-31). Also writes a network-status that could not be written before. Section 2, "CHECK".
 */
export function check(invocation: CheckInvocation, deps: AttachDeps, outer: AbortSignal): Promise<void> {
  const { containerId } = invocation;
  return withDeadline({ command: 'CHECK', seconds: deps.settings.deadlines.checkSeconds }, outer, (signal) =>
    holdingSandbox({ containerId, command: 'CHECK' }, deps, signal, () => checkLocked(invocation, deps, signal)),
  );
}

async function checkLocked(invocation: CheckInvocation, deps: AttachDeps, signal: AbortSignal): Promise<void> {
  const operation = operationOf(invocation, deps);
  const record = await deps.journal.read(invocation);
  if (record === undefined || !record.complete) throw checkFailed({ problem: `sandbox ${invocation.containerId} was never attached as ${invocation.ifName}` });
  if (record.pod?.debug === true) deps.report({ kind: 'debug-asked', sandbox: operation.containerId });
  const links = await deps.host.listLinks(invocation.netns, signal);
  for (const entry of record.attachments) await checkAttachment({ entry, links, operation }, deps, signal);
  await publishPending(record, deps, signal);
}

/** One attachment, the links of its sandbox, and what its plugins are run with. */
export interface AttachmentCheck {
  readonly entry: AttachmentRecord;
  readonly links: readonly Link[];
  readonly operation: Operation;
}

/** Rejects with the first difference between an attachment and its recorded result. One that has none passes. */
export async function checkAttachment({ entry, links, operation }: AttachmentCheck, deps: DelegateDeps, signal: AbortSignal): Promise<void> {
  const result = resultOf(entry);
  if (result === undefined) return;
  assertAsRecorded(entry.attachment, result, links);
  await checkList(delegateCall(entry.attachment, operation), withoutHostMacs(result), runtimeDeps(deps), signal);
}

// Said by us, so that it is clear whatever the plugin: the interfaces also for delegates whose own CHECK is switched off or too old,
// because a missing interface is never "all is well".
function assertAsRecorded(attachment: Attachment, result: Result, links: readonly Link[]): void {
  const { network, interfaceName, configuration } = attachment;
  const problem = missingLink(result, links) ?? (configuration.disableCheck ? undefined : changedLink(result, links));
  if (problem === undefined) return;
  throw at(checkFailed({ problem: `${nameOf(attachment)}: ${problem}` }), { step: 'CHECK', network, interfaceName });
}

function missingLink({ interfaces }: Result, links: readonly Link[]): string | undefined {
  const gone = interfaces.find(({ name, sandbox }) => (sandbox ?? '') !== '' && links.every((link) => link.name !== name));
  return gone && `interface ${gone.name} is gone`;
}

/** The first hardware address that is another one, or IP address that is not there any more. */
function changedLink({ interfaces, ips }: Result, links: readonly Link[]): string | undefined {
  for (const [index, { name, mac = '', sandbox }] of interfaces.entries()) {
    const link = links.find((each) => each.name === name);
    if (link === undefined || (sandbox ?? '') === '') continue;
    if (mac !== '' && link.mac !== undefined && mac.toLowerCase() !== link.mac.toLowerCase())
      return `interface ${name} has the hardware address ${link.mac} instead of ${mac}`;
    const held = link.addresses.map((address) => parseCidr(address)?.text);
    const lost = ips.find((ip) => ip.interface === index && !held.includes(parseCidr(ip.address)?.text));
    if (lost !== undefined) return `interface ${name} has no address ${lost.address}, only ${link.addresses.join(', ') || 'none'}`;
  }
  return undefined;
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
