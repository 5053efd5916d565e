import type { ProblemSeverity } from '../../view/index.ts';
import { podKeyOf } from '../differences.ts';
import type { PageNetwork, PagePod, PageProblem } from '../page-state.ts';
import { type Content, worstOf } from './content.ts';
import type { Filters } from './route.ts';

/** A row of a table: an object with what its cells and its order need. */
export interface Row<T> {
  readonly key: string;
  readonly item: T;
  readonly severity: ProblemSeverity | undefined;
}
export type PodRow = Row<PagePod>;
export type NetworkRow = Row<PageNetwork>;
export type ProblemRow = Row<PageProblem>;

/** Whether texts contain every word of the search. */
type Has = (...texts: readonly string[]) => boolean;

function searchFor(search: string): Has {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return () => true;
  return (...texts) => words.every((word) => texts.some((text) => text.toLowerCase().includes(word)));
}

export function podRows({ pods, problemsOfPod }: Content, filters: Filters): readonly PodRow[] {
  const has = searchFor(filters.search);
  return [...pods]
    .filter(([, pod]) => isOf(pod, filters) && has(...textsOf(pod)))
    .map(([key, item]) => ({ key, item, severity: worstOf(problemsOfPod.get(key)) }))
    .filter(({ severity }) => !filters.wrong || severity !== undefined);
}

const isOf = (pod: PagePod, { namespace, network, node }: Filters): boolean =>
  (namespace === '' || pod.namespace === namespace) &&
  (node === '' || pod.node === node) &&
  (network === '' || pod.attachments.some((each) => each.network === network));

const textsOf = (pod: PagePod): readonly string[] => [
  podKeyOf(pod),
  pod.status.state,
  pod.node ?? '',
  pod.owner ?? '',
  ...pod.attachments.flatMap(({ network, interface: name, ips, mac }) => [network, name, mac ?? '', ...ips]),
];

export function networkRows({ networks, pods, problemsOfNetwork }: Content, filters: Filters): readonly NetworkRow[] {
  const has = searchFor(filters.search);
  const onNode = filters.node === '' ? undefined : networksOn(pods, filters.node);
  return [...networks]
    .filter(([name]) => (filters.network === '' || name === filters.network) && isIn(name, filters))
    .filter(([name]) => onNode?.has(name) ?? true)
    .filter(([name, { types, subnets }]) => has(name, ...types, ...subnets))
    .map(([key, item]) => ({ key, item, severity: worstOf(problemsOfNetwork.get(key)) }))
    .filter(({ severity }) => !filters.wrong || severity !== undefined);
}

const networksOn = (pods: Content['pods'], node: string): ReadonlySet<string> =>
  new Set(
    [...pods.values()]
      .filter((pod) => pod.node === node)
      .flatMap(({ attachments }) => attachments.map(({ network }) => network)),
  );

const isIn = (name: string, { namespace }: Filters): boolean => namespace === '' || name.startsWith(`${namespace}/`);

export function problemRows({ problems, pods }: Content, filters: Filters): readonly ProblemRow[] {
  const has = searchFor(filters.search);
  return [...problems]
    .filter(([, { network }]) => filters.network === '' || network === filters.network)
    .filter(
      ([, problem]) =>
        filters.namespace === '' || [...problem.pods, problem.network ?? ''].some((name) => isIn(name, filters)),
    )
    .filter(([, problem]) => filters.node === '' || problem.pods.some((key) => pods.get(key)?.node === filters.node))
    .filter(([, { text, kind, id = '' }]) => has(text, kind, id))
    .map(([key, item]) => ({ key, item, severity: item.severity }));
}

/** The values that the filters offer. */
export function filterValues({
  pods,
  networks,
}: Content): Readonly<Record<'namespace' | 'network' | 'node', string[]>> {
  const sorted = (values: Iterable<string>): string[] => [...new Set(values)].toSorted();
  return {
    namespace: sorted([...pods.values()].map(({ namespace }) => namespace)),
    network: [...networks.keys()],
    node: sorted([...pods.values()].flatMap(({ node }) => node ?? [])),
  };
}

/** A column that can order a table. */
export interface Order<T> {
  readonly id: string;
  readonly by: (row: Row<T>) => string | number;
}

/** Sorts by the column that `sort` names ("-node" for the reverse order); rows that are equal keep their order. */
export function sortRows<T>(rows: readonly Row<T>[], orders: readonly Order<T>[], sort: string): readonly Row<T>[] {
  const isReverse = sort.startsWith('-');
  const order = orders.find(({ id }) => id === sort.replace('-', ''));
  if (order === undefined) return rows;
  const compare = (a: string | number, b: string | number): number =>
    typeof a === 'number' && typeof b === 'number' ? a - b : natural.compare(String(a), String(b));
  const keyed = rows.map((row) => ({ row, value: order.by(row) }));
  return keyed.toSorted((a, b) => compare(a.value, b.value) * (isReverse ? -1 : 1)).map(({ row }) => row);
}

/** The order of names: app-9 comes before app-10. */
export const natural = new Intl.Collator('en', { numeric: true });
