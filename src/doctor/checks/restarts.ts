import { type ContainerStatus, type Pod, nameOf } from '../api-objects.ts';
import type { Check, Seen } from '../check.ts';
import type { ClusterScene } from '../cluster-scene.ts';

const hour = 60 * 60 * 1000;

/** Whether containers of Plexus end again and again. */
export const restarts: Check<ClusterScene> = {
  id: 'PLX-D-RESTARTS',
  good: 'no container of Plexus ends by itself',
  finds: 'containers of Plexus that cannot start, end again and again, or ran out of memory',
  fix: 'kubectl -n kube-system logs --previous POD -c CONTAINER; after OOMKilled give it more memory (resources in the chart).',
  place: () => 'the pods of Plexus',
  look: async ({ daemonPods, now }) => (await daemonPods()).flatMap((pod) => statusesOf(pod).flatMap((status) => seenOf(pod, status, now()))),
};

const statusesOf = ({ status }: Pod): readonly ContainerStatus[] => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];

function seenOf(pod: Pod, { name = '', state, lastState, restartCount = 0 }: ContainerStatus, now: number): readonly Seen[] {
  const where = `pod ${nameOf(pod)}, container ${name}, node ${pod.spec?.nodeName ?? '(none)'}`;
  const { reason: waiting, message = '' } = state?.waiting ?? {};
  const last = lastState?.terminated ?? state?.terminated;
  const evidence =
    last === undefined
      ? []
      : [`ended before: ${last.reason ?? ''}, exit status ${last.exitCode ?? '?'}, at ${last.finishedAt ?? '?'}; ${restartCount} restarts`];
  if (waiting !== undefined && !['ContainerCreating', 'PodInitializing'].includes(waiting))
    return [{ severity: 'error', what: `${waiting}${message === '' ? '' : `: ${message}`}`, where, evidence }];
  if (last?.reason === 'OOMKilled') return [{ severity: 'warning', what: 'it ran out of memory (OOMKilled)', where, evidence }];
  const isRecent = last?.exitCode !== undefined && last.exitCode !== 0 && now - Date.parse(last.finishedAt ?? '') < hour;
  return isRecent ? [{ severity: 'warning', what: 'it ended within the last hour', where, evidence }] : [];
}
