import type { Topology, TopologyAttachment, TopologyNetwork, TopologyPod, TopologyProblem } from '../../view/index.ts';
import { action, make } from './dom.ts';
import { type Item, factsOf, stateWord } from './items.ts';

export interface Going {
  readonly toPod: (key: string) => void;
  readonly toNetwork: (name: string) => void;
  readonly toPodsOf: (network: string) => void;
}

/** The details of the selected item. */
export function detailOf(item: Item | undefined, topology: Topology, going: Going): readonly Node[] {
  if (item === undefined) return [make('p', { class: 'second' }, 'Choose something in the list.')];
  if ('pod' in item.of)
    return podSections.flatMap((section) => section(item.of as { pod: TopologyPod }, topology, going));
  if ('network' in item.of) return networkDetail(item.of.network, topology, going);
  return problemDetail(item.of.problem, going);
}

/** Builds one part of a pod's details, redrawn with every change. Recent operations follow below (recent.ts). */
type Section = (of: { readonly pod: TopologyPod }, topology: Topology, going: Going) => readonly Node[];
const podSections: readonly Section[] = [
  podHeading,
  podAttachments,
  ({ pod }, topology, going) => problemList(pod.problems, topology, going),
];

function podHeading({ pod }: { readonly pod: TopologyPod }): readonly Node[] {
  const facts = [
    pod.phase ?? 'phase unknown',
    pod.node === undefined ? 'no node yet' : `node ${pod.node}`,
    ...(pod.owner === undefined ? [] : [`of ${pod.owner}`]),
  ];
  return [make('h2', {}, `${pod.namespace}/${pod.name}`), make('p', { class: 'second' }, facts.join(' · '))];
}

function podAttachments({ pod }: { readonly pod: TopologyPod }, _: Topology, { toNetwork }: Going): readonly Node[] {
  const heading = ['Interface', 'Network', 'Addresses', 'MAC', 'State'].map((text) =>
    make('th', { scope: 'col' }, text),
  );
  const rows = pod.attachments.map((each) =>
    make(
      'tr',
      {},
      make('td', {}, each.interface || '–'),
      make(
        'td',
        {},
        action(each.network, () => toNetwork(each.network)),
      ),
      make('td', { class: 'mono' }, ...(each.ips.length === 0 ? ['–'] : each.ips.map((ip) => make('div', {}, ip)))),
      make('td', { class: 'mono' }, each.mac ?? '–'),
      stateCell(each),
    ),
  );
  return [
    make('h3', {}, 'Networks'),
    make('table', {}, make('thead', {}, make('tr', {}, ...heading)), make('tbody', {}, ...rows)),
  ];
}

function stateCell({ state, problems }: TopologyAttachment): HTMLElement {
  const isBad = state === 'missing' || problems.length > 0;
  const words = [stateWord(state), ...(problems.length > 0 ? ['also elsewhere'] : [])].join(', ');
  return make('td', isBad ? { class: 'bad' } : {}, isBad ? `▲ ${words}` : words);
}

function problemList(indexes: readonly number[], { problems }: Topology, going: Going): readonly Node[] {
  const own = indexes.flatMap((index) => problems[index] ?? []);
  if (own.length === 0) return [];
  return [
    make('h3', {}, own.length === 1 ? '1 problem' : `${own.length} problems`),
    make('ul', {}, ...own.map((each) => make('li', {}, ...problemText(each, going)))),
  ];
}

const problemText = (problem: TopologyProblem, { toPod }: Going): readonly (Node | string)[] => [
  make('span', { class: problem.severity === 'error' ? 'bad' : 'warn' }, `${problem.severity}: `),
  problem.text,
  ...(problem.pods.length > 1 ? problem.pods.slice(0, 10).flatMap((key) => [' ', action(key, () => toPod(key))]) : []),
];

const networkDetail = (network: TopologyNetwork, topology: Topology, going: Going): readonly Node[] => [
  make('h2', {}, network.name),
  make('p', { class: 'second' }, factsOf(network).join(' · ')),
  make(
    'p',
    {},
    network.pods === 0
      ? 'No pod is in it.'
      : action(network.pods === 1 ? 'Show its pod' : `Show its ${network.pods} pods`, () =>
          going.toPodsOf(network.name),
        ),
  ),
  ...problemList(network.problems, topology, going),
];

const problemDetail = (problem: TopologyProblem, going: Going): readonly Node[] => [
  make('h2', {}, problem.kind),
  make(
    'p',
    {},
    make('span', { class: problem.severity === 'error' ? 'bad' : 'warn' }, `${problem.severity}: `),
    problem.text,
  ),
  make(
    'ul',
    {},
    ...problem.pods.slice(0, 100).map((key) =>
      make(
        'li',
        {},
        action(key, () => going.toPod(key)),
      ),
    ),
  ),
  ...(problem.network === undefined
    ? []
    : [
        make(
          'p',
          {},
          'Network: ',
          action(problem.network, () => going.toNetwork(problem.network ?? '')),
        ),
      ]),
];
