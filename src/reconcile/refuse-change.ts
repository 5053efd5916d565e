import { type FollowProblem, type Followed, publishFollowed } from '../attach/index.ts';
import type { PodState } from '../cluster/index.ts';
import { type PlexusError, podOnHostNetwork } from '../errors/index.ts';
import { inSyncCondition, networksKey, podKey } from '../npwg/index.ts';
import type { SandboxRecord } from '../plan/index.ts';
import type { WorkOutcome } from '../queue/index.ts';
import { type HotPlugDeps, hasEnded } from './hot-plug-deps.ts';

/** The annotation has been restored after a refusal: the condition still states the refusal. */
export async function settleCondition(
  record: SandboxRecord,
  { pod, current }: { readonly pod: PodState; readonly current: HotPlugDeps },
  signal: AbortSignal,
): Promise<WorkOutcome> {
  const isStale = pod.conditions?.some(({ type, status }) => type === inSyncCondition && status === 'False') === true;
  return isStale ? publishOnly(record, [], { pod, current }, signal) : 'done';
}

/** Publishes why a pod's networks do not follow its annotation. */
export async function refuse(
  error: PlexusError,
  record: SandboxRecord,
  { pod, current }: { readonly pod: PodState; readonly current: HotPlugDeps },
  signal: AbortSignal,
): Promise<WorkOutcome> {
  return publishOnly(record, [{ act: 'refuse', error }], { pod, current }, signal);
}

async function publishOnly(
  record: SandboxRecord,
  problems: readonly FollowProblem[],
  { pod, current }: { readonly pod: PodState; readonly current: HotPlugDeps },
  signal: AbortSignal,
): Promise<WorkOutcome> {
  const none = { attached: [], detached: [], warnings: [], keepsStatus: true } as const;
  const outcome: Followed = { record, attachments: record.attachments, problems, ...none };
  const published = await publishFollowed(
    outcome,
    pod,
    { ...current, settings: current.settings(), now: Date.now },
    signal,
  );
  return published ? 'done' : 'retry';
}

/** A pod whose annotation has changed and that the journal does not contain. */
export async function reconcileUnrecorded(
  ref: { readonly namespace: string; readonly name: string; readonly uid: string },
  current: HotPlugDeps,
  signal: AbortSignal,
): Promise<void> {
  const pod = await current.cluster.getPodState(ref, signal);
  if (pod === undefined || pod.metadata.uid !== ref.uid || !pod.hostNetwork || pod.deleting || hasEnded(pod)) return;
  if ((pod.metadata.annotations[networksKey] ?? '').trim() === '') return;
  const error = podOnHostNetwork({ pod: podKey(pod.metadata) });
  const { namespace, name, uid } = ref;
  await current.cluster.recordEvent(
    { namespace, name, uid },
    { type: 'Warning', reason: 'InterfaceAddRejected', message: `${error.id}: ${error.message}. ${error.kind.fix}` },
    signal,
  );
}
