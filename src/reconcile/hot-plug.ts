import { type FollowDeps, type Followed, followAnnotation, publishFollowed, reportClaims } from '../attach/index.ts';
import { type PodState, type WatchedPod, networksDigest } from '../cluster/index.ts';
import { type PlexusError, asPlexusError, changeIncomplete, hostAgentMissing, podEnding } from '../errors/index.ts';
import type { RecordKey } from '../journal/index.ts';
import { type PodRef, networksKey, parseSelections, podKey } from '../npwg/index.ts';
import { type SandboxRecord, annotationDifference, recoveryOf } from '../plan/index.ts';
import type { Work, WorkOutcome } from '../queue/index.ts';
import type { OperationInfo, Report } from '../report/index.ts';
import { type HotPlugDeps, hasEnded } from './hot-plug-deps.ts';
import { reconcileUnrecorded, refuse, settleCondition } from './refuse-change.ts';
import { recordKeyOf, sandboxKey } from './sandbox-key.ts';

// Networks follow the annotation of running pods. Two digests of the annotation decide whether a sandbox needs work:
// that of the pod watch, and that of the sandbox's record. This controller keeps the latter in memory, so that nothing
// is read while nothing changes. Before it acts, it reads pod and record again: a watch may lag behind, and a sandbox
// must never lose a network because of an old annotation.

/** The controller's work, and what must be passed to it. */
export interface HotPlug {
  readonly work: Work;
  /** Call when the annotation of a pod of this node is new or has changed. Returns the keys that need work. */
  readonly podChanged: (pod: WatchedPod, before: string | undefined) => readonly string[];
  /** Call after each write of a record. Returns whether it shows that its sandbox needs work. */
  readonly recordWritten: (record: SandboxRecord) => boolean;
  readonly recordRemoved: (key: RecordKey) => void;
}

interface Known extends RecordKey {
  readonly uid: string;
  readonly namespace: string;
  /** Undefined in records of early versions. */
  readonly digest: string | undefined;
}

const listMs = 300_000;

/** Creates the controller's work. `deps` is undefined if networks do not follow annotations. */
export function hotPlug(deps: () => HotPlugDeps | undefined): HotPlug {
  let known = new Map<string, Known>();
  const seenAt = new Map<string, number>();
  const isKnownBehind = (key: string, current: HotPlugDeps): boolean => {
    const each = known.get(key);
    return each !== undefined && isBehind(each, current);
  };
  const list = async (current: HotPlugDeps): Promise<readonly string[]> => {
    const { found } = await current.journal.list((record) => {
      const each = knownOf(record);
      return each && { each, isInterrupted: recoveryOf(record) !== undefined };
    });
    known = new Map(found.map(({ each }) => [sandboxKey(each), each]));
    return found
      .filter(({ each, isInterrupted }) => isInterrupted || isBehind(each, current))
      .map(({ each }) => sandboxKey(each));
  };
  const ofPod = (uid: string): readonly string[] =>
    [...known].filter(([, each]) => each.uid === uid).map(([key]) => key);
  return {
    work: {
      list: async () => {
        const current = deps();
        return { keys: current === undefined ? [] : await list(current), afterMs: listMs };
      },
      tenantOf: (key) => podOfKey(key)?.namespace ?? known.get(key)?.namespace ?? '',
      reconcile: async (key, signal) => {
        const current = deps();
        if (current === undefined) return 'done';
        const pod = podOfKey(key);
        if (pod === undefined) return reconcileSandbox(recordKeyOf(key), { current, seenAt }, signal);
        await list(current);
        const keys = ofPod(pod.uid);
        for (const each of keys) await reconcileSandbox(recordKeyOf(each), { current, seenAt }, signal);
        if (keys.length > 0) return 'done';
        seenAt.delete(pod.uid);
        await reconcileUnrecorded(pod, current, signal);
        return 'done';
      },
    },
    podChanged: (pod, before) => {
      const current = deps();
      if (current === undefined) return [];
      if (before !== undefined) seenAt.set(pod.uid, performance.now());
      const keys = ofPod(pod.uid);
      if (keys.length === 0) return before === undefined ? [] : [keyOfPod(pod)];
      return before === undefined ? keys.filter((key) => isKnownBehind(key, current)) : keys;
    },
    recordWritten: (record) => {
      const each = knownOf(record);
      if (each === undefined) return false;
      const before = known.get(sandboxKey(each));
      known.set(sandboxKey(each), each);
      const current = deps();
      // other writes, such as those of CHECK, must not end the back-off of a change that failed
      return current !== undefined && before?.digest !== each.digest && isBehind(each, current);
    },
    recordRemoved: (key) => {
      seenAt.delete(known.get(sandboxKey(key))?.uid ?? '');
      known.delete(sandboxKey(key));
    },
  };
}

function isBehind({ uid, digest }: Known, { pods }: HotPlugDeps): boolean {
  const pod = pods.get(uid);
  return pod !== undefined && pod.digest !== digest;
}

/** Static pods are left out: kubelet recreates them when their annotation changes. */
function knownOf({ containerId, ifName, pod, complete, networksDigest: digest }: SandboxRecord): Known | undefined {
  if (!complete || pod?.uid === undefined || pod.isStatic === true) return undefined;
  return { containerId, ifName, uid: pod.uid, namespace: pod.namespace, digest };
}

// A container ID contains no "/".
const keyOfPod = ({ namespace, name, uid }: WatchedPod): string => `${namespace}/${name}/${uid}`;

function podOfKey(
  key: string,
): { readonly namespace: string; readonly name: string; readonly uid: string } | undefined {
  const [namespace, name, uid] = key.split('/');
  return namespace === undefined || name === undefined || uid === undefined ? undefined : { namespace, name, uid };
}

