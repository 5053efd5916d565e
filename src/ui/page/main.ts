import type { PageState } from '../page-state.ts';
import { detailOf } from './detail.ts';
import { byId, make } from './dom.ts';
import { type Filters, type View, itemsOf } from './items.ts';
import { makeList } from './list.ts';
import { recentSection } from './recent.ts';

type Tab = View | 'picture';
const tabs: readonly Tab[] = ['pods', 'networks', 'problems', 'picture'];
const selects = ['namespace', 'network', 'node'] as const;

let state: PageState | undefined;
let tab: Tab = 'pods';

const search = byId<HTMLInputElement>('search');
const wrong = byId<HTMLInputElement>('wrong');
const select = (id: (typeof selects)[number]): HTMLSelectElement => byId<HTMLSelectElement>(id);
const filters = (): Filters => ({
  search: search.value,
  namespace: select('namespace').value,
  network: select('network').value,
  node: select('node').value,
  wrong: wrong.checked,
});

const going = {
  toPod: (key: string): void => goTo('pods', `pod ${key}`),
  toNetwork: (name: string): void => goTo('networks', `network ${name}`),
  toPodsOf: (network: string): void => {
    clearFilters();
    select('network').value = network;
    showTab('pods');
    list.choose('');
    byId('list').focus();
  },
};

const recent = recentSection(byId('recent'));
const list = makeList(byId('list'), byId('rows'), {
  choose: (item) => {
    if (state === undefined) return;
    byId('about').replaceChildren(...detailOf(item, state.topology, going));
    recent.show(item !== undefined && 'pod' in item.of ? item.of.pod : undefined);
  },
  open: () => byId('detail').focus(),
});

function goTo(where: View, key: string): void {
  clearFilters();
  showTab(where);
  list.choose(key);
  byId('list').focus();
}

function clearFilters(): void {
  search.value = '';
  wrong.checked = false;
  for (const id of selects) select(id).value = '';
}

function showTab(next: Tab): void {
  tab = next;
  for (const each of tabs) {
    const button = byId(`tab-${each}`);
    button.setAttribute('aria-selected', String(each === tab));
    button.tabIndex = each === tab ? 0 : -1;
  }
  byId('panel').setAttribute('aria-labelledby', `tab-${tab}`);
  byId('split').hidden = tab === 'picture';
  byId('picture').hidden = tab !== 'picture';
  byId('filters').hidden = tab === 'picture'; // The picture shows everything.
  byId('list').setAttribute('aria-label', tab);
  render();
}

function render(): void {
  if (state === undefined) return;
  const { topology, revision, complete } = state;
  const counts: Readonly<Record<View, number>> = {
    pods: topology.pods.length,
    networks: topology.networks.length,
    problems: topology.problems.length,
  };
  for (const [view, count] of Object.entries(counts))
    byId(`tab-${view}`).textContent = `${view.charAt(0).toUpperCase()}${view.slice(1)} (${count})`;
  if (tab === 'picture')
    return drawPicture(
      revision,
      `${counts.pods} pods in ${counts.networks} networks, ${counts.problems} problems; the other tabs contain the same as text`,
    );
  list.show(itemsOf(tab, topology, filters()), complete ? 'No matches.' : 'Reading the cluster …');
}

function drawPicture(revision: number, text: string): void {
  const drawing = byId<HTMLImageElement>('drawing');
  drawing.alt = text;
  const source = `topology.svg?revision=${revision}`;
  if (drawing.getAttribute('src') !== source) drawing.src = source;
}

function take(next: PageState): void {
  state = next;
  const { topology } = next;
  byId('cluster').textContent =
    `${next.cluster}, ${next.namespace === undefined ? 'all namespaces' : `namespace ${next.namespace}`}`;
  tellLive(
    next.problems.length > 0 ? `not up to date: ${next.problems.join('; ')}` : next.complete ? 'live' : 'reading …',
    next.problems.length > 0,
  );
  const sorted = (values: readonly string[]): readonly string[] => [...new Set(values)].toSorted();
  fill('namespace', sorted(topology.pods.map(({ namespace }) => namespace)));
  fill(
    'network',
    topology.networks.map(({ name }) => name),
  );
  fill('node', sorted(topology.pods.flatMap(({ node }) => node ?? [])));
  render();
}

function tellLive(text: string, isLost: boolean): void {
  const live = byId('live');
  live.classList.toggle('lost', isLost);
  if (live.textContent !== text) live.textContent = text;
}

/** Sets the options of a filter and keeps the selected one. */
function fill(id: (typeof selects)[number], values: readonly string[]): void {
  const element = select(id);
  const all = ['', ...values];
  if (JSON.stringify([...element.options].map(({ value }) => value)) === JSON.stringify(all)) return;
  const { value } = element;
  element.replaceChildren(...all.map((each) => make('option', { value: each }, each === '' ? 'all' : each)));
  element.value = all.includes(value) ? value : '';
}

let loading: Promise<void> | undefined;
let again = false;

/** Reads the state. All requests during a read are combined into one further read. */
function load(): void {
  if (loading !== undefined) {
    again = true;
    return;
  }
  loading = read().finally(() => {
    loading = undefined;
    if (again) load();
    again = false;
  });
}

async function read(): Promise<void> {
  try {
    const answer = await fetch('state.json');
    if (answer.ok) return take((await answer.json()) as PageState);
    tellLive(`plexus ui answers with ${answer.status}`, true);
  } catch {
    tellLive('plexus ui has stopped', true); // The event stream reconnects automatically.
  }
}

byId('filters').addEventListener('input', render);
byId('filters').addEventListener('submit', (event) => event.preventDefault());
for (const each of tabs) byId(`tab-${each}`).addEventListener('click', () => showTab(each));
document.querySelector('[role=tablist]')?.addEventListener('keydown', (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[(event as KeyboardEvent).key];
  if (step === undefined) return;
  showTab(tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length] ?? 'pods');
  byId(`tab-${tab}`).focus();
});
document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
  }
  if (event.key === 'Escape' && event.target === search) {
    search.value = '';
    render();
    byId('list').focus();
  }
});

showTab('pods');
const events = new EventSource('events');
events.addEventListener('change', load);
events.addEventListener('error', () => tellLive('plexus ui has stopped', true));
