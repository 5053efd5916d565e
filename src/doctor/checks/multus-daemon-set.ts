import { nameOfObject } from '../api-objects.ts';
import type { Check } from '../check.ts';
import { type ClusterScene, isMultus } from '../cluster-scene.ts';

/** Whether Multus runs in the same cluster. */
export const multusDaemonSet: Check<ClusterScene> = {
  id: 'PLX-D-MULTUS',
  good: 'Multus is not installed in the cluster',
  finds: 'a DaemonSet of Multus besides Plexus: both install themselves as the first CNI configuration of every node',
  fix: 'Follow docs/from-multus.md, and delete the DaemonSet of Multus as its last step.',
  place: () => 'the cluster',
  look: async ({ daemonSets, plexus }) => {
    const found = (await daemonSets()).filter(isMultus);
    const severity = (await plexus()) === undefined ? 'note' : 'warning';
    return found.map(
      (set) => ({ severity, what: 'Multus is installed', where: `DaemonSet ${nameOfObject(set)}` }) as const,
    );
  },
};
