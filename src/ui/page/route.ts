// What the page shows is in the fragment of its address, so that Back, reload and a copied address work. The fragment
// never reaches a server.

export const pages = ['overview', 'pods', 'networks', 'problems', 'topology'] as const;
export type PageName = (typeof pages)[number];

export const groupings = ['workload', 'node', 'namespace', 'nothing'] as const;
export type Grouping = (typeof groupings)[number];

/** The filters that all lists share. */
export interface Filters {
  readonly search: string;
  readonly namespace: string;
  readonly network: string;
  readonly node: string;
  readonly wrong: boolean;
}
export interface Route extends Filters {
  readonly page: PageName;
  /** Key of the object whose details are shown; empty for none. */
  readonly at: string;
  /** Column of the table; "-name" for the reverse order. Empty: the usual order. */
  readonly sort: string;
  readonly group: Grouping;
  /** Groups of the topology that are not in their usual state: expanded, or collapsed in a small cluster. */
  readonly toggled: readonly string[];
}

export const noFilters: Filters = { search: '', namespace: '', network: '', node: '', wrong: false };
export const start: Route = { ...noFilters, page: 'overview', at: '', sort: '', group: 'workload', toggled: [] };

/** Reads a fragment such as "#/pods?namespace=shop&at=shop/db-0". Whatever it does not know has its usual value. */
export function readRoute(fragment: string): Route {
  const [, path = '', query = ''] = /^#?\/?([^?]*)\??(.*)$/s.exec(fragment) ?? [];
  const words = new URLSearchParams(query);
  const text = (key: string): string => words.get(key) ?? '';
  const group = text('group');
  return {
    page: pages.find((each) => each === path) ?? 'overview',
    search: text('search'),
    namespace: text('namespace'),
    network: text('network'),
    node: text('node'),
    wrong: words.has('wrong'),
    at: text('at'),
    sort: text('sort'),
    group: groupings.find((each) => each === group) ?? 'workload',
    toggled: words.getAll('toggled'),
  };
}

/** The fragment of a route, without what has its usual value. */
export function linkTo(route: Route): string {
  const words = new URLSearchParams();
  for (const key of ['search', 'namespace', 'network', 'node', 'at', 'sort'] as const)
    if (route[key] !== '') words.set(key, route[key]);
  if (route.wrong) words.set('wrong', '');
  if (route.group !== 'workload') words.set('group', route.group);
  for (const each of route.toggled) words.append('toggled', each);
  const query = words.toString();
  return `#/${route.page}${query === '' ? '' : `?${query}`}`;
}

/** The details of an object, on the page of its kind, without filters that could hide it. */
export const linkToObject = (page: PageName, at: string): string => linkTo({ ...start, page, at });

/** Another page with the same filters. */
export const linkToPage = (page: PageName, from: Route): string =>
  linkTo({ ...from, page, at: '', sort: '', toggled: [] });
