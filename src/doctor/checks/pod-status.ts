import { networkStatusKey, networksKey } from '../../npwg/index.ts';
import { type Pod, nameOfObject } from '../api-objects.ts';
import { type Check, type Seen, unknown } from '../check.ts';
import type { ClusterScene } from '../cluster-scene.ts';
import { counted, fewOf } from '../state-files.ts';

const [mostLookedAt, atOnce] = [200, 10];

/** Whether pods that request networks have them. */
export const podStatus: Check<ClusterScene> = {
  id: 'PLX-D-POD-STATUS',
  good: 'every running pod that asks for networks has a network-status',
  finds:
    'pods that run and ask for networks, without the annotation network-status: they were not attached, or it could not be written',
  fix: 'On the node, plexus attachments says whether it was attached; delete pods that were not, so that they are made again.',
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
          'running pod that asks for networks and has no network-status',
          'running pods that ask for networks and have no network-status',
        ),
        evidence: fewOf(without.toSorted()),
      });
    if (asking.length > mostLookedAt)
      seen.push(
        unknown(
          `${asking.length - mostLookedAt} further pods without network-status; --node looks at those of one node`,
        ),
      );
    return seen;
  },
};

const lacksStatus = ({ metadata }: Pod): boolean => {
  const { annotations = {} } = metadata ?? {};
  return !['', '[]'].includes((annotations[networksKey] ?? '').trim()) && (annotations[networkStatusKey] ?? '') === '';
};
