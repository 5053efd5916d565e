import { networkStatusKey, networksKey } from '../../npwg/index.ts';
import { type Pod, nameOfObject } from '../api-objects.ts';
import { type Check, type Seen, unknown } from '../check.ts';
import type { ClusterScene } from '../cluster-scene.ts';
import { counted, fewOf } from '../state-files.ts';

const [mostLookedAt, atOnce] = [200, 10];

/** Whether pods that request networks have them. */
export const podStatus: Check<ClusterScene> = {
  id: 'PLX-D-POD-STATUS',
  good: 'every running pod that requests networks has a network-status',
  finds:
    'running pods that request networks and lack the annotation network-status: they were not attached, or Plexus could not write it',
  fix: 'Run plexus attachments on the node to see which were attached, and delete the others so that they are recreated.',
  place: ({ node }) => (node === undefined ? 'all pods' : `the pods of node ${node}`),
  look: async ({ api, node }, signal) => {
    const selector = node === undefined ? '' : `?fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`;
    const pods = ((await api.list('list pods', `/api/v1/pods${selector}`, signal, { metadataOnly: true })) ??
      []) as readonly Pod[];
    const asking = pods.filter(lacksStatus);
    const without: string[] = [];
    const looked = asking.slice(0, mostLookedAt);
    while (looked.length > 0) {
      const some = looked.splice(0, atOnce).map(async (pod) => {
        const { namespace = '', name = '' } = pod.metadata ?? {};
        const whole = (await api.get(
          `get pod ${nameOfObject(pod)}`,
          `/api/v1/namespaces/${namespace}/pods/${name}`,
          signal,
        )) as Pod | undefined;
        if (whole?.status?.phase === 'Running' && whole.spec?.hostNetwork !== true && lacksStatus(whole))
          without.push(`${nameOfObject(pod)} (${whole.spec?.nodeName ?? 'no node'})`);
      });
      await Promise.all(some);
    }
    const seen: Seen[] = [];
    if (without.length > 0)
      seen.push({
        severity: 'warning',
        what: counted(
          without.length,
          'running pod that requests networks and has no network-status',
          'running pods that request networks and have no network-status',
        ),
        evidence: fewOf(without.toSorted()),
      });
    if (asking.length > mostLookedAt)
      seen.push(
        unknown(`${asking.length - mostLookedAt} more pods without network-status; --node checks those of one node`),
      );
    return seen;
  },
};

const lacksStatus = ({ metadata }: Pod): boolean => {
  const { annotations = {} } = metadata ?? {};
  return !['', '[]'].includes((annotations[networksKey] ?? '').trim()) && (annotations[networkStatusKey] ?? '') === '';
};
