import { type Cell, type Column, type Paint, type TableStyle, printable, table, unpainted } from './table.ts';
import { ageText } from './age.ts';
import { isBadState } from './pod-state.ts';
import { isLacking } from './topology-pod.ts';
import type {
  PodStatus,
  ProblemKind,
  Topology,
  TopologyAttachment,
  TopologyNetwork,
  TopologyPod,
  TopologyProblem,
} from './topology-model.ts';

/** Formats the networks, one row each. */
export const networksText = ({ networks }: Pick<Topology, 'networks'>, { msSince, ...style }: ListStyle = {}): string =>
  networks.length === 0
    ? 'no networks'
    : table(
        networkColumns,
        networks.map((each) => [
          each.name,
          fromCell(each),
          each.types.join(', '),
          each.subnets.join(', '),
          String(each.pods),
          countCell(each.problems.length),
          ageCell(each.createdAt, msSince),
        ]),
        style,
      );

/** How a list is shown. Without a clock, ages are unknown. */
interface ListStyle extends TableStyle {
  /** Milliseconds since a time in ISO 8601. */
  readonly msSince?: ((time: string) => number) | undefined;
}

/** The columns of networksText. */
export const networkColumns: readonly (string | Column)[] = [
  'NETWORK',
  { heading: 'FROM', drop: 3 },
  { heading: 'TYPES', drop: 1 },
  { heading: 'SUBNETS', drop: 2 },
  'PODS',
  'PROBLEMS',
  { heading: 'AGE', drop: 0 },
];

function ageCell(createdAt: string | undefined, msSince: ListStyle['msSince']): Cell {
  if (createdAt === undefined || msSince === undefined) return '';
  const ms = msSince(createdAt);
  return { text: ageText(ms), order: ms };
}

const fromWords: Readonly<Record<TopologyNetwork['kind'], string>> = {
  definition: 'definition',
  node: 'node',
  missing: 'MISSING',
  unknown: 'not readable',
};

const fromCell = ({ kind }: TopologyNetwork): Cell => ({
  text: fromWords[kind],
  ...(kind === 'missing' && { tone: 'bad' as const }),
});
const countCell = (count: number): Cell => (count === 0 ? '' : { text: String(count), tone: 'bad' });

/** Formats the attachments, one row each; if networks are given, only theirs. */
export function podsText(
  pods: readonly TopologyPod[],
  networks: ReadonlySet<string> | undefined,
  { msSince, ...style }: ListStyle = {},
): string {
  const rows = pods.flatMap((pod) =>
    pod.attachments
      .filter(({ network }) => networks === undefined || networks.has(network))
      .map((each) => attachmentCells(each, pod.status))
      .concat(networks === undefined && hasOwnRow(pod) ? [ownRow(pod.status)] : [])
      .map((cells): readonly Cell[] => [
        `${pod.namespace}/${pod.name}`,
        pod.node ?? '',
        ...cells,
        pod.owner ?? '',
        ageCell(pod.createdAt, msSince),
      ]),
  );
  if (rows.length === 0)
    return networks === undefined ? 'no pod has or requests a network' : 'no pod has or requests this network';
  return table(podColumns, rows, style);
}

const attachmentColumns: readonly (string | Column)[] = [
  { heading: 'INTERFACE', drop: 4 },
  'NETWORK',
  { heading: 'ADDRESSES', drop: 5 },
  { heading: 'MAC', drop: 2 },
  'STATE',
];
/** The columns of podsText. */
export const podColumns: readonly (string | Column)[] = [
  'POD',
  { heading: 'NODE', drop: 3 },
  ...attachmentColumns,
  { heading: 'OWNER', wide: true, drop: 1 },
  { heading: 'AGE', drop: 0 },
];

/** Whether no attachment shows the state of the pod: all are attached, or none can be read from its annotation. */
const hasOwnRow = ({ attachments, status: { state } }: TopologyPod): boolean =>
  isBadState(state) && state !== 'address in use' && !attachments.some(isLacking);

const ownRow = (status: PodStatus): readonly Cell[] => ['', '', '', '', { text: stateWord(status), tone: 'bad' }];

/** The state of a pod as tables show it, with the identifier. In capitals if it is bad, so that no colour is needed. */
const stateWord = ({ state, id }: PodStatus): string =>
  `${isBadState(state) ? state.toUpperCase() : state}${id === undefined ? '' : ` (${id})`}`;

