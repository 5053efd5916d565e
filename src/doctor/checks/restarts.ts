import { type ContainerStatus, type Pod, nameOfObject } from '../api-objects.ts';
import { type Check, type Seen, unknown } from '../check.ts';
import { type ClusterScene, noPods } from '../cluster-scene.ts';

const hour = 60 * 60 * 1000;

/** Whether containers of Plexus restart repeatedly. */
export const restarts: Check<ClusterScene> = {
  id: 'PLX-D-RESTARTS',
  good: 'no container of Plexus restarts repeatedly',
  finds: 'containers of Plexus that cannot start, end repeatedly, or ran out of memory',
  fix: 'Run kubectl -n kube-system logs --previous POD -c CONTAINER. After OOMKilled, raise its memory limit (resources in the chart).',
  place: () => 'the pods of Plexus',
  look: async ({ daemonPods, now }) => {
    const pods = await daemonPods();
    if (pods.length === 0) return [unknown(noPods)];
    return pods.flatMap((pod) => statusesOf(pod).flatMap((status) => seenOf(pod, status, now())));
  },
};

const statusesOf = ({ status }: Pod): readonly ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

function seenOf(pod: Pod, status: ContainerStatus, now: number): readonly Seen[] {
  const last = status.lastState?.terminated ?? status.state?.terminated;
  const found = waitingProblem(status) ?? endingProblem(last, now);
  if (found === undefined) return [];
  const where = `pod ${nameOfObject(pod)}, container ${status.name ?? ''}, node ${pod.spec?.nodeName ?? '(none)'}`;
  return [{ ...found, where, evidence: last === undefined ? [] : [endingText(last, status)] }];
}

type Ending = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;
type Problem = Pick<Seen, 'severity' | 'what'>;

function waitingProblem({ state }: ContainerStatus): Problem | undefined {
  const { reason, message = '' } = state?.waiting ?? {};
  if (reason === undefined || ['ContainerCreating', 'PodInitializing'].includes(reason)) return undefined;
  return { severity: 'error', what: message === '' ? reason : `${reason}: ${message}` };
}

function endingProblem(last: Ending | undefined, now: number): Problem | undefined {
  if (last === undefined) return undefined;
  if (last.reason === 'OOMKilled') return { severity: 'warning', what: 'it ran out of memory (OOMKilled)' };
  const isRecent = (last.exitCode ?? 0) !== 0 && now - Date.parse(last.finishedAt ?? '') < hour;
  return isRecent ? { severity: 'warning', what: 'it ended within the last hour' } : undefined;
}

const endingText = ({ reason = '', exitCode, finishedAt }: Ending, { restartCount = 0 }: ContainerStatus): string =>
  `ended before: ${reason}, exit status ${exitCode ?? '?'}, at ${finishedAt ?? '?'}; ${restartCount} restarts`;
