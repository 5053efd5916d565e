import { type Cell, type Paint, printable, table, unpainted } from './table.ts';
import type {
  ProblemKind,
  Topology,
  TopologyAttachment,
  TopologyNetwork,
  TopologyPod,
  TopologyProblem,
} from './topology-model.ts';

/** Formats the networks, one row each. */
export const networksText = ({ networks }: Topology, paint: Paint = unpainted): string =>
  networks.length === 0
    ? 'no networks'
    : table(
        ['NETWORK', 'FROM', 'TYPES', 'SUBNETS', 'PODS', 'PROBLEMS'],
        networks.map((each) => [
          each.name,
          fromCell(each),
          each.types.join(', '),
          each.subnets.join(', '),
          String(each.pods),
          countCell(each.problems.length),
        ]),
        paint,
      );

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
  paint: Paint = unpainted,
): string {
  const rows = pods.flatMap((pod) =>
    pod.attachments
      .filter(({ network }) => networks === undefined || networks.has(network))
      .map((each): readonly Cell[] => [`${pod.namespace}/${pod.name}`, pod.node ?? '', ...attachmentCells(each)]),
  );
  if (rows.length === 0)
    return networks === undefined ? 'no pod has or requests a network' : 'no pod has or requests this network';
  return table(['POD', 'NODE', ...attachmentHeading], rows, paint);
}

const attachmentHeading = ['INTERFACE', 'NETWORK', 'ADDRESSES', 'MAC', 'STATE'];

const attachmentCells = (each: TopologyAttachment): readonly Cell[] => {
  const tone = toneOf(each);
  return [
    each.interface,
    each.network,
    each.ips.join(', '),
    each.mac ?? '',
    { text: stateText(each), ...(tone !== undefined && { tone }) },
  ];
};

const clashWords: Readonly<Partial<Record<ProblemKind, string>>> = {
  'ip-duplicate': 'DUPLICATE ADDRESS',
  'ip-overlap': 'address also elsewhere',
  'mac-duplicate': 'DUPLICATE MAC',
};

/** Describes a state in words, so that no colour is needed: "attached", "MISSING", "attached, DUPLICATE ADDRESS". */
function stateText({ state, problems }: TopologyAttachment): string {
  const word = state === 'missing' ? 'MISSING' : state === 'unasked' ? 'not requested' : state;
  return [word, ...new Set(problems.flatMap((kind) => clashWords[kind] ?? []))].join(', ');
}

function toneOf({ state, problems }: TopologyAttachment): 'bad' | 'warn' | 'dim' | undefined {
  if (state === 'missing' || problems.includes('ip-duplicate') || problems.includes('mac-duplicate')) return 'bad';
  if (state === 'unasked' || state === 'waiting' || problems.length > 0) return 'warn';
  return state === 'released' ? 'dim' : undefined;
}

/** Formats the problems, one row each, errors first. */
export const problemsText = (problems: readonly TopologyProblem[], paint: Paint = unpainted): string =>
  problems.length === 0
    ? 'no problems'
    : table(
        ['SEVERITY', 'PROBLEM', 'WHAT'],
        problems
          .toSorted((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'))
          .map(({ severity, kind, text }) => [
            { text: severity, tone: severity === 'error' ? 'bad' : 'warn' },
            kind,
            text,
          ]),
        paint,
      );

/** "2 problems (1 error, 1 warning)"; undefined if there are none. */
export function problemCount(problems: readonly TopologyProblem[]): string | undefined {
  if (problems.length === 0) return undefined;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return `${some(problems.length, 'problem')} (${some(errors, 'error')}, ${some(problems.length - errors, 'warning')})`;
}

const some = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Formats everything about one pod. */
export function podText(pod: TopologyPod, problems: readonly TopologyProblem[], paint: Paint = unpainted): string {
  const facts = [
    `node ${pod.node ?? '(none)'}`,
    pod.phase ?? 'phase unknown',
    ...(pod.owner === undefined ? [] : [`of ${pod.owner}`]),
  ];
  const rows = pod.attachments.map(attachmentCells);
  return [
    printable(`Pod ${pod.namespace}/${pod.name} (${facts.join(', ')})`),
    rows.length === 0 ? 'not attached to any network' : table(attachmentHeading, rows, paint),
    ...(problems.length === 0 ? [] : [problemsText(problems, paint)]),
  ].join('\n\n');
}
