import { asPlexusError, nadNotFound, problemOf } from '../errors/index.ts';
import { type PodSummary, type PodWarning, nadKey, parseNad, podKey } from '../npwg/index.ts';
import { addressesInUse } from './addresses-in-use.ts';
import { type NetworkFacts, factsOfNetwork, noFacts } from './network-facts.ts';
import { type PodFailure, failuresOf } from './pod-failure.ts';
import { situationOf, problemKinds } from './pod-state.ts';
import { type Holder, clashesOf } from './topology-clashes.ts';
import type {
  ProblemKind,
  Topology,
  TopologyAttachment,
  TopologyNetwork,
  TopologyPod,
  TopologyProblem,
} from './topology-model.ts';
import { type PodReading, isLacking, isOver, readPodSummary } from './topology-pod.ts';

export interface TopologyInputs {
  readonly pods: readonly PodSummary[];
  /** NetworkAttachmentDefinitions as the API returns them. */
  readonly nads: readonly unknown[];
  /** Namespaces whose NetworkAttachmentDefinitions are all known. */
  readonly nadNamespaces: 'all' | readonly string[];
  /** Warning Events about the pods; absent if they are not known. */
  readonly warnings?: readonly PodWarning[];
  /** Failures that are known from elsewhere, such as the daemon's recent operations. */
  readonly failures?: readonly PodFailure[];
}

interface PodDraft extends PodReading {
  readonly pod: PodSummary;
}

/** Determines the attachments of pods to networks, and their problems, from the objects in the API. Never throws. */
export function topologyOf(inputs: TopologyInputs): Topology {
  const definitions = readNads(inputs.nads);
  const failures = Map.groupBy(
    [...(inputs.failures ?? []), ...failuresOf(inputs.warnings ?? [])],
    (failure) => failure.pod,
  );
  const drafts = inputs.pods
    .map((pod): PodDraft => ({ pod, ...readPodSummary(pod, failures.get(podKey(pod))) }))
    .filter(({ attachments, problems }) => attachments.length > 0 || problems.length > 0)
    .toSorted((a, b) => compare(podKey(a.pod), podKey(b.pod)));
  const holders = drafts.flatMap(holdersOf);
  const clashes = clashesOf(holders, definitions.facts);
  const inUse = addressesInUse(drafts, holders, definitions.facts);
  const absent = absentNetworks(drafts, definitions.facts, inputs.nadNamespaces);
  const causes = [...absent.problems, ...inUse];
  const own = drafts.flatMap(({ problems }) => problems).filter((problem) => !isExplained(problem, causes));
  const problems = [...definitions.problems, ...causes, ...own, ...clashes.map(({ problem }) => problem)];
  const troubled = new Map<TopologyAttachment, ProblemKind[]>();
  for (const { problem, holders } of clashes) {
    for (const { attachment } of holders) troubled.set(attachment, [...(troubled.get(attachment) ?? []), problem.kind]);
  }
  return {
    networks: networksOf(drafts, { facts: definitions.facts, absent: absent.names, problems }),
    pods: podsOf(drafts, problems, troubled),
    problems,
  };
}

/** Whether another problem is the cause, so that this one would only repeat it. */
const isExplained = ({ kind, id, pods, network }: TopologyProblem, causes: readonly TopologyProblem[]): boolean =>
  causes.some((cause) => {
    if (cause.kind === 'network-missing' && kind === 'attachment-missing') return cause.network === network;
    const isSame = cause.kind === 'address-in-use' || id === nadNotFound.id;
    return kind === 'attach-failing' && isSame && pods.some((pod) => cause.pods.includes(pod));
  });

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

interface Definitions {
  readonly facts: ReadonlyMap<string, NetworkFacts>;
  readonly problems: readonly TopologyProblem[];
}

function readNads(objects: readonly unknown[]): Definitions {
  const facts = new Map<string, NetworkFacts>();
  const problems: TopologyProblem[] = [];
  const addProblem = (error: unknown, network?: string): number =>
    problems.push({
      severity: problemKinds['network-invalid'].severity,
      kind: 'network-invalid',
      text: problemOf(error),
      id: asPlexusError(error).id,
      fix: asPlexusError(error).kind.fix,
      pods: [],
      ...(network !== undefined && { network }),
    });
  for (const object of objects) {
    try {
      const nad = parseNad(object);
      facts.set(nadKey(nad), noFacts);
      try {
        facts.set(nadKey(nad), { ...factsOfNetwork(nad), ...createdAtOf(object) });
      } catch (error) {
        addProblem(error, nadKey(nad));
      }
    } catch (error) {
      addProblem(error);
    }
  }
  return { facts, problems };
}

function createdAtOf(object: unknown): { readonly createdAt?: string } {
  const { creationTimestamp } =
    (object as { readonly metadata?: { readonly creationTimestamp?: unknown } }).metadata ?? {};
  return typeof creationTimestamp === 'string' ? { createdAt: creationTimestamp } : {};
}

