import type * as prom from 'prom-client';
import type { Report, Step } from '../report/index.ts';
import { boundedLabel } from './bounded-labels.ts';
import {
  type JournalNumbers,
  type Lost,
  type MetricSources,
  type PromClient,
  gauges,
  labelledGauges,
  mostValues,
  noNumbers,
} from './gauges.ts';

export interface Metrics {
  readonly report: Report;
  /** Adds the gauges once their sources exist. Returns the function that renders all metrics. */
  readonly collectFrom: (
    sources: MetricSources,
  ) => () => Promise<{ readonly contentType: string; readonly text: string }>;
}

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** Prometheus metrics made from steps (docs/metrics.md). prom-client is loaded here and nowhere else. */
export async function createMetrics(): Promise<Metrics> {
  const { default: client } = await import('prom-client');
  const registry = new client.Registry();
  collectOfProcess(client, registry);
  const lost = { since: performance.now() };
  const report = listener(counters(client, [registry]), lost);
  const collectFrom: Metrics['collectFrom'] = (sources) => {
    let journal = noNumbers;
    let reading: Promise<JournalNumbers> | undefined;
    const gaugeSources = { ...sources, lost, journal: (): JournalNumbers => journal };
    gauges(client, [registry], gaugeSources);
    labelledGauges(client, [registry], gaugeSources);
    return async () => {
      journal = await (reading ??= sources.journal().finally(() => (reading = undefined))); // once for all gauges and concurrent scrapes
      return { contentType: registry.contentType, text: await registry.metrics() };
    };
  };
  return { report, collectFrom };
}

// Measuring event-loop lag requires constant wake-ups, which cost an idle node more than everything else that the
// daemon does. So the sampler gets the longest possible interval, and its metrics are omitted.
function collectOfProcess(client: PromClient, registry: prom.Registry): void {
  client.collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 2 ** 31 - 1 });
  for (const quantile of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'])
    registry.removeSingleMetric(`nodejs_eventloop_lag_${quantile}_seconds`);
}

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
    ...hotPlugMetrics(counter, histogram),
    ...queueMetrics({ counter, gauge, histogram }),
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
      'Failed plugin CHECKs that Plexus ignored: the plugin never passed CHECK for that attachment, and the state of the kernel matched the journal.',
      ['plugin'],
    ),
    phases: histogram(
      'plexus_phase_duration_seconds',
      'Time in parts of a command other than plugins: lock (waiting for the sandbox), readiness, inputs, plan, journal.',
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
      'Attachments that were abandoned: they could not be undone, and pod deletion proceeded.',
      ['network'],
    ),
    reclaimed: counter(
      'plexus_sandboxes_reclaimed_total',
      'Sandboxes that disappeared without a DEL and that the daemon reclaimed: undone, or abandoned (in part not undone).',
      ['outcome'],
    ),
    events: counter(
      'plexus_events_total',
      'Events: written, counted (a repetition), left-out (too many at once), failed.',
      ['outcome'],
    ),
    lastError: gauge(
      'plexus_last_error_timestamp_seconds',
      'Time of the last failure of a command, or of background work, with this error.',
      ['id'],
    ),
    problems: counter('plexus_problems_total', 'Problems reported outside of an answer, by identifier of the error.', [
      'id',
    ]),
    unattached: gauge(
      'plexus_pods_unattached',
      'Running pods of this node that request networks and were never attached.',
      [],
    ),
    displaced: counter(
      'plexus_configuration_displaced_total',
      'How often another program displaced or changed the CNI configuration of Plexus.',
      [],
    ),
  };
}

/** Metrics of networks that follow the annotations of running pods. */
const hotPlugMetrics = (counter: Made<prom.Counter>, histogram: Made<prom.Histogram>) => ({
  plugged: counter(
    'plexus_hotplug_changes_total',
    'Networks of running pods that were attached or detached because the annotation changed; a swap is both.',
    ['act'],
  ),
  plugProblems: counter(
    'plexus_hotplug_failures_total',
    'Networks of running pods that could not follow the annotation, each time it was tried, by identifier of the error.',
    ['reason'],
  ),
  following: histogram(
    'plexus_hotplug_duration_seconds',
    'Time from the notification that an annotation changed until the pod had its networks and their status.',
    [],
  ),
});

