import type { ReportedDevice } from '../../devices/index.ts';
import type { AttachmentRecord, SandboxRecord } from '../../plan/index.ts';
import type { AttachDeps } from '../deps.ts';
import { resultOf } from '../sandbox/recorded-result.ts';

/**
 * Reports the interfaces created from a pod's devices in the status of its ResourceClaims, if the node's configuration
 * enables that (claimStatus, K8S-22). `before` are the attachments before a change: a claim whose device has been
 * detached no longer lists it. Never rejects.
 */
export async function reportClaims(
  { record, before = [] }: { readonly record: SandboxRecord; readonly before?: readonly AttachmentRecord[] },
  { settings, devices, report }: Pick<AttachDeps, 'settings' | 'devices' | 'report'>,
  signal: AbortSignal,
): Promise<void> {
  const { pod, containerId } = record;
  if (!settings.claimStatus || pod === undefined) return;
  const reported = record.attachments.flatMap(reportedDevice);
  const warning = await devices.report(reported, { ...pod, claimsBefore: before.flatMap(claimOf) }, signal);
  if (warning !== undefined)
    report({ kind: 'warning', sandbox: containerId, pod: `${pod.namespace}/${pod.name}`, text: warning });
}

const claimOf = ({ attachment: { device } }: AttachmentRecord) =>
  device?.claimed === undefined ? [] : [device.claimed.claim];

function reportedDevice(entry: AttachmentRecord): ReportedDevice[] {
  const { device, interfaceName } = entry.attachment;
  const result = resultOf(entry);
  if (device?.claimed === undefined || result === undefined) return [];
  const index = result.interfaces.findIndex(({ name, sandbox }) => name === interfaceName && (sandbox ?? '') !== '');
  const mac = result.interfaces[index]?.mac;
  const ips = result.ips
    .filter((ip) => ip.interface === undefined || ip.interface === index)
    .map(({ address }) => address);
  return [{ claimed: device.claimed, interfaceName, ips, ...(mac !== undefined && { mac }) }];
}