interface Round {
  readonly current: HotPlugDeps;
  /** When a change of a pod's annotation was first seen, by UID. */
  readonly seenAt: Map<string, number>;
}

async function reconcileSandbox(key: RecordKey, round: Round, outer: AbortSignal): Promise<WorkOutcome> {
  const { journal, pods } = round.current;
  const record = await journal.read(key, outer);
  if (record?.complete !== true || record.pod?.uid === undefined) return 'done';
  const { uid } = record.pod;
  const watched = pods.get(uid)?.digest;
  const outcome = await reconcileRecord(record, { ...record.pod, uid }, round, outer);
  // a failure must not delay a change that arrived meanwhile; a watch that lags must not end the back-off
  return pods.get(uid)?.digest === watched ? outcome : { afterMs: 0 };
}

async function reconcileRecord(
  record: SandboxRecord,
  ref: PodRef & { readonly uid: string },
  round: Round,
  outer: AbortSignal,
): Promise<WorkOutcome> {
  const pod = await round.current.cluster.getPodState(ref, outer);
  if (pod === undefined || pod.metadata.uid !== ref.uid || hasEnded(pod)) return 'done';
  const subject = { pod, current: round.current };
  const digest = networksDigest(pod.metadata.annotations);
  if (digest === record.networksDigest && recoveryOf(record) === undefined)
    return settleCondition(record, subject, outer);
  if (pod.deleting) return refuse(podEnding({ pod: podKey(pod.metadata) }), record, subject, outer);
  return followPod(record, pod, round, outer);
}

async function followPod(
  record: SandboxRecord,
  pod: PodState,
  { current, seenAt }: Round,
  outer: AbortSignal,
): Promise<WorkOutcome> {
  const { containerId: sandbox } = record;
  const uid = pod.metadata.uid ?? '';
  const subject = podKey(pod.metadata);
  const operation: OperationInfo = { command: 'CHANGE', sandbox, pod: subject, startedAt: Date.now() };
  const report: Report = (step) => current.report(step, operation);
  const follow = current.followDeps(report);
  if (follow === undefined)
    return mayDiffer(record, pod, current)
      ? refuse(hostAgentMissing({ pod: subject }), record, { pod, current }, outer)
      : 'done';
  const publishing = { ...current, settings: current.settings(), report, now: Date.now };
  const publish: FollowDeps['publish'] = async (outcome, limited) => {
    if (isQuiet(outcome, seenAt.has(uid))) return true;
    const change = { record: outcome.record, before: record.attachments };
    await reportClaims(change, { ...follow, settings: follow.settingsOf(record) }, limited);
    return publishFollowed(outcome, pod, publishing, limited);
  };
  const followed = await reported(operation, current, async () => {
    try {
      return await current.cancellable(sandbox, outer, (signal) =>
        followAnnotation(record, pod, { ...follow, publish }, signal),
      );
    } finally {
      await follow.release();
    }
  });
  if (followed === undefined) return 'done';
  reportFollowed(followed, operation, { ...current, ms: elapsedMs(uid, seenAt) });
  if (followed.problems.length === 0) seenAt.delete(uid);
  return followed.problems.some(({ network }) => network !== undefined) ? 'retry' : 'done';
}

/**
 * Whether an outcome is not published: the record of an early version does not show what was requested, and nothing has
 * changed since this daemon started.
 */
const isQuiet = ({ problems }: Followed, hasChanged: boolean): boolean =>
  !hasChanged && problems.length > 0 && problems.every(({ error }) => error.id === 'PLX-SELECTIONS-UNRECORDED');

const elapsedMs = (uid: string, seenAt: ReadonlyMap<string, number>): number | undefined => {
  const since = seenAt.get(uid);
  return since === undefined ? undefined : performance.now() - since;
};

/** Whether the annotation may request something else than what is attached; the order alone needs no host agent. */
function mayDiffer(record: SandboxRecord, { metadata }: PodState, { settings }: HotPlugDeps): boolean {
  if (record.networksDigest === undefined) return false;
  try {
    const text = metadata.annotations[networksKey];
    const { selections } = parseSelections(text, metadata.namespace, settings().maxNetworksPerPod);
    const { plugs, unplugs } = annotationDifference(selections, record);
    return plugs.length + unplugs.length > 0;
  } catch {
    return true;
  }
}

/** Runs work as an operation of its own in logs, traces and recent operations. */
async function reported(
  operation: OperationInfo,
  { report }: HotPlugDeps,
  work: () => Promise<Followed | undefined>,
): Promise<Followed | undefined> {
  const finished = (error?: PlexusError): void => {
    const { command, sandbox, pod = '', startedAt } = operation;
    const ms = Date.now() - startedAt;
    report({ kind: 'operation-finished', sandbox, pod, command, ms, ...(error !== undefined && { error }) }, operation);
  };
  try {
    const followed = await work();
    const problems = followed?.problems ?? [];
    if (followed !== undefined)
      finished(
        problems.length === 0 ? undefined : changeIncomplete({ problems: problems.map(({ error }) => error.message) }),
      );
    return followed;
  } catch (thrown) {
    finished(asPlexusError(thrown));
    throw thrown;
  }
}

function reportFollowed(
  { attached, detached, problems }: Followed,
  { sandbox, pod = '' }: OperationInfo,
  { report, ms }: Pick<HotPlugDeps, 'report'> & { readonly ms: number | undefined },
): void {
  report({
    kind: 'networks-followed',
    sandbox,
    pod,
    attached: attached.map(({ interfaceName, network }) => `${interfaceName} ${network}`),
    detached: detached.map(({ interfaceName, network }) => `${interfaceName} ${network}`),
    problems: problems.map(({ error }) => error.id),
    ...(ms !== undefined && { ms }),
  });
}
