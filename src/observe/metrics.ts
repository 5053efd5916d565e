import type * as prom from 'prom-client';
import type { Report, Step } from '../report/index.ts';
import { boundedLabel, largestCounts } from './bounded-labels.ts';

/** Values that are read at scrape time. */
export interface MetricSources {
  /** Counts of records, their abandoned or detaching attachments, attachments by network, and pending statuses. */
  readonly journal: () => Promise<JournalNumbers>;
  /** Whether the watch of NADs is up to date, and how many NADs it knows. */
  readonly watch: () => { readonly synced: boolean; readonly objects: number; readonly leftOut: number };
  readonly calls: () => number;
  /** Whether a host agent is connected. */
  readonly agent: () => boolean;
  /** Undefined: HTTP over TCP is disabled. */
  readonly httpListening: () => boolean | undefined;
  readonly recent: () => { readonly operations: number; readonly bytes: number };
  readonly version: string;
}
export interface JournalNumbers {
  readonly sandboxes: number;
  readonly detaching: number;
  readonly abandoned: number;
  readonly pendingStatus: number;
  /** DELs that were deferred while no daemon was running. */
  readonly deferred: number;
  readonly attachments: ReadonlyMap<string, number>;
}
export interface Metrics {
  readonly report: Report;
  readonly render: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** Values of a label that NetworkAttachmentDefinitions determine. */
const mostValues = 200;

type PromClient = Omit<typeof prom, 'default'>;

/** Creates Prometheus metrics from steps (docs/metrics.md). Only this file loads prom-client. */
export async function createMetrics(sources: MetricSources): Promise<Metrics> {
  const { default: client } = await import('prom-client');
  const registry = new client.Registry();
  collectOfProcess(client, registry);
  const lost = { since: performance.now() };
  const report = listener(counters(client, [registry]), lost);
  let journal = noNumbers;
  let reading: Promise<JournalNumbers> | undefined;
  const gaugeSources = { ...sources, lost, journal: (): JournalNumbers => journal };
  gauges(client, [registry], gaugeSources);
  labelledGauges(client, [registry], gaugeSources);
  const render: Metrics['render'] = async () => {
    // One read for all gauges and concurrent scrapes.
    journal = await (reading ??= sources.journal().finally(() => (reading = undefined)));
    return { contentType: registry.contentType, text: await registry.metrics() };
  };
  return { report, render };
}

// Measuring event-loop lag requires constant wake-ups, which cost an idle node more than everything else that the
// daemon does. So the sampler gets the longest possible interval, and its metrics are omitted.
function collectOfProcess(client: PromClient, registry: prom.Registry): void {
  client.collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 2 ** 31 - 1 });
  for (const quantile of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'])
    registry.removeSingleMetric(`nodejs_eventloop_lag_${quantile}_seconds`);
}

/** Since when the watch has been lost, if at all. */
interface Lost {
  since: number;
}

const noNumbers: JournalNumbers = {
  sandboxes: 0,
  detaching: 0,
  abandoned: 0,
  pendingStatus: 0,
  deferred: 0,
  attachments: new Map(),
};

function counters({ Counter, Gauge, Histogram }: PromClient, registers: prom.Registry[]) {
  const counter = (name: string, help: string, labelNames: string[]): prom.Counter =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string, labelNames: string[]): prom.Gauge =>
    new Gauge({ name, help, labelNames, registers });
  const histogram = (name: string, help: string, labelNames: string[]): prom.Histogram =>
    new Histogram({ name, help, labelNames, buckets: seconds, registers });
  return {
    ...apiMetrics(counter, histogram),
    ...callMetrics(counter, histogram),
    ...backgroundMetrics(counter, gauge),
  };
}

/** Metrics of CNI calls, their plugin runs and their journal writes. */
function callMetrics(counter: Made<prom.Counter>, histogram: Made<prom.Histogram>) {
  return {
    requests: counter(
      'plexus_cni_requests_total',
      'CNI calls answered, by command and outcome: success, or the identifier and code of the error.',
      ['command', 'outcome', 'code'],
    ),
    duration: histogram('plexus_cni_request_duration_seconds', 'Time from the arrival of a CNI call to its answer.', [
      'command',
      'outcome',
    ]),
    delegates: histogram('plexus_delegate_duration_seconds', 'Run time of delegate plugins.', [
      'plugin',
      'command',
      'outcome',
    ]),
    statuses: counter(
      'plexus_status_writes_total',
      'network-status annotations: written, deferred (the API could not be reached) or pod-is-gone.',
      ['outcome'],
    ),
    disregarded: counter(
      'plexus_plugin_checks_disregarded_total',
      'Failed CHECKs of plugins that were ignored: the plugin never passed CHECK for that attachment, and the kernel was as recorded.',
      ['plugin'],
    ),
    phases: histogram(
      'plexus_phase_duration_seconds',
      'Parts of a command beside its plugins: lock (waiting for the sandbox), readiness, inputs, plan, journal.',
      ['command', 'phase'],
    ),
    publishing: histogram('plexus_status_write_duration_seconds', 'Time to write a network-status annotation.', [
      'outcome',
    ]),
    journal: histogram(
      'plexus_journal_write_duration_seconds',
      'Changes of the journal: write (synced), note (not synced), remove (synced).',
      ['operation'],
    ),
  };
}

