import { parseJson } from '../cni/index.ts';
import { asPlexusError, problemOf } from '../errors/index.ts';
import {
  type NetworkSelection,
  type PodSummary,
  defaultNetworkKey,
  nadKey,
  networkStatusKey,
  networksKey,
  parseDefaultNetwork,
  parseSelections,
  parseStatus,
  podKey,
} from '../npwg/index.ts';
import type { PodFailure } from './pod-failure.ts';
import { problemKinds } from './pod-state.ts';
import type { AttachmentState, ProblemKind, TopologyAttachment, TopologyProblem } from './topology-model.ts';

/** One pod: its requests compared with its status. */
export interface PodReading {
  readonly attachments: readonly TopologyAttachment[];
  readonly problems: readonly TopologyProblem[];
  /** Why its sandbox cannot be started; undefined if it can, or if no reason is known. */
  readonly failure: PodFailure | undefined;
}

interface Request {
  readonly network: string;
  readonly ips?: readonly string[];
  readonly interface?: string;
  readonly isDefault: boolean;
}
interface Entry {
  readonly network: string;
  readonly interface: string;
  readonly ips: readonly string[];
  readonly mac?: string;
  readonly default: boolean;
}

// Where a default-network without a namespace is looked up, unless the nodes' settings name another namespace.
const usualMultusNamespace = 'kube-system';

/** Reads a pod. `known`: the failures in its Events. Never throws, whatever its annotations contain. */
export function readPodSummary(pod: PodSummary, known: readonly PodFailure[] = []): PodReading {
  const problems: TopologyProblem[] = [];
  const report: ReportProblem = (kind, text, more = {}) => {
    const { severity, fix } = problemKinds[kind];
    problems.push({ severity, kind, text, pods: [podKey(pod)], fix, ...more });
  };
  const requests = requestsOf(pod, report);
  const entries = entriesOf(pod, report);
  const attachments = matchEntries(pod, requests, entries ?? []);
  const failure = isWithoutSandbox(pod, entries ?? []) ? currentFailure(pod, known) : undefined;
  if (!isOver(pod)) judge(pod, { attachments, hasStatus: entries !== undefined, report, failure });
  // An annotation that cannot be read explains the failure.
  if (failure !== undefined && !problems.some(({ kind }) => kind === 'annotation-invalid'))
    report('attach-failing', failingText(pod, attachments, failure), failureFacts(pod, failure));
  return { attachments, problems, failure };
}

type ReportProblem = (
  kind: ProblemKind,
  text: string,
  more?: Partial<Omit<TopologyProblem, 'severity' | 'kind' | 'text' | 'pods'>>,
) => void;

// Events remain for an hour, also after the pod was attached.
const isWithoutSandbox = (pod: PodSummary, entries: readonly Entry[]): boolean =>
  !isOver(pod) &&
  !pod.deleting &&
  !pod.hostNetwork &&
  (pod.hasSandbox === false || (pod.phase === 'Pending' && entries.length === 0));

const currentFailure = (pod: PodSummary, known: readonly PodFailure[]): PodFailure | undefined =>
  known.find(({ uid }) => uid === undefined || pod.uid === undefined || uid === pod.uid);

function failingText(
  pod: PodSummary,
  attachments: readonly TopologyAttachment[],
  { id, sentence }: PodFailure,
): string {
  const lacking = attachments.filter(isLacking);
  const to = lacking.length === 0 ? '' : ` and is not attached to ${namesOf(lacking)}`;
  const on = pod.node === undefined ? '' : ` on node ${pod.node}`;
  return `pod ${podKey(pod)}${on} cannot start${to}: ${id === undefined ? '' : `${id}: `}${sentence}`;
}

const failureFacts = (pod: PodSummary, { id, fix = problemKinds['attach-failing'].fix, since, times }: PodFailure) => ({
  ...(id !== undefined && { id }),
  fix: fix.replace('trace pod NAME', `trace pod ${pod.name} -n ${pod.namespace}`),
  ...(since !== undefined && { since }),
  times,
});

/** Whether the pod requests the attachment and does not have it. */
export const isLacking = ({ state }: TopologyAttachment): boolean => state === 'missing' || state === 'waiting';

export const isOver = ({ phase }: PodSummary): boolean => phase === 'Succeeded' || phase === 'Failed';

function requestsOf(pod: PodSummary, report: ReportProblem): readonly Request[] {
  const read = (parse: () => readonly NetworkSelection[], isDefault: boolean): readonly Request[] => {
    try {
      return parse().map(({ nad, interfaceName, ips }) => ({
        network: nadKey(nad),
        isDefault,
        ...(ips !== undefined && { ips }),
        ...(interfaceName !== undefined && { interface: interfaceName }),
      }));
    } catch (error) {
      const { id, kind } = asPlexusError(error);
      report('annotation-invalid', `pod ${podKey(pod)}: ${problemOf(error)}`, { id, fix: kind.fix });
      return [];
    }
  };
  const other = pod.annotations[defaultNetworkKey];
  return [
    ...read(() => (other === undefined ? [] : [parseDefaultNetwork(other, usualMultusNamespace)]), true),
    ...read(() => parseSelections(pod.annotations[networksKey], pod.namespace).selections, false),
  ];
}

