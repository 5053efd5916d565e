import { problemOf } from '../errors/index.ts';
import { type PodSummary, nadKey, parseNad, podKey } from '../npwg/index.ts';
import { type NetworkFacts, factsOfNetwork, noFacts } from './network-facts.ts';
import { type Holder, clashesOf } from './topology-clashes.ts';
import type {
  ProblemKind,
  Topology,
  TopologyAttachment,
  TopologyNetwork,
  TopologyPod,
  TopologyProblem,
} from './topology-model.ts';
import { type PodReading, readPodSummary } from './topology-pod.ts';

export interface TopologyInputs {
  readonly pods: readonly PodSummary[];
  /** NetworkAttachmentDefinitions as the API returns them. */
  readonly nads: readonly unknown[];
  /** Namespaces whose NetworkAttachmentDefinitions are all known. */
  readonly nadNamespaces: 'all' | readonly string[];
}

interface PodDraft extends PodReading {
  readonly pod: PodSummary;
}

/** Determines the attachments of pods to networks, and their problems, from the objects in the API. Never throws. */
export function topologyOf(inputs: TopologyInputs): Topology {
  const definitions = readNads(inputs.nads);
  const drafts = inputs.pods
    .map((pod): PodDraft => ({ pod, ...readPodSummary(pod) }))
    .filter(({ attachments, problems }) => attachments.length > 0 || problems.length > 0)
    .toSorted((a, b) => compare(podKey(a.pod), podKey(b.pod)));
  const clashes = clashesOf(drafts.flatMap(holdersOf), definitions.facts);
  const absent = absentNetworks(drafts, definitions.facts, inputs.nadNamespaces);
  // A network that does not exist explains why no pod is attached to it.
  const own = drafts
    .flatMap(({ problems }) => problems)
    .filter(({ kind, network }) => kind !== 'attachment-missing' || !absent.names.has(network ?? ''));
  const problems = [...definitions.problems, ...absent.problems, ...own, ...clashes.map(({ problem }) => problem)];
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
      severity: 'error',
      kind: 'network-invalid',
      text: problemOf(error),
      pods: [],
      ...(network !== undefined && { network }),
    });
  for (const object of objects) {
    try {
      const nad = parseNad(object);
      facts.set(nadKey(nad), noFacts);
      try {
        facts.set(nadKey(nad), factsOfNetwork(nad));
      } catch (error) {
        addProblem(error, nadKey(nad));
      }
    } catch (error) {
      addProblem(error);
    }
  }
  return { facts, problems };
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
    const lacking = draft.attachments
      .filter(({ state }) => state === 'missing' || state === 'waiting')
      .map(({ network }) => network);
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
      severity: 'error',
      kind: 'network-missing',
      text: `network ${network} does not exist; requested by ${some}`,
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
      const { types, subnets } = facts.get(name) ?? noFacts;
      return {
        name,
        kind: kindOf(name),
        types,
        subnets,
        pods: users.get(name) ?? 0,
        problems: indexes.get(name) ?? [],
      };
    })
    .toSorted((a, b) => Number(b.kind === 'node') - Number(a.kind === 'node') || compare(a.name, b.name));
}

function podsOf(
  drafts: readonly PodDraft[],
  problems: readonly TopologyProblem[],
  troubled: ReadonlyMap<TopologyAttachment, readonly ProblemKind[]>,
) {
  const indexes = indexesBy(problems, ({ pods }) => pods);
  return drafts.map(({ pod, attachments }): TopologyPod => {
    const { namespace, name, node, phase, owner } = pod;
    return {
      namespace,
      name,
      ...(node !== undefined && { node }),
      ...(phase !== undefined && { phase }),
      ...(owner !== undefined && { owner }),
      attachments: attachments.map((each) => ({ ...each, problems: troubled.get(each) ?? [] })),
      problems: indexes.get(podKey(pod)) ?? [],
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
