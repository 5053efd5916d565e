import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { now } from './clock.ts';
import type { Content } from './content.ts';
import { NetworkDetail, NetworkTable } from './networks.tsx';
import { Overview } from './overview.tsx';
import { Empty } from './parts.tsx';
import { PodDetail, PodTable } from './pods.tsx';
import { ProblemDetail, ProblemTable } from './problems.tsx';
import { type PageName, type Route, linkTo, linkToPage, noFilters, pages } from './route.ts';
import {
  type NetworkRow,
  type PodRow,
  type ProblemRow,
  filterValues,
  networkRows,
  podRows,
  problemRows,
} from './rows.ts';
import { content, currentAt, go, route, staleBecause } from './store.ts';
import { Topology } from './topology.tsx';

interface Rows {
  readonly pods: readonly PodRow[];
  readonly networks: readonly NetworkRow[];
  readonly problems: readonly ProblemRow[];
}

/** The whole page. */
export function Shell(): JSX.Element {
  const of = content.value;
  const { page, search, namespace, network, node, wrong } = route.value;
  const rows = useMemo((): Rows | undefined => {
    if (of === undefined) return undefined;
    const filters = { search, namespace, network, node, wrong };
    return { pods: podRows(of, filters), networks: networkRows(of, filters), problems: problemRows(of, filters) };
  }, [of, search, namespace, network, node, wrong]);
  useEffect(() => {
    document.title = `Plexus: ${page}`;
  }, [page]);
  useShortcuts();
  return (
    <>
      <header>
        <h1>Plexus</h1>
        <p id="cluster">{of === undefined ? '' : scopeText(of)}</p>
        <Live of={of} />
      </header>
      <Navigation rows={rows} />
      <Stale of={of} />
      {of?.head.notes.map((note) => (
        <p key={note} class="note">
          {note.charAt(0).toUpperCase() + note.slice(1)}.
        </p>
      ))}
      {page !== 'overview' && of !== undefined && <FilterForm of={of} />}
      <main class={staleBecause.value === undefined ? '' : 'stale'}>
        {of === undefined || rows === undefined ? (
          <Empty>{staleBecause.value === undefined ? 'Loading …' : `Nothing to show: ${staleBecause.value}.`}</Empty>
        ) : (
          <Page of={of} rows={rows} />
        )}
      </main>
    </>
  );
}

const scopeText = ({ head: { cluster, namespace } }: Content): string =>
  `${cluster}, ${namespace === undefined ? 'all namespaces' : `namespace ${namespace}`}`;

function Live({ of }: { readonly of: Content | undefined }): JSX.Element {
  const isStale = staleBecause.value !== undefined;
  const text = isStale ? 'not up to date' : of === undefined ? 'loading …' : of.head.complete ? 'live' : 'reading …';
  return (
    <p id="live" role="status" class={isStale ? 'lost' : of?.head.complete ? 'fine' : ''}>
      {text}
    </p>
  );
}

/** States why the content is old, and how old. */
function Stale({ of }: { readonly of: Content | undefined }): JSX.Element | null {
  const why = staleBecause.value;
  if (why === undefined) return null;
  const at = currentAt.value === 0 ? undefined : new Date(currentAt.value).toLocaleTimeString('en-GB');
  return (
    <div class="banner" role="alert">
      <strong>Not up to date: {why}.</strong>{' '}
      {of !== undefined && at !== undefined && `The page shows the state of ${at}. `}
      {why.startsWith('plexus ui')
        ? 'Start it again and open the address that it prints.'
        : 'It retries automatically.'}
    </div>
  );
}

const titles: Readonly<Record<PageName, string>> = {
  overview: 'Overview',
  pods: 'Pods',
  networks: 'Networks',
  problems: 'Problems',
  topology: 'Topology',
};

/** The pages; the numbers count what the filters leave. */
const Navigation = ({ rows }: { readonly rows: Rows | undefined }): JSX.Element => (
  <nav aria-label="Pages">
    {pages.map((each) => {
      const number = rows === undefined || each === 'overview' || each === 'topology' ? undefined : rows[each].length;
      return (
        <a
          key={each}
          href={linkToPage(each, route.value)}
          aria-current={route.value.page === each ? 'page' : undefined}
        >
          {titles[each]}
          {number !== undefined && <span class="count"> ({number})</span>}
        </a>
      );
    })}
  </nav>
);

