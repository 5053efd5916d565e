import { nameOfObject } from '../api-objects.ts';
import type { Check } from '../check.ts';
import { type ClusterScene, isMultus } from '../cluster-scene.ts';

/** Whether Multus runs in the same cluster. */
export const multusDaemonSet: Check<ClusterScene> = {
  id: 'PLX-D-MULTUS',
  good: 'Multus is not in the cluster',
  finds: 'a DaemonSet of Multus beside Plexus: both want to be the first configuration of every node',
  fix: 'Follow docs/from-multus.md, and delete the DaemonSet of Multus at its end.',
  place: () => 'the cluster',
  look: async ({ daemonSets, plexus }) => {
    const found = (await daemonSets()).filter(isMultus);
    const severity = (await plexus()) === undefined ? 'note' : 'warning';
    return found.map(
      (set) => ({ severity, what: 'Multus is installed', where: `DaemonSet ${nameOfObject(set)}` }) as const,
    );
  },
};
