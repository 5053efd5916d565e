import { type Cluster, statusTarget } from '../../cluster/index.ts';
import { asPlexusError } from '../../errors/index.ts';
import { formatStatus, isDefaultDestination, statusOf } from '../../npwg/index.ts';
import type { PendingStatus, SandboxRecord } from '../../plan/index.ts';
import { withDeadline } from '../steps/deadline.ts';
import type { AttachDeps } from '../deps.ts';
import { resultOf } from '../sandbox/recorded-result.ts';

/** The dependencies of publishing a network-status. */
export type PublishDeps = Pick<AttachDeps, 'settings' | 'cluster' | 'journal' | 'report' | 'now'>;

/**
 * Writes the network-status annotation of a record's pod. If the API server is unavailable, returns the status to
 * publish later: the pod's networks are up, so ADD must not fail.
 */
export async function publishStatus(
  record: SandboxRecord,
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<PendingStatus | undefined> {
  if (record.pod === undefined || deps.cluster === undefined) return undefined;
  return publishText(record, networkStatusText(record, deps), deps, signal);
}

/** Publishes a status that an earlier ADD could not publish. Returns whether nothing is pending any more. */
export async function publishPending(record: SandboxRecord, deps: PublishDeps, signal: AbortSignal): Promise<boolean> {
  if (record.pendingStatus === undefined || deps.cluster === undefined) return true;
  if ((await publishText(record, record.pendingStatus.text, deps, signal)) !== undefined) return false;
  const { pendingStatus: _written, ...rest } = record;
  await deps.journal.write(rest);
  return true;
}

/** Returns the annotation text for attachments, in their order. NPWG standard, section 5. */
export function networkStatusText(
  { attachments }: Pick<SandboxRecord, 'attachments'>,
  deps: Pick<AttachDeps, 'settings'>,
): string {
  const options = { addresses: deps.settings.statusAddresses };
  const statuses = attachments.flatMap((entry) => {
    const { attachment } = entry;
    const result = resultOf(entry);
    if (entry.state !== 'attached' || result === undefined) return [];
    const { deviceInfo } = entry;
    const { network, interfaceName, isDefault } = attachment;
    const defaultRoute = finalGateways(attachment.defaultRoute, result.routes);
    const extras = {
      ...(defaultRoute !== undefined && { defaultRoute }),
      ...(deviceInfo !== undefined && { deviceInfo }),
    };
    return statusOf({ network, interfaceName, isDefault, result, ...extras }, options);
  });
  return formatStatus(statuses);
}

type Entry = SandboxRecord['attachments'][number];

// only an attachment that requested the default route gets the key (NPWG-83)
function finalGateways(
  decided: Entry['attachment']['defaultRoute'],
  routes: readonly { dst: string; gw?: string }[],
): readonly string[] | undefined {
  const owns = [decided.v4, decided.v6].some(({ kind }) => kind === 'gateways' || kind === 'own');
  if (!owns) return undefined;
  return routes.filter(({ dst }) => isDefaultDestination(dst)).flatMap(({ gw }) => (gw === undefined ? [] : [gw]));
}

// the networks are up, so the pod waits at most this long for its annotation
const publishSeconds = 5;

async function patch(
  pod: NonNullable<SandboxRecord['pod']>,
  text: string,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<'written' | 'pod-is-gone'> {
  return cluster.patchNetworkStatus(await statusTarget(pod, cluster, signal), text, signal);
}

async function publishText(
  record: SandboxRecord,
  text: string,
  deps: PublishDeps,
  signal: AbortSignal,
): Promise<PendingStatus | undefined> {
  const { cluster } = deps;
  const { pod } = record;
  if (pod === undefined || cluster === undefined) return undefined;
  const startedAt = deps.now();
  const step = {
    kind: 'status-published',
    sandbox: record.containerId,
    pod: `${pod.namespace}/${pod.name}`,
    startedAt,
  } as const;
  try {
    const outcome = await withDeadline(
      { command: 'writing network-status', seconds: publishSeconds },
      signal,
      (limited) => patch(pod, text, cluster, limited),
    );
    deps.report({ ...step, outcome, ms: deps.now() - startedAt });
    return undefined;
  } catch (thrown) {
    deps.report({ ...step, outcome: 'deferred', ms: deps.now() - startedAt, error: asPlexusError(thrown) });
    return { text };
  }
}
