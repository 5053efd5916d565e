import type { Result } from '../../cni/index.ts';
import { at, checkFailed, pluginFailed } from '../../errors/index.ts';
import type { Link } from '../../host/index.ts';
import { canonicalMac, parseCidr } from '../../npwg/index.ts';
import type { Attachment, AttachmentRecord } from '../../plan/index.ts';
import { type JudgeCheck, checkList } from '../../runtime/index.ts';
import { type DelegateDeps, type Operation, delegateCall, attachmentName, runtimeDeps } from './call.ts';
import { resultOf } from '../sandbox/recorded-result.ts';

// CHECK fails only on a proven difference. Two things prove one: links that differ from the recorded result, and a
// plugin whose CHECK succeeded for this attachment before and fails now. A plugin whose CHECK never succeeded proves
// nothing: several plugins fail at CHECK right after their own successful ADD (bridge without IPAM, sbr, tuning with
// IFNAME in a sysctl, portmap), and CRI-O calls CHECK after every ADD. Such a failure is reported and counted, and the
// attachment passes. State that only a plugin can see, such as firewall rules, is therefore checked from the plugin's
// first successful CHECK on.

/** One attachment to check, with the links of its sandbox. */
export interface AttachmentCheck {
  readonly entry: AttachmentRecord;
  /** Undefined if the sandbox has too many to list; then only the plugins check. */
  readonly links: readonly Link[] | undefined;
  readonly operation: Operation;
}

/**
 * Rejects with the first proven difference between an attachment and its recorded result. Returns its entry, updated
 * with the plugins whose CHECK succeeded. An attachment without a result passes.
 */
export async function checkAttachment(
  { entry, links, operation }: AttachmentCheck,
  deps: DelegateDeps,
  signal: AbortSignal,
): Promise<AttachmentRecord> {
  const result = resultOf(entry);
  if (result === undefined || entry.state !== 'attached') return entry;
  if (links !== undefined) assertAsRecorded(entry.attachment, result, links);
  const before = entry.soundChecks ?? [];
  const passed = new Set(before);
  const { network, interfaceName } = entry.attachment;
  const subject = {
    sandbox: operation.containerId,
    ...(operation.pod !== undefined && { pod: operation.pod }),
    network,
    interfaceName,
  };
  const judge: JudgeCheck = ({ index, plugin, error }) => {
    if (error === undefined) passed.add(index);
    else if (before.includes(index) || error.id !== pluginFailed.id) throw error;
    else deps.report({ kind: 'check-disregarded', ...subject, plugin, error });
  };
  await checkList(
    delegateCall(entry.attachment, operation),
    comparable(result),
    { ...runtimeDeps(deps), judge },
    signal,
  );
  return passed.size === before.length ? entry : { ...entry, soundChecks: [...passed].toSorted((a, b) => a - b) };
}

// Compares the links with the result before any plugin does, so that the message is clear. The existence of interfaces
// is checked even if the delegate's own CHECK is disabled or too old, because a pod without its interface is never
// healthy.
function assertAsRecorded(attachment: Attachment, result: Result, links: readonly Link[]): void {
  const { network, interfaceName, configuration } = attachment;
  const problem = missingLink(result, links) ?? (configuration.disableCheck ? undefined : changedLink(result, links));
  if (problem === undefined) return;
  throw at(checkFailed({ problem: `${attachmentName(attachment)}: ${problem}` }), {
    step: 'CHECK',
    network,
    interfaceName,
  });
}

function missingLink({ interfaces }: Result, links: readonly Link[]): string | undefined {
  const gone = interfaces.find(
    ({ name, sandbox }) => (sandbox ?? '') !== '' && links.every((link) => link.name !== name),
  );
  return gone && `interface ${gone.name} is gone`;
}

/** Returns a description of the first changed hardware address or missing IP address. */
function changedLink({ interfaces, ips }: Result, links: readonly Link[]): string | undefined {
  for (const [index, { name, mac = '', sandbox }] of interfaces.entries()) {
    const link = links.find((each) => each.name === name);
    if (link === undefined || (sandbox ?? '') === '') continue;
    if (isOtherMac(mac, link, links)) return `interface ${name} has the hardware address ${link.mac} instead of ${mac}`;
    const held = link.addresses.map((address) => parseCidr(address)?.text);
    const lost = ips.find((ip) => ip.interface === index && !held.includes(parseCidr(ip.address)?.text));
    if (lost !== undefined)
      return `interface ${name} has no address ${lost.address}, only ${link.addresses.join(', ') || 'none'}`;
  }
  return undefined;
}

// a member of a bond or team has the hardware address of the bond or team
function isOtherMac(recorded: string, { name, mac }: Link, links: readonly Link[]): boolean {
  if (recorded === '' || mac === undefined || canonicalMac(recorded) === canonicalMac(mac)) return false;
  return links.every(
    (other) => other.name === name || other.mac === undefined || canonicalMac(other.mac) !== canonicalMac(mac),
  );
}

// Prepares a result for the plugins' CHECK. Hardware addresses become lower case, because plugins compare them as text
// with the kernel's. Those of links on the node are removed: a bridge takes the lowest MAC of its ports, so its
// recorded MAC is stale as soon as another pod is attached, and the bridge plugin's CHECK would fail for a healthy pod.
const comparable = (result: Result): Result => ({
  ...result,
  interfaces: result.interfaces.map((link) => {
    const { mac, ...rest } = link;
    return mac === undefined || (link.sandbox ?? '') === '' ? rest : { ...rest, mac: canonicalMac(mac) };
  }),
});