/** Metrics of the daemon's background work. */
function backgroundMetrics(counter: Made<prom.Counter>, gauge: Made<prom.Gauge>) {
  return {
    abandoned: counter(
      'plexus_attachments_abandoned_total',
      'Attachments that could not be undone for so long that their pod was let go.',
      ['network'],
    ),
    reclaimed: counter(
      'plexus_sandboxes_reclaimed_total',
      'Sandboxes that were gone without a DEL and were undone by the daemon; abandoned: not wholly.',
      ['outcome'],
    ),
    events: counter(
      'plexus_events_total',
      'Events for people: written, counted (happened again), left-out (too many at once), failed.',
      ['outcome'],
    ),
    lastError: gauge(
      'plexus_last_error_timestamp_seconds',
      'When a command, or work of the daemon itself, last failed with this error.',
      ['id'],
    ),
    problems: counter('plexus_problems_total', 'Problems told outside of an answer, by identifier of the error.', [
      'id',
    ]),
    unattached: gauge(
      'plexus_pods_unattached',
      'Running pods of this node that ask for networks and were never attached.',
      [],
    ),
    displaced: counter(
      'plexus_configuration_displaced_total',
      'How often the CNI configuration of Plexus was found displaced or changed by another program.',
      [],
    ),
  };
}

type Made<Metric> = (name: string, help: string, labelNames: string[]) => Metric;

/** Metrics of requests to the Kubernetes API. */
const apiMetrics = (counter: Made<prom.Counter>, histogram: Made<prom.Histogram>) => ({
  api: counter('plexus_api_requests_total', 'Requests to the Kubernetes API; code none: no answer came.', [
    'verb',
    'resource',
    'code',
  ]),
  apiTime: histogram(
    'plexus_api_request_duration_seconds',
    'Time to the beginning of the answer of the Kubernetes API; without watches.',
    ['verb', 'resource'],
  ),
  retries: counter('plexus_api_retries_total', 'Requests to the Kubernetes API that were sent once more.', [
    'verb',
    'resource',
  ]),
});

const now = (): number => Date.now() / 1000;

const outcomeOf = (error: unknown): string => (error === undefined ? 'success' : 'failure');

function listener(metrics: ReturnType<typeof counters>, lost: Lost): Report {
  const [pluginLabel, networkLabel] = [boundedLabel(mostValues), boundedLabel(mostValues)];
  type Of<K extends Step['kind']> = Extract<Step, { readonly kind: K }>;
  const on: { readonly [K in Step['kind']]?: (step: Of<K>) => void } = {
    'operation-finished': ({ command, ms, error }) => {
      if (error !== undefined) metrics.lastError.set({ id: error.id }, now());
      metrics.requests.inc({ command, outcome: error?.id ?? 'success', code: String(error?.code ?? 0) });
      metrics.duration.observe({ command, outcome: outcomeOf(error) }, ms / 1000);
    },
    'plugin-finished': ({ plugin, command, ms, error }) =>
      metrics.delegates.observe({ plugin: pluginLabel(plugin), command, outcome: outcomeOf(error) }, ms / 1000),
    'status-published': ({ outcome, ms }) => {
      metrics.statuses.inc({ outcome });
      metrics.publishing.observe({ outcome }, ms / 1000);
    },
    'journal-written': ({ operation, ms }) => metrics.journal.observe({ operation }, ms / 1000),
    'api-request': ({ verb, resource, status, ms }) => {
      metrics.api.inc({ verb, resource, code: String(status) });
      if (verb !== 'watch') metrics.apiTime.observe({ verb, resource }, ms / 1000);
    },
    'watch-state': ({ state }) => {
      if (state === 'lost') lost.since = performance.now();
    },
    'api-retried': ({ verb, resource }) => metrics.retries.inc({ verb, resource }),
    'event-sent': ({ outcome }) => metrics.events.inc({ outcome }),
    'check-disregarded': ({ plugin }) => metrics.disregarded.inc({ plugin: pluginLabel(plugin) }),
    abandoned: ({ network }) => metrics.abandoned.inc({ network: networkLabel(network) }),
    reclaimed: ({ outcome }) => metrics.reclaimed.inc({ outcome }),
    unattached: ({ pods }) => metrics.unattached.set(pods.length),
    'configuration-displaced': () => metrics.displaced.inc(),
    problem: ({ error }) => {
      metrics.problems.inc({ id: error.id });
      metrics.lastError.set({ id: error.id }, now());
    },
  };
  return (step, operation) => {
    // Steps without an operation belong to the daemon's background work.
    if (step.kind === 'phase-finished')
      metrics.phases.observe({ command: operation?.command ?? 'background', phase: step.phase }, step.ms / 1000);
    (on[step.kind] as ((step: Step) => void) | undefined)?.(step);
  };
}