const holdersOf = ({ pod, attachments }: PodDraft): readonly Holder[] =>
  attachments
    .filter(({ state }) => state === 'attached' || state === 'unasked')
    .map((attachment) => ({ pod: podKey(pod), node: pod.node ?? '', attachment }));

interface Absent {
  readonly names: ReadonlySet<string>;
  readonly problems: readonly TopologyProblem[];
}

/** Networks that pods request and that certainly do not exist. */
function absentNetworks(
  drafts: readonly PodDraft[],
  facts: Definitions['facts'],
  known: TopologyInputs['nadNamespaces'],
): Absent {
  const wanting = new Map<string, PodDraft[]>();
  for (const draft of drafts) {
    const lacking = draft.attachments.filter(isLacking).map(({ network }) => network);
    for (const network of new Set(lacking)) {
      const [namespace = ''] = network.split('/');
      const has = draft.attachments.some((each) => each.network === network && each.state === 'attached');
      if (facts.has(network) || has || !(known === 'all' || known.includes(namespace))) continue;
      wanting.set(network, [...(wanting.get(network) ?? []), draft]);
    }
  }
  const problems = [...wanting].map(([network, pods]): TopologyProblem => {
    const names = pods.map(({ pod }) => podKey(pod));
    const some = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
    return {
      severity: problemKinds['network-missing'].severity,
      kind: 'network-missing',
      text: `network ${network} does not exist; requested by ${some}`,
      fix: problemKinds['network-missing'].fix,
      pods: names,
      network,
    };
  });
  return { names: new Set(wanting.keys()), problems };
}

interface Around {
  readonly facts: Definitions['facts'];
  readonly absent: ReadonlySet<string>;
  readonly problems: readonly TopologyProblem[];
}

function networksOf(drafts: readonly PodDraft[], { facts, absent, problems }: Around): readonly TopologyNetwork[] {
  const users = new Map<string, number>();
  for (const { attachments } of drafts) {
    for (const network of new Set(attachments.filter(({ state }) => state !== 'released').map((each) => each.network)))
      users.set(network, (users.get(network) ?? 0) + 1);
  }
  const named = drafts.flatMap(({ attachments }) => attachments.map(({ network }) => network));
  const indexes = indexesBy(problems, ({ network }) => (network === undefined ? [] : [network]));
  const kindOf = (name: string): TopologyNetwork['kind'] =>
    facts.has(name) ? 'definition' : absent.has(name) ? 'missing' : name.includes('/') ? 'unknown' : 'node';
  return [...new Set([...facts.keys(), ...named])]
    .map((name): TopologyNetwork => {
      const { types, subnets, createdAt } = facts.get(name) ?? noFacts;
      return {
        name,
        kind: kindOf(name),
        types,
        subnets,
        ...(createdAt !== undefined && { createdAt }),
        pods: users.get(name) ?? 0,
        problems: indexes.get(name) ?? [],
      };
    })
    .toSorted((a, b) => Number(b.kind === 'node') - Number(a.kind === 'node') || compare(a.name, b.name));
}

/** A pod of the topology, or the same facts of a pod that neither has nor requests a network. */
export function podIn({ pods }: Topology, pod: PodSummary): TopologyPod {
  const known = pods.find(({ namespace, name }) => namespace === pod.namespace && name === pod.name);
  const state = isOver(pod) ? 'ended' : pod.deleting ? 'deleting' : pod.phase === 'Pending' ? 'waiting' : 'no networks';
  return known ?? { ...factsOf(pod), status: { state }, attachments: [], problems: [] };
}

const factsOf = ({ namespace, name, node, phase, owner, createdAt }: PodSummary) => ({
  namespace,
  name,
  ...(node !== undefined && { node }),
  ...(phase !== undefined && { phase }),
  ...(owner !== undefined && { owner }),
  ...(createdAt !== undefined && { createdAt }),
});

function podsOf(
  drafts: readonly PodDraft[],
  problems: readonly TopologyProblem[],
  troubled: ReadonlyMap<TopologyAttachment, readonly ProblemKind[]>,
) {
  const indexes = indexesBy(problems, ({ pods }) => pods);
  return drafts.map(({ pod, attachments, failure }): TopologyPod => {
    const own = indexes.get(podKey(pod)) ?? [];
    return {
      ...factsOf(pod),
      status: situationOf({
        isOver: isOver(pod),
        deleting: pod.deleting,
        isAttached: attachments.length > 0 && !attachments.some(isLacking),
        problems: own.flatMap((index) => problems[index] ?? []),
        failure,
      }),
      attachments: attachments.map((each) => ({ ...each, problems: troubled.get(each) ?? [] })),
      problems: own,
    };
  });
}

/** Maps each key to the indexes of its problems. */
function indexesBy(
  problems: readonly TopologyProblem[],
  keysOf: (problem: TopologyProblem) => readonly string[],
): ReadonlyMap<string, readonly number[]> {
  const indexes = new Map<string, number[]>();
  for (const [index, problem] of problems.entries()) {
    for (const key of keysOf(problem)) {
      const list = indexes.get(key);
      if (list === undefined) indexes.set(key, [index]);
      else list.push(index);
    }
  }
  return indexes;
}
