import { type Paint, printable, unpainted } from './table.ts';
import type { PodSituation, Topology } from './topology-model.ts';

/** The facts that a summary of an installation consists of. */
export interface InstallationFacts {
  readonly daemonSet:
    | {
        readonly namespace: string;
        readonly name: string;
        readonly desired: number;
        readonly ready: number;
        readonly updated: number;
        readonly isObserved: boolean;
      }
    | undefined;
  readonly daemons: readonly {
    readonly node: string;
    readonly namespace: string;
    readonly name: string;
    readonly isReady: boolean;
    readonly state: string;
    readonly image: string;
    readonly restarts: number;
  }[];
  readonly hasCrd: boolean;
  readonly webhooks: readonly string[] | undefined;
  readonly topology: Topology;
  /** Number of attachments that were abandoned within the last hour; undefined if Events cannot be read. */
  readonly abandoned: number | undefined;
  /** Version of this program. */
  readonly program: string;
}
/** One line of the summary. */
export interface StatusLine {
  readonly what: string;
  readonly state: 'ok' | 'waiting' | 'error';
  readonly text: string;
}

/** Summarizes an installation. It is ready if no line is `waiting` or `error`. */
export function installationStatus(facts: InstallationFacts): readonly StatusLine[] {
  return [
    daemonLine(facts),
    ...notReadyLine(facts),
    versionLine(facts),
    {
      what: 'networks API',
      state: facts.hasCrd ? 'ok' : 'error',
      text: facts.hasCrd ? 'CustomResourceDefinition installed' : 'the CustomResourceDefinition is missing',
    },
    { what: 'webhook', state: 'ok', text: webhookText(facts.webhooks) },
    networksLine(facts.topology),
    podsLine(facts.topology),
    leftoversLine(facts.abandoned),
  ];
}

function daemonLine({ daemonSet }: InstallationFacts): StatusLine {
  const what = 'daemon';
  if (daemonSet === undefined) return { what, state: 'error', text: 'no DaemonSet of Plexus exists' };
  const { namespace, name, desired, ready, updated, isObserved } = daemonSet;
  const isDone = isObserved && desired > 0 && ready >= desired && updated >= desired;
  const text = `DaemonSet ${namespace}/${name}: ${ready} of ${desired} nodes ready, ${updated} up to date`;
  return { what, state: isDone ? 'ok' : 'waiting', text };
}

const mostNamed = 5;

function notReadyLine({ daemons }: InstallationFacts): readonly StatusLine[] {
  const lacking = daemons.filter(({ isReady }) => !isReady);
  if (lacking.length === 0) return [];
  const named = lacking.slice(0, mostNamed).map(({ node, namespace, name, state, restarts }) => {
    const times = restarts === 0 ? '' : `, ${restarts} restarts`;
    return `${node || '(no node)'}: ${namespace}/${name} is ${state}${times}`;
  });
  const more = lacking.length > mostNamed ? [`and ${lacking.length - mostNamed} more`] : [];
  return [{ what: 'not ready', state: 'waiting', text: [...named, ...more].join('; ') }];
}

function versionLine({ daemons, program }: InstallationFacts): StatusLine {
  const counts = [...Map.groupBy(daemons, ({ image }) => image)].map(
    ([image, pods]) => `${image} on ${pods.length} ${pods.length === 1 ? 'node' : 'nodes'}`,
  );
  const state = counts.length > 1 ? 'waiting' : 'ok';
  return { what: 'version', state, text: `${counts.join(', ') || 'no daemon'}; this program: ${program}` };
}

const webhookText = (webhooks: readonly string[] | undefined): string =>
  webhooks === undefined ? 'unknown (you may not list webhooks)' : webhooks.join(', ') || 'not installed (optional)';

function networksLine({ networks, problems }: Topology): StatusLine {
  const own = networks.filter(({ kind }) => kind === 'definition');
  const bad = networks.filter((each) => each.problems.some((index) => problems[index]?.severity === 'error'));
  const names =
    bad.length === 0
      ? ''
      : `, ${bad.length} with errors (${bad
          .slice(0, mostNamed)
          .map(({ name }) => name)
          .join(', ')})`;
  return { what: 'networks', state: bad.length === 0 ? 'ok' : 'error', text: `${own.length} defined${names}` };
}

const fine: readonly PodSituation[] = ['attached', 'waiting', 'deleting', 'ended', 'no networks'];

function podsLine({ pods }: Topology): StatusLine {
  const counts = [...Map.groupBy(pods, ({ status }) => status.state)];
  const text = counts
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([state, each]) => `${each.length} ${state}`)
    .join(', ');
  const isBad = counts.some(([state]) => !fine.includes(state));
  const hint = isBad ? ': see plexus pods -A --problems' : '';
  return { what: 'pods', state: isBad ? 'error' : 'ok', text: `${text || 'none with networks'}${hint}` };
}

const leftoversLine = (abandoned: number | undefined): StatusLine =>
  abandoned === undefined
    ? { what: 'leftovers', state: 'ok', text: 'unknown (you may not list Events)' }
    : {
        what: 'leftovers',
        state: abandoned === 0 ? 'ok' : 'error',
        text:
          abandoned === 0
            ? 'no attachment was abandoned within the last hour'
            : `${abandoned} abandoned within the last hour: see plexus attachments --node NODE`,
      };

/** Formats the summary, one line each. */
export function statusText(lines: readonly StatusLine[], paint: Paint = unpainted): string {
  const tones = { ok: 'good', waiting: 'warn', error: 'bad' } as const;
  return lines
    .map(({ what, state, text }) => `${paint(state.padEnd(7), tones[state])}  ${what.padEnd(12)}  ${printable(text)}`)
    .join('\n');
}
