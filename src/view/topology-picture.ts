import { isBadState } from './pod-state.ts';
import { isLacking } from './topology-pod.ts';
import type { AttachmentState, Topology, TopologyAttachment, TopologyNetwork, TopologyPod } from './topology-model.ts';

/** How an attachment is drawn; clash: another interface has the same address. */
export type Mark = 'attached' | 'clash' | 'missing' | 'waiting' | 'unasked';

/** The crossing of a row and a network: one pod's interface, or the attachments of a group of pods. */
export interface PictureDot {
  readonly mark: Mark;
  /** The interface, or "×40" for a group. */
  readonly above: string;
  /** Addresses, or the problem. */
  readonly below: readonly string[];
}
/** A pod, or pods of one workload that are attached to the same networks. */
export interface PictureRow {
  readonly namespace: string;
  readonly name: string;
  readonly pods: number;
  readonly nodes: number;
  readonly dots: ReadonlyMap<string, readonly PictureDot[]>;
}
export interface PictureBand {
  readonly name: string;
  readonly rows: readonly PictureRow[];
}
/** The content of a picture, independent of its format. */
export interface Picture {
  /** Networks with attachments. */
  readonly networks: readonly TopologyNetwork[];
  /** Names of networks without attachments. */
  readonly unused: readonly string[];
  /** Nodes, or namespaces if pods are grouped. */
  readonly bands: readonly PictureBand[];
  readonly grouped: boolean;
  readonly pods: number;
  readonly problems: number;
}
export interface PictureOptions {
  /** auto: groups more than 60 pods. */
  readonly group: 'auto' | 'always' | 'never';
}

const mostPods = 60;
// Pods with a problem of their own get their own row, unless most pods have one.
const mostAlone = 40;

export function pictureOf(topology: Topology, { group }: PictureOptions): Picture {
  const pods = topology.pods.filter((pod) => drawnAttachments(pod).length > 0);
  const grouped = group === 'always' || (group === 'auto' && pods.length > mostPods);
  const used = new Set(pods.flatMap((pod) => drawnAttachments(pod).map(({ network }) => network)));
  return {
    networks: topology.networks.filter(({ name }) => used.has(name)),
    unused: topology.networks.filter(({ name }) => !used.has(name)).map(({ name }) => name),
    bands: grouped
      ? bandsBy(groupsOf(pods), (row) => `namespace ${row.namespace}`)
      : bandsBy(
          pods.map((pod) => ({ ...rowOf(pod), node: pod.node })),
          ({ node }) => (node === undefined ? 'no node yet' : `node ${node}`),
        ),
    grouped,
    pods: pods.length,
    problems: topology.problems.length,
  };
}

const drawnAttachments = ({ attachments }: TopologyPod): readonly TopologyAttachment[] =>
  attachments.filter(({ state }) => state !== 'released');

function bandsBy<T extends PictureRow>(rows: readonly T[], nameOf: (row: T) => string): readonly PictureBand[] {
  const bands = new Map<string, T[]>();
  for (const row of rows) {
    const name = nameOf(row);
    bands.set(name, [...(bands.get(name) ?? []), row]);
  }
  return [...bands].map(([name, each]) => ({ name, rows: each })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function rowOf(pod: TopologyPod): PictureRow {
  const dots = new Map<string, PictureDot[]>();
  for (const each of drawnAttachments(pod)) {
    const mark = markOf(each, pod);
    const words = isLacking(each) ? [pod.status.state] : (wordFor[mark] ?? []);
    const dot = { mark, above: each.interface, below: [...each.ips, ...words] };
    dots.set(each.network, [...(dots.get(each.network) ?? []), dot]);
  }
  return { namespace: pod.namespace, name: pod.name, pods: 1, nodes: 1, dots };
}

const wordFor: Readonly<Partial<Record<Mark, readonly string[]>>> = {
  missing: ['missing'],
  waiting: ['waiting'],
  unasked: ['not requested'],
  clash: ['also elsewhere'],
};

const marks: Readonly<Partial<Record<AttachmentState, Mark>>> = { unasked: 'unasked' };

function markOf(attachment: TopologyAttachment, { status }: TopologyPod): Mark {
  if (isLacking(attachment)) return isBadState(status.state) ? 'missing' : 'waiting';
  return marks[attachment.state] ?? (attachment.problems.length > 0 ? 'clash' : 'attached');
}

/** Groups pods of one owner with the same attachments into one row; pods without an owner form one group. */
function groupsOf(pods: readonly TopologyPod[]): readonly PictureRow[] {
  const isTroubled = (pod: TopologyPod): boolean =>
    drawnAttachments(pod).some((each) => markOf(each, pod) !== 'attached');
  const alone = pods.filter(isTroubled);
  const [single, many] = alone.length > mostAlone ? [[], pods] : [alone, pods.filter((pod) => !isTroubled(pod))];
  const groups = new Map<string, TopologyPod[]>();
  for (const pod of many) {
    const places = drawnAttachments(pod).map((each) => `${each.network} ${markOf(each, pod)}`);
    const key = JSON.stringify([pod.namespace, pod.owner ?? '', places.toSorted()]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pod]);
    else group.push(pod);
  }
  return [...single.map(rowOf), ...[...groups.values()].map(groupRow)].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function groupRow(pods: readonly TopologyPod[]): PictureRow {
  const [first] = pods;
  if (first === undefined || pods.length === 1)
    return rowOf(first ?? { namespace: '', name: '', attachments: [], problems: [], status: { state: 'waiting' } });
  const dots = new Map<string, PictureDot[]>();
  for (const each of drawnAttachments(first)) {
    const mark = markOf(each, first);
    const other = dots.get(each.network) ?? [];
    if (!other.some((dot) => dot.mark === mark))
      dots.set(each.network, [...other, { mark, above: `×${pods.length}`, below: wordFor[mark] ?? [] }]);
  }
  const name = first.owner ?? `${pods.length} pods without an owner`;
  return {
    namespace: first.namespace,
    name,
    pods: pods.length,
    nodes: new Set(pods.map(({ node }) => node)).size,
    dots,
  };
}
