import { type AbandonedDeps, type NamespaceNow, isPathOfAnother, namespaceNow, undoLost } from '../attach/index.ts';
import type { Cluster } from '../cluster/index.ts';
import type { Host } from '../host/index.ts';
import type { DeferredCalls } from '../journal/index.ts';
import { type SandboxRecord, isAbandoned } from '../plan/index.ts';
import type { Work } from '../queue/index.ts';
import { sandboxKey } from './sandbox-key.ts';
import { type GoneEvidence, whyGone } from './why-gone.ts';

/** The dependencies of reclaiming. Plugins run on the host agent. */
export interface ReclaimDeps extends AbandonedDeps {
  readonly cluster: Cluster | undefined;
  readonly deferred: Pick<DeferredCalls, 'has'>;
  readonly bootId: string;
}
/** A sandbox of the journal that is gone, and why. */
interface Gone {
  readonly record: Candidate;
  readonly why: string;
}

/** State that is kept between two rounds. */
interface Memory {
  /** The host agent that collected this state. Another agent may see other namespaces. */
  host: Host | undefined;
  /** Records whose own interfaces have been found in their namespaces. */
  seen: Set<string>;
  /** Records whose sandboxes looked gone in the last round. */
  suspects: ReadonlySet<string>;
}
interface Look {
  readonly record: Candidate;
  readonly namespace: NamespaceNow;
  readonly pod: GoneEvidence['pod'];
}

/** Times between rounds. The next round is sooner after a sandbox looked gone for the first time. */
export interface RoundTiming {
  /** 0: never. */
  readonly everyMs: () => number;
  readonly suspectMs: number;
  /** While everyMs is 0: the configuration may change. */
  readonly idleMs: number;
}

/** The time to the next round. */
export const nextRoundMs = ({ everyMs, suspectMs, idleMs }: RoundTiming, suspects: number): number =>
  everyMs() === 0 ? idleMs : suspects > 0 ? Math.min(suspectMs, everyMs()) : everyMs();

/**
 * Undoes sandboxes of the journal that ended without a DEL: immediately after a reboot, otherwise when two consecutive
 * rounds find them gone. Never touches a sandbox that may be alive (why-gone.ts). `deps` is undefined while no host
 * agent is connected: `onWaiting` is called instead of a round.
 */
export function reclaimWork(
  deps: () => ReclaimDeps | undefined,
  timing: RoundTiming,
  onWaiting: () => Promise<void>,
): Work {
  const memory: Memory = { host: undefined, seen: new Set(), suspects: new Set() };
  let gone = new Map<string, Gone>();
  return {
    list: async (signal) => {
      const current = deps();
      if (timing.everyMs() === 0) return { keys: [], afterMs: nextRoundMs(timing, 0) };
      if (current === undefined) {
        await onWaiting();
        return { keys: [], afterMs: nextRoundMs(timing, 0) };
      }
      const round = await findGone(memory, current, signal);
      gone = new Map(round.certain.map((one) => [sandboxKey(one.record), one]));
      return { keys: [...gone.keys()], afterMs: nextRoundMs(timing, round.suspects) };
    },
    reconcile: async (key, signal) => {
      const [current, one] = [deps(), gone.get(key)];
      if (current !== undefined && one !== undefined) await reclaim(one, current, signal);
      return 'done';
    },
  };
}

/** One round: returns the sandboxes that are certainly gone, and how many looked gone for the first time. */
async function findGone(
  memory: Memory,
  deps: ReclaimDeps,
  signal: AbortSignal,
): Promise<{ readonly certain: readonly Gone[]; readonly suspects: number }> {
  if (memory.host !== deps.host) Object.assign(memory, { host: deps.host, seen: new Set(), suspects: new Set() });
  const looks = await lookAll(deps, signal);
  const alive = looks.filter(({ namespace }) => namespace === 'own').map(({ record }) => record);
  for (const record of alive) memory.seen.add(nameOf(record));
  const scene = { alive, isBlind: seesNothing(looks), memory, deps };
  const gone = looks.flatMap((look) => {
    const why = whyGone(evidenceFor(look, scene));
    return why === undefined ? [] : [{ record: look.record, why }];
  });
  const isCertain = ({ record }: Gone): boolean => isOfEarlierBoot(record, deps) || memory.suspects.has(nameOf(record));
  const certain = gone.filter(isCertain);
  const names = new Set(looks.map(({ record }) => nameOf(record)));
  memory.seen = new Set([...memory.seen].filter((name) => names.has(name)));
  memory.suspects = new Set(gone.map(({ record }) => nameOf(record)));
  return { certain, suspects: gone.length - certain.length };
}