/** What the work queues of controllers count, as client-go's workqueue does. */
const queueMetrics = (made: {
  readonly counter: Made<prom.Counter>;
  readonly gauge: Made<prom.Gauge>;
  readonly histogram: Made<prom.Histogram>;
}) => ({
  depth: made.gauge('plexus_workqueue_depth', 'Keys of a controller that are ready and wait for a worker.', [
    'controller',
  ]),
  adds: made.counter('plexus_workqueue_adds_total', 'Keys of a controller that became ready.', ['controller']),
  workRetries: made.counter('plexus_workqueue_retries_total', 'Keys that are retried after a back-off.', [
    'controller',
  ]),
  queueTime: made.histogram('plexus_workqueue_queue_duration_seconds', 'How long ready keys waited for a worker.', [
    'controller',
  ]),
  workTime: made.histogram('plexus_workqueue_work_duration_seconds', 'How long the work on a key took.', [
    'controller',
  ]),
  reconciles: made.counter(
    'plexus_controller_reconcile_total',
    'Pieces of work of a controller, by result: success, requeue_after (succeeded, planned again), error.',
    ['controller', 'result'],
  ),
});

type Made<Metric> = (name: string, help: string, labelNames: string[]) => Metric;

/** Metrics of requests to the Kubernetes API. */
const apiMetrics = (counter: Made<prom.Counter>, histogram: Made<prom.Histogram>) => ({
  api: counter('plexus_api_requests_total', 'Requests to the Kubernetes API; code none: no answer.', [
    'verb',
    'resource',
    'code',
  ]),
  apiTime: histogram(
    'plexus_api_request_duration_seconds',
    'Time to the beginning of the answer of the Kubernetes API; without watches.',
    ['verb', 'resource'],
  ),
  retries: counter('plexus_api_retries_total', 'Requests to the Kubernetes API that were retried.', [
    'verb',
    'resource',
  ]),
});

const now = (): number => Date.now() / 1000;

// the command of operations that follow the annotation of a running pod
const changeCommand = 'CHANGE';

const outcomeOf = (error: unknown): string => (error === undefined ? 'success' : 'failure');

function listener(metrics: ReturnType<typeof counters>, lost: Lost): Report {
  const [pluginLabel, networkLabel] = [boundedLabel(mostValues), boundedLabel(mostValues)];
  type Of<K extends Step['kind']> = Extract<Step, { readonly kind: K }>;
  const on: { readonly [K in Step['kind']]?: (step: Of<K>) => void } = {
    'operation-finished': ({ command, ms, error }) => {
      if (error !== undefined) metrics.lastError.set({ id: error.id }, now());
      if (command === changeCommand) return; // no call of the runtime
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
    'watch-state': ({ state, resource }) => {
      if (state === 'lost' && resource !== 'pods') lost.since = performance.now();
    },
    'work-added': ({ controller, added, depth }) => {
      metrics.adds.inc({ controller }, added);
      metrics.depth.set({ controller }, depth);
    },
    'work-started': ({ controller, waitedMs, depth }) => {
      metrics.queueTime.observe({ controller }, waitedMs / 1000);
      metrics.depth.set({ controller }, depth);
    },
    'work-finished': ({ controller, result, ms }) => {
      metrics.workTime.observe({ controller }, ms / 1000);
      metrics.reconciles.inc({ controller, result });
      if (result === 'error') metrics.workRetries.inc({ controller });
    },
    'api-retried': ({ verb, resource }) => metrics.retries.inc({ verb, resource }),
    'event-sent': ({ outcome }) => metrics.events.inc({ outcome }),
    'check-disregarded': ({ plugin }) => metrics.disregarded.inc({ plugin: pluginLabel(plugin) }),
    abandoned: ({ network }) => metrics.abandoned.inc({ network: networkLabel(network) }),
    reclaimed: ({ outcome }) => metrics.reclaimed.inc({ outcome }),
    'networks-followed': ({ attached, detached, problems, ms }) => {
      metrics.plugged.inc({ act: 'attach' }, attached.length);
      metrics.plugged.inc({ act: 'detach' }, detached.length);
      for (const reason of problems) metrics.plugProblems.inc({ reason });
      if (problems.length === 0 && ms !== undefined) metrics.following.observe({}, ms / 1000);
    },
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
