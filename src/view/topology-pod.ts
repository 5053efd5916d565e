import { parseJson } from '../cni/index.ts';
import { problemOf } from '../errors/index.ts';
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
import type { AttachmentState, ProblemKind, TopologyAttachment, TopologyProblem } from './topology-model.ts';

/** One pod: its requests compared with its status. */
export interface PodReading {
  readonly attachments: readonly TopologyAttachment[];
  readonly problems: readonly TopologyProblem[];
}

interface Request {
  readonly network: string;
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

/** Reads a pod. Never throws, whatever its annotations contain. */
export function readPodSummary(pod: PodSummary): PodReading {
  const problems: TopologyProblem[] = [];
  const report = (kind: ProblemKind, text: string, more: Pick<TopologyProblem, 'network' | 'interface'> = {}): void => {
    const severity = ['attachment-unasked', 'pod-pending', 'host-network'].includes(kind) ? 'warning' : 'error';
    problems.push({ severity, kind, text, pods: [podKey(pod)], ...more });
  };
  const requests = requestsOf(pod, report);
  const entries = entriesOf(pod, report);
  const attachments = matchEntries(pod, requests, entries ?? []);
  if (!isOver(pod)) judge(pod, { attachments, hasStatus: entries !== undefined, report });
  return { attachments, problems };
}

type ReportProblem = (kind: ProblemKind, text: string, more?: Pick<TopologyProblem, 'network' | 'interface'>) => void;

const isOver = ({ phase }: PodSummary): boolean => phase === 'Succeeded' || phase === 'Failed';

function requestsOf(pod: PodSummary, report: ReportProblem): readonly Request[] {
  const read = (parse: () => readonly NetworkSelection[], isDefault: boolean): readonly Request[] => {
    try {
      return parse().map(({ nad, interfaceName }) => ({
        network: nadKey(nad),
        isDefault,
        ...(interfaceName !== undefined && { interface: interfaceName }),
      }));
    } catch (error) {
      report('annotation-invalid', `pod ${podKey(pod)}: ${problemOf(error)}`);
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
    ...open.map(({ network, interface: name = '', isDefault }): TopologyAttachment => ({
      network,
      interface: name,
      ips: [],
      default: isDefault,
      state: lacking,
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
}

function judge(pod: PodSummary, { attachments, hasStatus, report }: Judging): void {
  const key = podKey(pod);
  const lacking = attachments.filter(({ state }) => state === 'missing' || state === 'waiting');
  if (lacking.length > 0 && pod.hostNetwork) {
    return report(
      'host-network',
      `pod ${key} requests ${namesOf(lacking)} but uses the network of its node (hostNetwork), so it gets none of them`,
    );
  }
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
  for (const { network, interface: name } of attachments.filter(({ state }) => state === 'unasked')) {
    report(
      'attachment-unasked',
      `pod ${key} has ${name} in ${network} but does not request it (any more); the configuration of its node may`,
      { network, interface: name },
    );
  }
}

const namesOf = (attachments: readonly TopologyAttachment[]): string =>
  attachments.map(({ network }) => network).join(', ');
