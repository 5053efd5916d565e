import { type Check, unknown } from '../check.ts';
import { type ClusterScene, noPods } from '../cluster-scene.ts';
import { fewOf } from '../state-files.ts';

/** Whether all nodes run the same version. */
export const images: Check<ClusterScene> = {
  id: 'PLX-D-IMAGES',
  good: 'all daemons run the same image',
  finds: 'daemons of several versions at the same time: an update that does not finish',
  fix: 'Run kubectl -n kube-system rollout status daemonset/plexus to see what the update waits for.',
  place: () => 'the pods of Plexus',
  look: async ({ daemonPods }) => {
    const pods = await daemonPods();
    if (pods.length === 0) return [unknown(noPods)];
    const nodesOf = new Map<string, string[]>();
    for (const { spec } of pods)
      for (const { image = '' } of (spec?.containers ?? []).slice(0, 1))
        nodesOf.set(image, [...(nodesOf.get(image) ?? []), spec?.nodeName ?? '(no node)']);
    if (nodesOf.size < 2) return [];
    const evidence = [...nodesOf].map(([image, names]) => `${image}: ${fewOf(names).join(', ')}`).toSorted();
    return [{ severity: 'warning', what: `${nodesOf.size} images are in use`, evidence }];
  },
};