// A sandbox that was attached again is another one.
const nameOf = ({ containerId, ifName, createdAt }: Candidate): string => `${containerId}@${ifName} ${createdAt}`;

const isOfEarlierBoot = ({ bootId }: Candidate, deps: ReclaimDeps): boolean =>
  bootId !== undefined && bootId !== deps.bootId;

/**
 * Inspects every sandbox that no other controller handles: its namespace and, if that is gone, its pod in the API.
 */
async function lookAll(deps: ReclaimDeps, signal: AbortSignal): Promise<readonly Look[]> {
  const podNow = podQuestions(deps);
  const look = async (record: SandboxRecord): Promise<Look | undefined> => {
    if (record.attachments.every(isAbandoned) || (await deps.deferred.has(record))) return undefined;
    const namespace = await namespaceNow(record, deps.host, signal);
    const mustAsk = (namespace === 'missing' || namespace === 'other') && !isOfEarlierBoot(record, deps);
    return { record: candidate(record), namespace, pod: mustAsk ? await podNow(record, signal) : 'unknown' };
  };
  return (await deps.journal.list(look)).found;
}

/** The fields of a record that a round keeps in memory. */
type Candidate = Pick<SandboxRecord, 'containerId' | 'ifName' | 'netns' | 'createdAt' | 'bootId' | 'pod'>;

const candidate = ({ containerId, ifName, netns, createdAt, bootId, pod }: SandboxRecord): Candidate => ({
  containerId,
  ifName,
  netns,
  createdAt,
  ...(bootId !== undefined && { bootId }),
  ...(pod !== undefined && { pod }),
});

// A host agent that finds no namespace of existing pods cannot see the folder of namespaces.
const seesNothing = (looks: readonly Look[]): boolean =>
  looks.every(({ namespace }) => namespace !== 'own') &&
  looks.some(({ namespace, pod }) => namespace === 'missing' && pod === 'there');

interface Scene {
  /** Sandboxes whose own interfaces are in their namespaces. */
  readonly alive: readonly Candidate[];
  readonly isBlind: boolean;
  readonly memory: Memory;
  readonly deps: ReclaimDeps;
}

function evidenceFor({ record, namespace, pod }: Look, { alive, isBlind, memory, deps }: Scene): GoneEvidence {
  return {
    boot: record.bootId === undefined ? 'unknown' : isOfEarlierBoot(record, deps) ? 'earlier' : 'this',
    namespace: isBlind && namespace === 'missing' ? 'unknown' : namespace,
    wasSeen: memory.seen.has(nameOf(record)),
    pod,
    hasSuccessor: alive.some((other) => isSamePod(other, record)),
    isPathTaken: isPathOfAnother(record, alive),
  };
}

const isSamePod = (one: Candidate, other: Candidate): boolean =>
  one.pod?.uid !== undefined &&
  one.pod.uid === other.pod?.uid &&
  one.ifName === other.ifName &&
  one.containerId !== other.containerId;

const answerMs = 3000;

/** Reads the state of a sandbox's pod. After a failure, sends no further request to the API server in this round. */
function podQuestions({
  cluster,
}: ReclaimDeps): (record: SandboxRecord, signal: AbortSignal) => Promise<GoneEvidence['pod']> {
  let isAway = cluster === undefined;
  return async ({ pod }, signal) => {
    if (pod === undefined) return 'none';
    if (isAway || pod.isStatic === true) return 'unknown'; // a static pod also runs without its mirror pod in the API
    try {
      const now = await cluster?.getPodState(pod, AbortSignal.any([signal, AbortSignal.timeout(answerMs)]));
      if (now === undefined) return 'gone';
      if (pod.uid !== undefined && now.metadata.uid !== undefined && now.metadata.uid !== pod.uid) return 'replaced';
      return now.phase === 'Succeeded' || now.phase === 'Failed' ? 'ended' : 'there';
    } catch {
      isAway = true;
      return 'unknown';
    }
  };
}

async function reclaim({ record, why }: Gone, deps: ReclaimDeps, signal: AbortSignal): Promise<void> {
  const { containerId, pod } = record;
  const started = deps.now();
  const isStillLost = async (now: SandboxRecord): Promise<boolean> =>
    nameOf(now) === nameOf(record) &&
    (isOfEarlierBoot(now, deps) || ['missing', 'other'].includes(await namespaceNow(now, deps.host, signal)));
  const outcome = await undoLost(record, isStillLost, deps, signal);
  if (outcome === 'changed') return;
  const subject = { sandbox: containerId, ...(pod !== undefined && { pod: `${pod.namespace}/${pod.name}` }) };
  deps.report({ kind: 'reclaimed', ...subject, why, outcome, ms: deps.now() - started });
}
