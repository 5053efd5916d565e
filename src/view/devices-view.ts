import type { ClaimedDevice, PodDevice } from '../npwg/index.ts';
import { type SandboxRecord, isAbandoned } from '../plan/index.ts';
import { type Cell, type Column, type TableStyle, table } from './table.ts';

/** The devices that kubelet reports for one pod. */
export interface Allocation {
  readonly pod: string;
  readonly devices: readonly PodDevice[];
  readonly claimed?: readonly Pick<ClaimedDevice, 'claim' | 'driver' | 'pool' | 'device' | 'shareId'>[];
}
/** A device of a pod, and the attachment that uses it. */
export interface DeviceRow {
  /** namespace/name, or a UID if only that is known. */
  readonly pod: string;
  readonly device: string;
  /** Resource, or claim. */
  readonly of: string;
  /** free: no attachment uses it; unknown: kubelet does not report it, or no longer does. */
  readonly state: 'attached' | 'detaching' | 'free' | 'unknown';
  readonly interface: string;
  readonly network: string;
  readonly sandbox: string;
  /** Type of the attachment's device information. */
  readonly info: string;
}

/** The device that an attachment uses. */
export interface DeviceUse {
  readonly pod: string;
  readonly uid: string;
  readonly device: PodDevice;
  readonly row: Pick<DeviceRow, 'interface' | 'network' | 'sandbox' | 'info' | 'state'>;
}

/**
 * Lists every device that kubelet has allocated and every device that an attachment uses; without `allocations`
 * (kubelet is unavailable) only the latter.
 */
export function deviceRows(
  allocations: readonly Allocation[] | undefined,
  uses: readonly DeviceUse[],
): readonly DeviceRow[] {
  const met = new Set<DeviceUse>();
  // Several rows if a pod has a new sandbox while the previous one still exists.
  const rowsOf = (pod: string, of: string, device: string, fits: (use: DeviceUse) => boolean): readonly DeviceRow[] => {
    const fitting = uses.filter((each) => (each.pod === pod || each.uid === pod) && fits(each) && !met.has(each));
    for (const use of fitting) met.add(use);
    if (fitting.length === 0)
      return [{ pod, device, of, state: 'free', interface: '', network: '', sandbox: '', info: '' }];
    return fitting.map((use) => ({ pod: use.pod, device: use.device.id, of, ...use.row }));
  };
  const given = (allocations ?? []).flatMap(({ pod, devices, claimed = [] }) => [
    ...devices.flatMap(({ id, resource = '' }) =>
      rowsOf(pod, resource, id, ({ device }) => device.id === id && mayBeOf(device, resource)),
    ),
    ...claimed.flatMap((each) =>
      rowsOf(
        pod,
        claimText(each),
        placeOf(each),
        ({ device: { claimed: used } }) => used !== undefined && isSame(used, each),
      ),
    ),
  ]);
  const others = uses
    .filter((use) => !met.has(use))
    .map(({ pod, device, row }) => ({
      pod,
      device: device.id,
      of: sourceOf(device),
      ...row,
      ...(allocations !== undefined && { state: 'unknown' as const }),
    }));
  return [...given, ...others].toSorted((a, b) =>
    compare(`${a.pod} ${a.of} ${a.device}`, `${b.pod} ${b.of} ${b.device}`),
  );
}

/** The devices that the attachments of a record use. */
export const deviceUses = (record: SandboxRecord): readonly DeviceUse[] =>
  record.attachments.flatMap((entry) => {
    const { interfaceName, network } = entry.attachment;
    const device = deviceOf(entry);
    if (device === undefined) return [];
    const info = entry.state === 'attached' ? entry.deviceInfo?.['type'] : undefined;
    const state = entry.state === 'detaching' || isAbandoned(entry) ? 'detaching' : 'attached';
    const { pod, containerId } = record;
    return [
      {
        pod: pod === undefined ? '' : `${pod.namespace}/${pod.name}`,
        uid: pod?.uid ?? '',
        device,
        row: {
          interface: interfaceName,
          network,
          sandbox: containerId,
          info: typeof info === 'string' ? info : '',
          state,
        },
      },
    ];
  });

function deviceOf({
  attachment: { device, runtimeConfig },
}: SandboxRecord['attachments'][number]): PodDevice | undefined {
  const { deviceID: id } = runtimeConfig; // Named by the annotation, for a network without a resource.
  return device ?? (typeof id === 'string' && id !== '' ? { id } : undefined);
}

const mayBeOf = ({ resource, claimed }: PodDevice, given: string): boolean =>
  resource === given || (resource === undefined && claimed === undefined);
const placeOf = ({ driver, pool, device }: Pick<ClaimedDevice, 'driver' | 'pool' | 'device'>): string =>
  `${driver}/${pool}/${device}`;
// Kubelet reports shares since 1.35.
const isSame = (used: ClaimedDevice, given: Parameters<typeof placeOf>[0] & Pick<ClaimedDevice, 'shareId'>): boolean =>
  placeOf(used) === placeOf(given) && (given.shareId === undefined || used.shareId === given.shareId);
const claimText = ({ claim }: Pick<ClaimedDevice, 'claim'>): string => `claim ${claim.namespace}/${claim.name}`;
const sourceOf = ({ resource, claimed }: PodDevice): string =>
  resource ?? (claimed === undefined ? '' : claimText(claimed));
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Formats device rows as a table. */
export const devicesText = (
  rows: readonly DeviceRow[],
  { isKubeletKnown, ...style }: TableStyle & { readonly isKubeletKnown: boolean },
): string =>
  rows.length === 0
    ? `no ${isKubeletKnown ? 'pod of this node has' : 'attachment of this node is made of'} a device`
    : table(
        deviceColumns,
        rows.map((row): readonly Cell[] => [
          row.pod,
          row.device,
          row.of,
          stateCell(row),
          row.interface,
          row.network,
          row.info,
        ]),
        style,
      );

/** The columns of devicesText. */
export const deviceColumns: readonly (string | Column)[] = [
  'POD',
  'DEVICE',
  { heading: 'OF', drop: 2 },
  'STATE',
  { heading: 'INTERFACE', drop: 3 },
  { heading: 'NETWORK', drop: 4 },
  { heading: 'INFO', drop: 1 },
];

const stateCell = ({ state }: DeviceRow): Cell =>
  state === 'unknown' ? { text: 'unknown to kubelet', tone: 'warn' } : state;
