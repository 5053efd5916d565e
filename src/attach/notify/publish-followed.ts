import { type PodCondition, type PodEvent, type PodState, statusTarget } from '../../cluster/index.ts';
import { asPlexusError, clip, summaryOf } from '../../errors/index.ts';
import { inSyncCondition, networkStatusKey } from '../../npwg/index.ts';
import { escapeInvisible, maskText } from '../../report/index.ts';
import type { AttachDeps } from '../deps.ts';
import type { FollowProblem, Followed } from '../sandbox/follow-annotation.ts';
import { withDeadline } from '../steps/deadline.ts';
import { addedText } from './events.ts';
import { networkStatusText } from './publish.ts';

const publishSeconds = 10;
const mostConditionBytes = 4096;

/** The dependencies of publishing the networks of a running pod. */
export type PublishFollowedDeps = Pick<AttachDeps, 'settings' | 'report' | 'now'> & {
  readonly cluster: NonNullable<AttachDeps['cluster']>;
};

/**
 * Publishes the networks of a running pod after they followed its annotation: network-status and condition with one
 * request, and Events. Sends only what the pod does not have yet. Returns whether the pod has it; a failure is reported.
 */
export async function publishFollowed(
  followed: Followed,
  pod: PodState,
  deps: PublishFollowedDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const { containerId } = followed.record;
  const subject = { sandbox: containerId, pod: `${pod.metadata.namespace}/${pod.metadata.name}` };
  const startedAt = deps.now();
  await sendEvents(followed, pod, deps, signal);
  const networks = networksToPublish(followed, pod, deps);
  if (networks === undefined) return true;
  const step = { kind: 'status-published', ...subject, startedAt } as const;
  try {
    const deadline = { command: 'writing network-status', seconds: publishSeconds };
    const outcome = await withDeadline(deadline, signal, async (limited) =>
      deps.cluster.publishNetworks?.(await statusTarget(pod.metadata, deps.cluster, limited), networks, limited),
    );
    deps.report({ ...step, outcome: outcome ?? 'written', ms: deps.now() - startedAt });
    return true;
  } catch (thrown) {
    deps.report({ ...step, outcome: 'deferred', ms: deps.now() - startedAt, error: asPlexusError(thrown) });
    return false;
  }
}

type Networks = Parameters<NonNullable<PublishFollowedDeps['cluster']['publishNetworks']>>[1];

function networksToPublish(followed: Followed, pod: PodState, deps: PublishFollowedDeps): Networks | undefined {
  const { problems } = followed;
  const isRefused = followed.keepsStatus === true || problems.some(({ network }) => network === undefined);
  const status = networkStatusText({ attachments: followed.attachments }, deps);
  const condition = conditionOf(problems, deps);
  const before = pod.conditions?.find(({ type }) => type === inSyncCondition);
  const isNewStatus = !isRefused && pod.metadata.annotations[networkStatusKey] !== status;
  const isNewCondition =
    before?.status !== condition.status || before.reason !== condition.reason || before.message !== condition.message;
  if (!isNewStatus && !isNewCondition) return undefined;
  return {
    ...(isNewStatus && { status }),
    ...(isNewCondition && { condition: { ...condition, isTransition: before?.status !== condition.status } }),
  };
}

/** Returns the condition for the problems of a pod's networks. */
function conditionOf(problems: readonly FollowProblem[], { settings }: Pick<AttachDeps, 'settings'>): PodCondition {
  const [first] = problems;
  if (first === undefined)
    return {
      type: inSyncCondition,
      status: 'True',
      reason: 'InSync',
      message: 'The pod has exactly the networks of its annotation.',
    };
  const sentences = problems.map((problem) => `${placeOf(problem)}${shownError(problem, settings.maskedKeys)}`);
  return {
    type: inSyncCondition,
    status: 'False',
    reason: reasons[first.act],
    message: clip(sentences.join(' '), mostConditionBytes),
  };
}

const reasons = {
  refuse: 'Refused',
  attach: 'AttachFailed',
  detach: 'DetachFailed',
  restore: 'RestoreFailed',
} as const;

const placeOf = ({ network, interfaceName }: FollowProblem): string =>
  network === undefined ? '' : `${network}${interfaceName === undefined ? '' : ` (${interfaceName})`}: `;

// mask before shortening, because a truncated secret would not be recognized
const shownError = ({ error }: FollowProblem, maskedKeys: readonly string[]): string =>
  summaryOf(error, escapeInvisible(maskText(error.message, maskedKeys)));

const eventReasons = {
  refuse: 'InterfaceAddRejected',
  attach: 'FailedAddingInterface',
  detach: 'FailedRemovingInterface',
  restore: 'FailedAddingInterface',
} as const;

function eventsOf(followed: Followed, maskedKeys: readonly string[]): readonly PodEvent[] {
  const { record, attached, detached, problems, warnings } = followed;
  const added = record.attachments.filter(({ attachment }) =>
    attached.some(({ interfaceName }) => interfaceName === attachment.interfaceName),
  );
  return [
    ...detached.map(({ interfaceName, network }) => ({
      type: 'Normal' as const,
      reason: 'RemovedInterface',
      message: `Remove ${interfaceName} from ${network}`,
    })),
    ...added.map((entry) => ({ type: 'Normal' as const, reason: 'AddedInterface', message: addedText(entry) })),
    ...problems.map((problem) => ({
      type: 'Warning' as const,
      reason: eventReasons[problem.act],
      message: `${placeOf(problem)}${shownError(problem, maskedKeys)}`,
    })),
    ...warnings.map((message) => ({
      type: 'Warning' as const,
      reason: 'NetworkWarning',
      message: escapeInvisible(maskText(message, maskedKeys)),
    })),
  ];
}

async function sendEvents(
  followed: Followed,
  { metadata: { namespace, name, uid } }: PodState,
  { cluster, settings, report }: PublishFollowedDeps,
  signal: AbortSignal,
): Promise<void> {
  const subject = { namespace, name, ...(uid !== undefined && { uid }) };
  for (const event of eventsOf(followed, settings.maskedKeys))
    await cluster.recordEvent(subject, event, signal).catch((thrown: unknown) =>
      report({
        kind: 'warning',
        pod: `${namespace}/${name}`,
        text: `could not write Event ${event.reason}: ${asPlexusError(thrown).message}`,
      }),
    );
}