/** Undefined if there is no readable status. */
function entriesOf(pod: PodSummary, report: ReportProblem): readonly Entry[] | undefined {
  const text = pod.annotations[networkStatusKey];
  if (text === undefined || text.trim() === '') return undefined;
  const unreadable = (problem: string): undefined => {
    report('status-unreadable', `pod ${podKey(pod)}: annotation ${networkStatusKey} cannot be read: ${problem}`);
  };
  try {
    if (!Array.isArray(parseJson(text, 'annotation'))) return unreadable('it is not a list');
    return parseStatus(text).map(({ name, interface: link, ips, mac, default: isDefault }) => ({
      network: name,
      interface: typeof link === 'string' ? link : '',
      ips: textsIn(ips),
      ...(typeof mac === 'string' && mac !== '' && { mac }),
      default: (isDefault as unknown) === true,
    }));
  } catch (error) {
    return unreadable(problemOf(error));
  }
}

const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];

/** Returns every entry of the status once, and every request that no entry fulfils. */
function matchEntries(
  pod: PodSummary,
  requests: readonly Request[],
  entries: readonly Entry[],
): readonly TopologyAttachment[] {
  const free = new Set(entries);
  const take = (fits: (entry: Entry) => boolean): boolean => {
    const found = [...free].find(fits);
    return found !== undefined && free.delete(found);
  };
  const isOf = (entry: Entry, { network, isDefault }: Request): boolean =>
    entry.default === isDefault && entry.network === network;
  const steps: readonly ((request: Request) => boolean)[] = [
    (request) =>
      request.interface !== undefined && take((entry) => isOf(entry, request) && entry.interface === request.interface),
    (request) => take((entry) => isOf(entry, request) && (request.interface === undefined || entry.interface === '')),
    // The nodes' settings determine the namespace of a name without one.
    (request) =>
      request.isDefault &&
      take((entry) => entry.default && entry.network.endsWith(request.network.slice(request.network.indexOf('/')))),
  ];
  const open = steps.reduce<readonly Request[]>((left, step) => left.filter((request) => !step(request)), requests);
  const lacking: AttachmentState = isOver(pod)
    ? 'released'
    : !pod.hostNetwork && isWaiting(pod, entries)
      ? 'waiting'
      : 'missing';
  return [
    ...entries.map((entry) => ({
      ...entry,
      state: stateOf(entry, pod, { requests, isFree: free.has(entry) }),
      problems: [],
    })),
    ...open.map(({ network, interface: name = '', isDefault, ips }): TopologyAttachment => ({
      network,
      interface: name,
      ips: [],
      default: isDefault,
      state: lacking,
      ...(ips !== undefined && lacking !== 'released' && { requestedIps: ips }),
      problems: [],
    })),
  ];
}

const isWaiting = ({ phase, deleting }: PodSummary, entries: readonly Entry[]): boolean =>
  deleting || (phase === 'Pending' && entries.length === 0);

// Networks from the nodes' configuration have names without a namespace; one attachment may have several interfaces.
function stateOf(
  entry: Entry,
  pod: PodSummary,
  { requests, isFree }: { readonly requests: readonly Request[]; readonly isFree: boolean },
): AttachmentState {
  if (isOver(pod)) return 'released';
  const isKnown =
    !isFree ||
    entry.default ||
    !entry.network.includes('/') ||
    requests.some(({ network }) => network === entry.network);
  return isKnown ? 'attached' : 'unasked';
}

interface Judging {
  readonly attachments: readonly TopologyAttachment[];
  readonly hasStatus: boolean;
  readonly report: ReportProblem;
  readonly failure: PodFailure | undefined;
}

function judge(pod: PodSummary, { attachments, hasStatus, report, failure }: Judging): void {
  const key = podKey(pod);
  const lacking = attachments.filter(isLacking);
  if (lacking.length > 0 && pod.hostNetwork) {
    return report(
      'host-network',
      `pod ${key} requests ${namesOf(lacking)} but uses the network of its node (hostNetwork), so it gets none of them`,
    );
  }
  if (failure === undefined) judgeLacking(pod, lacking, { hasStatus, report });
  for (const { network, interface: name } of attachments.filter(({ state }) => state === 'unasked')) {
    report(
      'attachment-unasked',
      `pod ${key} has ${name} in ${network} but does not request it (any more); the configuration of its node may`,
      { network, interface: name },
    );
  }
}

function judgeLacking(
  pod: PodSummary,
  lacking: readonly TopologyAttachment[],
  { hasStatus, report }: Pick<Judging, 'hasStatus' | 'report'>,
): void {
  const key = podKey(pod);
  if (lacking.some(({ state }) => state === 'waiting') && !pod.deleting)
    report('pod-pending', `pod ${key} is pending and not yet attached to ${namesOf(lacking)}`);
  for (const { network, interface: name, state } of lacking) {
    if (state !== 'missing') continue;
    const as = name === '' ? '' : ` as ${name}`;
    const why = hasStatus ? `its ${networkStatusKey} does not contain it` : `it has no ${networkStatusKey}`;
    const reason = pod.networksProblem === undefined ? '' : `: ${pod.networksProblem}`;
    report('attachment-missing', `pod ${key} requests ${network}${as}, but ${why}${reason}`, {
      network,
      ...(name !== '' && { interface: name }),
    });
  }
}

const namesOf = (attachments: readonly TopologyAttachment[]): string =>
  attachments.map(({ network }) => network).join(', ');