function FilterForm({ of }: { readonly of: Content }): JSX.Element {
  const values = useMemo(() => filterValues(of), [of]);
  const shown = route.value;
  const set = (change: Partial<Route>): void => go({ ...route.value, ...change }, { replace: true });
  const isFiltered =
    shown.search !== '' || shown.namespace !== '' || shown.network !== '' || shown.node !== '' || shown.wrong;
  return (
    <form id="filters" role="search" aria-label="Search and filter" onSubmit={(event) => event.preventDefault()}>
      <span class="field wide">
        <label for="search">
          Search <kbd>/</kbd>
        </label>
        <input
          id="search"
          type="search"
          autocomplete="off"
          spellcheck={false}
          placeholder="name, address, interface, MAC"
          value={shown.search}
          onInput={({ currentTarget: { value } }) => set({ search: value })}
        />
      </span>
      {(['namespace', 'network', 'node'] as const).map((id) => (
        <span class="field" key={id}>
          <label for={id}>{id.charAt(0).toUpperCase() + id.slice(1)}</label>
          <select id={id} value={shown[id]} onChange={({ currentTarget: { value } }) => set({ [id]: value })}>
            {['', ...values[id], ...(shown[id] === '' || values[id].includes(shown[id]) ? [] : [shown[id]])].map(
              (each) => (
                <option key={each} value={each}>
                  {each === '' ? 'all' : each}
                </option>
              ),
            )}
          </select>
        </span>
      ))}
      <span class="field" hidden={shown.page === 'problems'}>
        <input
          id="wrong"
          type="checkbox"
          checked={shown.wrong}
          onChange={({ currentTarget: { checked } }) => set({ wrong: checked })}
        />{' '}
        <label for="wrong">only with problems</label>
      </span>
      {isFiltered && (
        <button type="button" onClick={() => set(noFilters)}>
          Clear
        </button>
      )}
    </form>
  );
}

function Page({ of, rows }: { readonly of: Content; readonly rows: Rows }): JSX.Element {
  const { page, at } = route.value;
  if (!of.head.complete && of.pods.size === 0 && of.networks.size === 0) return <Empty>Reading the cluster …</Empty>;
  const none = (what: string, total: number): string =>
    total === 0 ? `There are no ${what} here.` : `None of ${total} matches the filters.`;
  switch (page) {
    case 'overview':
      return <Overview of={of} />;
    case 'pods': {
      const pod = of.pods.get(at);
      return (
        <Split table={<PodTable rows={rows.pods} empty={none('pods with networks', of.pods.size)} />}>
          {pod && <PodDetail pod={pod} of={of} now={now.value} />}
        </Split>
      );
    }
    case 'networks': {
      const network = of.networks.get(at);
      return (
        <Split table={<NetworkTable rows={rows.networks} empty={none('networks', of.networks.size)} />}>
          {network && <NetworkDetail network={network} of={of} now={now.value} />}
        </Split>
      );
    }
    case 'problems': {
      const problem = of.problems.get(at);
      return (
        <Split table={<ProblemTable rows={rows.problems} empty={none('problems', of.problems.size)} />}>
          {problem && <ProblemDetail problem={problem} />}
        </Split>
      );
    }
    case 'topology':
      return <Topology of={of} rows={rows.pods} />;
  }
}

interface SplitProps {
  readonly table: JSX.Element;
  /** The details of the selected object; undefined if it does not exist. */
  readonly children: JSX.Element | undefined;
}

/** A table, and beside it the details of the selected row; on a narrow screen one of them. */
function Split({ table, children }: SplitProps): JSX.Element {
  const { at, page } = route.value;
  const detail = useRef<HTMLElement>(null);
  useEffect(() => detail.current?.scrollTo(0, 0), [at]);
  return (
    <div class={at === '' ? 'split' : 'split chosen'}>
      {table}
      {at !== '' && (
        <section class="detail" aria-label="Details" tabIndex={0} ref={detail}>
          <p class="back">
            <a href={linkTo({ ...route.value, at: '' })}>
              <span class="far" aria-hidden="true">
                ✕
              </span>
              <span class="near"> ‹ {titles[page]}</span>
              <span class="far hidden">Close the details</span>
            </a>
          </p>
          {children ?? <Empty>{at} does not exist (any more).</Empty>}
        </section>
      )}
    </div>
  );
}

/** "/" goes to the search; Escape there clears it. */
function useShortcuts(): void {
  useEffect(() => {
    const end = new AbortController();
    document.addEventListener(
      'keydown',
      (event) => {
        const search = document.querySelector<HTMLInputElement>('#search');
        const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
        if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey && search !== null) {
          event.preventDefault();
          search.focus();
        }
        if (event.key === 'Escape' && event.target === search) {
          go({ ...route.value, search: '' }, { replace: true });
          // After the table shows the rows that the search hid.
          requestAnimationFrame(() => document.querySelector<HTMLElement>('.row a[tabindex="0"]')?.focus());
        }
      },
      { signal: end.signal },
    );
    return () => end.abort();
  }, []);
}
