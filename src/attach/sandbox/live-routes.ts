import { type Result, type ResultRoute, encodeResult } from '../../cni/index.ts';
import {
  type AttachmentRecord,
  type DefaultRoute,
  type DefaultRoutes,
  type SandboxRecord,
  routesOf,
  settleRoutes,
} from '../../plan/index.ts';
import type { AttachDeps } from '../deps.ts';
import { setRoutes } from '../steps/routes.ts';
import { withdrawnFrom } from '../steps/withdrawn-routes.ts';
import type { RecordProgress } from './record-progress.ts';
import { resultOf } from './recorded-result.ts';

// A pod has one default route per address family. When a running pod gains a network that requests it, the other
// attachments lose theirs, and get them back when that network is detached. The record never claims a default route
// that the kernel may lack: a withdrawal is recorded before the kernel changes, a restoration after it. An interrupted
// change is therefore repaired by the next one.

const families = ['v4', 'v6'] as const;
type Kernel = ReturnType<typeof settleRoutes>['kernel'];

/** An attachment whose default routes change. */
interface Rerouted {
  readonly from: AttachmentRecord;
  readonly to: AttachmentRecord;
  /** The default routes that its interface must have, for the families that change. */
  readonly kernel: Kernel;
}

/** Returns the attachments that lose their default routes to another one of the record. */
export const withdrawals = (record: SandboxRecord): readonly Rerouted[] =>
  record.attachments.flatMap((entry) => {
    const wanted = wantedRoutes(entry, record);
    const later = ({ kind }: DefaultRoute, decided: DefaultRoute): DefaultRoute =>
      kind === 'removed' ? { kind } : decided;
    const { defaultRoute } = entry.attachment;
    return rerouted(entry, {
      v4: later(wanted.v4, defaultRoute.v4),
      v6: later(wanted.v6, defaultRoute.v6),
    });
  });

/** Returns the record with these changes. */
export const withReroutes = (record: SandboxRecord, changes: readonly Rerouted[]): SandboxRecord => ({
  ...record,
  attachments: record.attachments.map((entry) => changes.find(({ from }) => from === entry)?.to ?? entry),
});

/** Changes the kernel's default routes. */
export async function applyReroutes(
  changes: readonly Rerouted[],
  netns: string,
  deps: Pick<AttachDeps, 'host'>,
  signal: AbortSignal,
): Promise<void> {
  for (const { to, kernel } of changes) await setRoutes({ attachment: to.attachment, kernel, netns }, deps, signal);
}

/** Gives every attachment the default routes that it must have, and records them. */
export async function settleLiveRoutes(
  progress: RecordProgress,
  netns: string,
  deps: Pick<AttachDeps, 'host'>,
  signal: AbortSignal,
): Promise<void> {
  const record = progress.record();
  const changes = record.attachments.flatMap((entry) => rerouted(entry, wantedRoutes(entry, record)));
  await applyReroutes(changes, netns, deps, signal);
  for (const { from, to } of changes) progress.put(from.attachment, to);
}

const wantedRoutes = ({ attachment }: AttachmentRecord, { attachments }: SandboxRecord): DefaultRoutes => {
  const others = attachments.map((each) => each.attachment).filter((each) => each !== attachment);
  return routesOf(attachment, others);
};

function rerouted(entry: AttachmentRecord, wanted: DefaultRoutes): readonly Rerouted[] {
  const { attachment } = entry;
  const changed = families.filter((family) => wanted[family].kind !== attachment.defaultRoute[family].kind);
  const result = resultOf(entry);
  if (changed.length === 0 || entry.state !== 'attached' || result === undefined) return [];
  const { withdrawnRoutes: _before, ...rest } = entry;
  const before = { ...result, routes: [...result.routes, ...originalRoutes(entry, result)] };
  const settled = settleRoutes({ ...attachment, defaultRoute: restoring(wanted, changed) }, before);
  const next = { ...attachment, defaultRoute: wanted };
  const kernel: Kernel = {
    ...(changed.includes('v4') && settled.kernel.v4 !== undefined && { v4: settled.kernel.v4 }),
    ...(changed.includes('v6') && settled.kernel.v6 !== undefined && { v6: settled.kernel.v6 }),
  };
  const to = {
    ...rest,
    attachment: next,
    result: encodeResult(settled.result, result.cniVersion ?? attachment.configuration.cniVersion),
    ...withdrawnFrom(next, { before, after: settled.result }),
  };
  return [{ from: entry, to, kernel }];
}

/** For a family that gets its routes back, the kernel must have the routes of the result. */
function restoring(wanted: DefaultRoutes, changed: readonly (typeof families)[number][]): DefaultRoutes {
  const decide = (family: (typeof families)[number]): DefaultRoute =>
    wanted[family].kind === 'unmanaged' && changed.includes(family) ? { kind: 'own' } : wanted[family];
  return { v4: decide('v4'), v6: decide('v6') };
}

// Records of early versions do not contain the routes that were withdrawn at ADD. The default network then gets one by
// the gateway of its address, as its plugins do.
function originalRoutes(entry: AttachmentRecord, { ips }: Result): readonly ResultRoute[] {
  if (entry.state !== 'attached') return [];
  if (entry.withdrawnRoutes !== undefined) return entry.withdrawnRoutes as unknown as readonly ResultRoute[];
  return families.flatMap((family) =>
    entry.attachment.isDefault && entry.attachment.defaultRoute[family].kind === 'removed'
      ? gatewayRoute(family, ips)
      : [],
  );
}

function gatewayRoute(family: (typeof families)[number], ips: Result['ips']): readonly ResultRoute[] {
  const gateway = ips.find(
    (ip) => (ip.gateway ?? '') !== '' && ip.address.includes(':') === (family === 'v6'),
  )?.gateway;
  return gateway === undefined ? [] : [{ dst: family === 'v4' ? '0.0.0.0/0' : '::/0', gw: gateway }];
}
