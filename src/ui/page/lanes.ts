import type { ProblemSeverity } from '../../view/index.ts';
import { podKeyOf } from '../differences.ts';
import type { PageNetwork, PagePod } from '../page-state.ts';
import type { Grouping, Route } from './route.ts';
import { type PodRow, natural } from './rows.ts';

// The topology as lanes: one lane per network, one row per pod or group of pods, and a dot where a row is attached.
// Groups keep thousands of pods readable; each can be expanded.

/** How a dot is drawn; clash: another interface has the same address. */
export type DotMark = 'attached' | 'clash' | 'missing' | 'waiting' | 'unasked';

export interface Dot {
  readonly lane: number;
  readonly mark: DotMark;
  /** An address, or the number of pods of a group. */
  readonly text: string;
  /** All about it, for the tooltip. */
  readonly title: string;
}
export interface LaneRow {
  readonly key: string;
  readonly kind: 'group' | 'pod';
  readonly name: string;
  /** Beside the name: how many pods, or the node. */
  readonly note: string;
  readonly severity: ProblemSeverity | undefined;
  readonly isOpen: boolean;
  readonly isNested: boolean;
  readonly dots: readonly Dot[];
}
export interface Lanes {
  readonly networks: readonly PageNetwork[];
  readonly rows: readonly LaneRow[];
  readonly pods: number;
}

/** Up to this number of pods, groups are expanded unless the reader collapses them. */
const mostExpanded = 60;

export function lanesOf(
  pods: readonly PodRow[],
  networks: ReadonlyMap<string, PageNetwork>,
  { group, toggled, network }: Pick<Route, 'group' | 'toggled' | 'network'>,
): Lanes {
  const drawn = pods.filter(({ item }) => attachmentsOf(item).length > 0);
  const used = new Set(drawn.flatMap(({ item }) => attachmentsOf(item).map((each) => each.network)));
  // With a filter, only the lanes of its pods; otherwise unused networks too, which may be why somebody looks.
  const lanes = [...networks.values()].filter(({ name }) => used.has(name) || name === network || network === '');
  const at = new Map(lanes.map(({ name }, index) => [name, index]));
  const rows =
    group === 'nothing'
      ? drawn.map((row) => podRow(row, at, false))
      : groupRows(drawn, at, { group, toggled: new Set(toggled) });
  return { networks: lanes, rows, pods: drawn.length };
}

const attachmentsOf = ({ attachments }: PagePod): PagePod['attachments'] =>
  attachments.filter(({ state }) => state !== 'released');

interface Grouped {
  readonly group: Exclude<Grouping, 'nothing'>;
  readonly toggled: ReadonlySet<string>;
}

function groupRows(
  pods: readonly PodRow[],
  at: ReadonlyMap<string, number>,
  { group, toggled }: Grouped,
): readonly LaneRow[] {
  const groups = Map.groupBy(pods, ({ item }) => groupOf(item, group));
  const areOpen = pods.length <= mostExpanded;
  return [...groups]
    .toSorted(([a], [b]) => natural.compare(a, b))
    .flatMap(([name, members]) => {
      const isOpen = areOpen !== toggled.has(name);
      const head = groupRow(name, members, at, isOpen);
      return isOpen ? [head, ...members.map((row) => podRow(row, at, true))] : [head];
    });
}

const groupOf = ({ namespace, owner, node }: PagePod, group: Grouped['group']): string =>
  group === 'namespace'
    ? namespace
    : group === 'node'
      ? (node ?? 'no node yet')
      : `${namespace}/${owner ?? '(no workload)'}`;

function groupRow(name: string, members: readonly PodRow[], at: ReadonlyMap<string, number>, isOpen: boolean): LaneRow {
  const counts = new Map<string, { lane: number; mark: DotMark; count: number }>();
  for (const { item } of members) {
    const own = new Set(attachmentsOf(item).map((each) => `${at.get(each.network) ?? -1} ${markOf(each)}`));
    for (const key of own) {
      const [lane = '', mark = 'attached'] = key.split(' ');
      const entry = counts.get(key) ?? { lane: Number(lane), mark: mark as DotMark, count: 0 };
      entry.count++;
      counts.set(key, entry);
    }
  }
  const severities = members.map(({ severity }) => severity);
  return {
    key: `group ${name}`,
    kind: 'group',
    name,
    note: members.length === 1 ? '1 pod' : `${members.length} pods`,
    severity: severities.includes('error') ? 'error' : severities.find((each) => each !== undefined),
    isOpen,
    isNested: false,
    // An expanded group shows its pods instead.
    dots: isOpen
      ? []
      : [...counts.values()].map(({ lane, mark, count }) => ({
          lane,
          mark,
          text: `×${count}`,
          title: `${name}: ${count} ${count === 1 ? 'pod' : 'pods'} ${markWords[mark]}`,
        })),
  };
}

function podRow({ key, item, severity }: PodRow, at: ReadonlyMap<string, number>, isNested: boolean): LaneRow {
  return {
    key,
    kind: 'pod',
    name: key,
    note: item.node ?? 'no node yet',
    severity,
    isOpen: false,
    isNested,
    dots: attachmentsOf(item).map((each) => {
      const mark = markOf(each);
      const [ip = ''] = each.ips;
      const more = each.ips.length > 1 ? ` +${each.ips.length - 1}` : '';
      return {
        lane: at.get(each.network) ?? -1,
        mark,
        text: ip === '' ? (mark === 'attached' ? '' : markWords[mark]) : `${ip}${more}`,
        title: [podKeyOf(item), each.interface, each.network, ...each.ips, each.mac ?? '', markWords[mark]]
          .filter((text) => text !== '')
          .join(' · '),
      };
    }),
  };
}

export const markWords: Readonly<Record<DotMark, string>> = {
  attached: 'attached',
  clash: 'address in use elsewhere',
  missing: 'missing',
  waiting: 'waiting',
  unasked: 'not requested',
};

const markOf = ({ state, problems }: PagePod['attachments'][number]): DotMark =>
  state === 'missing' || state === 'waiting' || state === 'unasked'
    ? state
    : problems.length > 0
      ? 'clash'
      : 'attached';
