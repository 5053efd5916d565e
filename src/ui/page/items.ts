import type { Topology, TopologyAttachment, TopologyNetwork, TopologyPod, TopologyProblem } from '../../view/index.ts';

export type View = 'pods' | 'networks' | 'problems';

/** One row of a list of any kind. */
export interface Item {
  /** Stays the same for the same object after every change. */
  readonly key: string;
  readonly first: string;
  readonly second: string;
  readonly severity?: 'error' | 'warning';
  readonly of:
    | { readonly pod: TopologyPod }
    | { readonly network: TopologyNetwork }
    | { readonly problem: TopologyProblem };
}
export interface Filters {
  readonly search: string;
  readonly namespace: string;
  readonly network: string;
  readonly node: string;
  readonly wrong: boolean;
}

/** The filtered rows of a view, in its order. */
export function itemsOf(view: View, topology: Topology, filters: Filters): readonly Item[] {
  const words = filters.search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const has = (...texts: readonly string[]): boolean =>
    words.every((word) => texts.some((text) => text.toLowerCase().includes(word)));
  switch (view) {
    case 'pods':
      return topology.pods
        .filter((pod) => isWanted(pod, filters) && has(...textsOf(pod)))
        .map((pod) => podItem(pod, topology));
    case 'networks':
      return topology.networks
        .filter(
          (network) =>
            (filters.network === '' || network.name === filters.network) &&
            isIn(network.name, filters) &&
            (!filters.wrong || network.problems.length > 0),
        )
        .filter(({ name, types, subnets }) => has(name, ...types, ...subnets))
        .map((network) => networkItem(network));
    case 'problems':
      return topology.problems
        .map((problem, index) => ({ problem, index }))
        .filter(({ problem }) => filters.network === '' || problem.network === filters.network)
        .filter(
          ({ problem }) =>
            filters.namespace === '' ||
            [...problem.pods, problem.network ?? ''].some((name) => name.startsWith(`${filters.namespace}/`)),
        )
        .filter(
          ({ problem }) =>
            filters.node === '' ||
            topology.pods.some((pod) => pod.node === filters.node && problem.pods.includes(keyOf(pod))),
        )
        .filter(({ problem }) => has(problem.text, problem.kind))
        .toSorted(
          (a, b) =>
            Number(b.problem.severity === 'error') - Number(a.problem.severity === 'error') || a.index - b.index,
        )
        .map(({ problem }) => problemItem(problem));
  }
}

const keyOf = ({ namespace, name }: TopologyPod): string => `${namespace}/${name}`;

const isIn = (name: string, { namespace }: Filters): boolean => namespace === '' || name.startsWith(`${namespace}/`);

const isWanted = (pod: TopologyPod, { namespace, network, node, wrong }: Filters): boolean =>
  (namespace === '' || pod.namespace === namespace) &&
  (node === '' || pod.node === node) &&
  (network === '' || pod.attachments.some((each) => each.network === network)) &&
  (!wrong || pod.problems.length > 0);

const textsOf = (pod: TopologyPod): readonly string[] => [
  keyOf(pod),
  pod.node ?? '',
  pod.owner ?? '',
  ...pod.attachments.flatMap(({ network, interface: name, ips, mac }) => [network, name, mac ?? '', ...ips]),
];

function podItem(pod: TopologyPod, { problems }: Topology): Item {
  const own = pod.problems.map((index) => problems[index]?.severity);
  const severity = own.includes('error') ? 'error' : own[0];
  return {
    key: `pod ${keyOf(pod)}`,
    first: keyOf(pod),
    second: [pod.node ?? 'no node', ...pod.attachments.map(attachmentText)].join(' · '),
    ...(severity !== undefined && { severity }),
    of: { pod },
  };
}

const attachmentText = ({ interface: name, ips, network, state }: TopologyAttachment): string =>
  state === 'attached' ? `${name} ${ips.join(' ') || network}` : `${network} ${stateWord(state)}`;

export const stateWord = (state: TopologyAttachment['state']): string =>
  state === 'unasked' ? 'not requested' : state;

const networkItem = (network: TopologyNetwork): Item => ({
  key: `network ${network.name}`,
  first: network.name,
  second: [...factsOf(network), `${network.pods} ${network.pods === 1 ? 'pod' : 'pods'}`].join(' · '),
  ...(network.problems.length > 0 && { severity: 'error' as const }),
  of: { network },
});

const kinds: Readonly<Record<TopologyNetwork['kind'], string>> = {
  definition: '',
  node: 'of the nodes',
  missing: 'does not exist',
  unknown: 'not readable',
};

export const factsOf = ({ kind, types, subnets }: TopologyNetwork): readonly string[] =>
  [kinds[kind], types.join(' + '), ...subnets].filter((text) => text !== '');

const problemItem = (problem: TopologyProblem): Item => ({
  key: `problem ${problem.kind} ${problem.text}`,
  first: problem.text,
  second: `${problem.severity} · ${problem.kind}`,
  severity: problem.severity,
  of: { problem },
});