type GaugeSources = Omit<MetricSources, 'journal'> & { readonly journal: () => JournalNumbers; readonly lost: Lost };

function labelledGauges({ Gauge }: PromClient, registers: prom.Registry[], sources: GaugeSources): void {
  const attachments: prom.Gauge = new Gauge({
    name: 'plexus_attachments',
    help: 'Attachments on this node, by network.',
    labelNames: ['network'],
    registers,
    collect: () => {
      attachments.reset();
      for (const [network, count] of largestCounts(sources.journal().attachments, mostValues))
        attachments.set({ network }, count);
    },
  });
  const { httpListening } = sources;
  const listening: prom.Gauge = new Gauge({
    name: 'plexus_http_listening',
    help: '1 while the daemon listens on its HTTP address; 0, to be seen on observe.sock only, while it cannot.',
    registers,
    collect: () => {
      listening.reset();
      const now = httpListening();
      if (now !== undefined) listening.set(now ? 1 : 0);
    },
  });
}

function gauges({ Gauge }: PromClient, registers: prom.Registry[], sources: GaugeSources): void {
  const journal = (name: string, help: string, value: (numbers: JournalNumbers) => number): void => {
    const gauge: prom.Gauge = new Gauge({ name, help, registers, collect: () => gauge.set(value(sources.journal())) });
  };
  journal('plexus_journal_sandboxes', 'Sandboxes in the journal.', ({ sandboxes }) => sandboxes);
  journal(
    'plexus_journal_detaching',
    'Attachments in the journal that could not yet be undone.',
    ({ detaching }) => detaching,
  );
  journal(
    'plexus_journal_abandoned',
    'Of these, attachments whose pod was let go: the daemon goes on trying.',
    ({ abandoned }) => abandoned,
  );
  journal(
    'plexus_journal_pending_status',
    'Sandboxes whose network-status is not yet in the API.',
    ({ pendingStatus }) => pendingStatus,
  );
  journal(
    'plexus_calls_deferred',
    'DELs that were answered while no daemon was there and are not yet carried out.',
    ({ deferred }) => deferred,
  );
  const simple = (name: string, help: string, value: () => number): void => {
    const gauge: prom.Gauge = new Gauge({ name, help, registers, collect: () => gauge.set(value()) });
  };
  simple('plexus_watch_synced', '1 while the watch of NetworkAttachmentDefinitions is up to date.', () =>
    sources.watch().synced ? 1 : 0,
  );
  simple(
    'plexus_watch_lost_seconds',
    'How long changes of NetworkAttachmentDefinitions have not arrived; 0 while they do.',
    () => (sources.watch().synced ? 0 : (performance.now() - sources.lost.since) / 1000),
  );
  simple('plexus_watch_objects', 'NetworkAttachmentDefinitions known.', () => sources.watch().objects);
  simple(
    'plexus_watch_objects_left_out',
    'NetworkAttachmentDefinitions that did not fit into the cache: read when they are needed.',
    () => sources.watch().leftOut,
  );
  simple('plexus_recent_operations', 'Operations that plexus trace can show.', () => sources.recent().operations);
  simple('plexus_recent_bytes', 'What plugins read and wrote in them.', () => sources.recent().bytes);
  simple('plexus_calls_running', 'CNI calls that run now.', () => sources.calls());
  simple('plexus_host_agent_connected', '1 while a host agent is connected.', () => (sources.agent() ? 1 : 0));
  new Gauge({ name: 'plexus_build_info', help: 'Version of the daemon.', labelNames: ['version'], registers }).set(
    { version: sources.version },
    1,
  );
}