const attachmentCells = (each: TopologyAttachment, status: PodStatus): readonly Cell[] => {
  const tone = isLacking(each) && isBadState(status.state) ? 'bad' : toneOf(each);
  return [
    each.interface,
    each.network,
    each.ips.join(', '),
    each.mac ?? '',
    { text: stateText(each, status), ...(tone !== undefined && { tone }) },
  ];
};

const clashWords: Readonly<Partial<Record<ProblemKind, string>>> = {
  'ip-duplicate': 'DUPLICATE ADDRESS',
  'ip-overlap': 'address also elsewhere',
  'mac-duplicate': 'DUPLICATE MAC',
};

/** Describes a state in words: "attached", "FAILING (PLX-…)", "attached, DUPLICATE ADDRESS". */
function stateText(attachment: TopologyAttachment, status: PodStatus): string {
  const { state, problems } = attachment;
  const word = isLacking(attachment) ? stateWord(status) : state === 'unasked' ? 'not requested' : state;
  return [word, ...new Set(problems.flatMap((kind) => clashWords[kind] ?? []))].join(', ');
}

function toneOf({ state, problems }: TopologyAttachment): 'bad' | 'warn' | 'dim' | undefined {
  if (state === 'missing' || problems.includes('ip-duplicate') || problems.includes('mac-duplicate')) return 'bad';
  if (state === 'unasked' || state === 'waiting' || problems.length > 0) return 'warn';
  return state === 'released' ? 'dim' : undefined;
}

/** How times and tones are shown. */
interface Reading {
  /** Milliseconds since a time in ISO 8601. */
  readonly msSince: (time: string) => number;
  readonly paint?: Paint;
}

/** Formats the problems, errors first, each with its fix. */
export const problemsText = (problems: readonly TopologyProblem[], { msSince, paint = unpainted }: Reading): string =>
  problems.length === 0
    ? 'no problems'
    : problems
        .toSorted((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'))
        .map((problem) => problemText(problem, msSince, paint))
        .join('\n');

function problemText(problem: TopologyProblem, msSince: Reading['msSince'], paint: Paint): string {
  const { severity, kind, text, fix } = problem;
  const mark = paint(severity, severity === 'error' ? 'bad' : 'warn');
  return [`${mark}  ${kind}${historyText(problem, msSince)}`, `  ${printable(text)}`, `  fix: ${printable(fix)}`].join(
    '\n',
  );
}

/** ", for 5m, 12 times"; empty if unknown. */
function historyText({ since, times }: TopologyProblem, msSince: Reading['msSince']): string {
  const age = since === undefined ? '' : ageText(msSince(since));
  return [age === '' ? '' : `for ${age}`, times === undefined ? '' : some(times, 'time')]
    .filter((part) => part !== '')
    .map((part) => `, ${part}`)
    .join('');
}

/** "2 problems (1 error, 1 warning)"; undefined if there are none. */
export function problemCount(problems: readonly TopologyProblem[]): string | undefined {
  if (problems.length === 0) return undefined;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return `${some(problems.length, 'problem')} (${some(errors, 'error')}, ${some(problems.length - errors, 'warning')})`;
}

const some = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Formats everything about one pod. */
export function podText(
  pod: TopologyPod,
  problems: readonly TopologyProblem[],
  { msSince, paint = unpainted, width }: Reading & Pick<TableStyle, 'width'>,
): string {
  const age = pod.createdAt === undefined ? '' : ageText(msSince(pod.createdAt));
  const facts = [
    `node ${pod.node ?? '(none)'}`,
    pod.phase ?? 'phase unknown',
    ...(pod.owner === undefined ? [] : [`of ${pod.owner}`]),
    ...(age === '' ? [] : [`${age} old`]),
  ];
  const rows = pod.attachments.map((each) => attachmentCells(each, pod.status));
  return [
    `${printable(`Pod ${pod.namespace}/${pod.name} (${facts.join(', ')})`)}\nstate: ${stateWord(pod.status)}`,
    rows.length === 0
      ? 'not attached to any network'
      : table(attachmentColumns, rows, { paint, ...(width !== undefined && { width }) }),
    ...(problems.length === 0 ? [] : [problemsText(problems, { msSince, paint })]),
  ].join('\n\n');
}
