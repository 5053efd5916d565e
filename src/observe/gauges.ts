import type * as prom from 'prom-client';
import { largestCounts } from './bounded-labels.ts';

/** What is read at the moment somebody asks for the metrics. */
export interface MetricSources {
  /**
   * Number of records, of abandoned or detaching attachments in them, of attachments by network, and of status not yet
   * written.
   */
  readonly journal: () => Promise<JournalNumbers>;
  /** Whether the watch of NADs is up to date, and how many there are. */
  readonly watch: () => { readonly synced: boolean; readonly objects: number; readonly leftOut: number };
  readonly calls: () => number;
  /** Whether a host agent is connected. */
  readonly agent: () => boolean;
  /** Undefined: HTTP over TCP is off. */
  readonly httpListening: () => boolean | undefined;
  readonly recent: () => { readonly operations: number; readonly bytes: number };
  readonly version: string;
}
export interface JournalNumbers {
  readonly sandboxes: number;
  readonly detaching: number;
  readonly abandoned: number;
  readonly pendingStatus: number;
  /** DELs from while there was no daemon. */
  readonly deferred: number;
  readonly attachments: ReadonlyMap<string, number>;
}
/** Since when the watch is lost, if it is. */
export interface Lost {
  since: number;
}

export const noNumbers: JournalNumbers = {
  sandboxes: 0,
  detaching: 0,
  abandoned: 0,
  pendingStatus: 0,
  deferred: 0,
  attachments: new Map(),
};

/** Values of a label that NetworkAttachmentDefinitions choose. */
export const mostValues = 200;

export type PromClient = Omit<typeof prom, 'default'>;

type GaugeSources = Omit<MetricSources, 'journal'> & { readonly journal: () => JournalNumbers; readonly lost: Lost };

/** Gauges with a label. */
export function labelledGauges({ Gauge }: PromClient, registers: prom.Registry[], sources: GaugeSources): void {
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
    help: '1 while the daemon listens on its HTTP address, 0 while it cannot (visible on observe.sock only).',
    registers,
    collect: () => {
      listening.reset();
      const now = httpListening();
      if (now !== undefined) listening.set(now ? 1 : 0);
    },
  });
}

/** Gauges without a label, and the version. */
export function gauges({ Gauge }: PromClient, registers: prom.Registry[], sources: GaugeSources): void {
  const journal = (name: string, help: string, value: (numbers: JournalNumbers) => number): void => {
    const gauge: prom.Gauge = new Gauge({ name, help, registers, collect: () => gauge.set(value(sources.journal())) });
  };
  journal('plexus_journal_sandboxes', 'Sandboxes in the journal.', ({ sandboxes }) => sandboxes);
  journal(
    'plexus_journal_detaching',
    'Attachments in the journal that are not undone yet.',
    ({ detaching }) => detaching,
  );
  journal(
    'plexus_journal_abandoned',
    'Abandoned attachments among them: pod deletion proceeded, the daemon keeps retrying.',
    ({ abandoned }) => abandoned,
  );
  journal(
    'plexus_journal_pending_status',
    'Sandboxes whose network-status is not published yet.',
    ({ pendingStatus }) => pendingStatus,
  );
  journal('plexus_calls_deferred', 'Deferred DELs that are not carried out yet.', ({ deferred }) => deferred);
  const simple = (name: string, help: string, value: () => number): void => {
    const gauge: prom.Gauge = new Gauge({ name, help, registers, collect: () => gauge.set(value()) });
  };
  simple('plexus_watch_synced', '1 while the watch of NetworkAttachmentDefinitions is up to date.', () =>
    sources.watch().synced ? 1 : 0,
  );
  simple(
    'plexus_watch_lost_seconds',
    'Seconds since the watch of NetworkAttachmentDefinitions was lost; 0 while it is up to date.',
    () => (sources.watch().synced ? 0 : (performance.now() - sources.lost.since) / 1000),
  );
  simple('plexus_watch_objects', 'NetworkAttachmentDefinitions in the cache.', () => sources.watch().objects);
  simple(
    'plexus_watch_objects_left_out',
    'NetworkAttachmentDefinitions that do not fit into the cache and are read on demand.',
    () => sources.watch().leftOut,
  );
  simple('plexus_recent_operations', 'Operations that plexus trace can show.', () => sources.recent().operations);
  simple('plexus_recent_bytes', 'Bytes of plugin input and output in these operations.', () => sources.recent().bytes);
  simple('plexus_calls_running', 'CNI calls in flight.', () => sources.calls());
  simple('plexus_host_agent_connected', '1 while a host agent is connected.', () => (sources.agent() ? 1 : 0));
  new Gauge({ name: 'plexus_build_info', help: 'Version of the daemon.', labelNames: ['version'], registers }).set(
    { version: sources.version },
    1,
  );
}
