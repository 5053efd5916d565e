import { nameOfObject } from '../api-objects.ts';
import type { Check } from '../check.ts';
import type { ClusterScene } from '../cluster-scene.ts';

/** Whether the DaemonSet of Plexus exists and is complete. */
export const daemonSet: Check<ClusterScene> = {
  id: 'PLX-D-DAEMONSET',
  good: 'the DaemonSet of Plexus exists, and all its pods are ready',
  finds: 'the DaemonSet of Plexus is missing, matches no node, or has pods that are not ready',
  fix: 'Run kubectl -n kube-system rollout status daemonset/plexus. PLX-D-NODES names the nodes, PLX-D-RESTARTS shows why pods end.',
  place: () => 'DaemonSet plexus',
  look: async ({ plexus }) => {
    const set = await plexus();
    if (set === undefined)
      return [
        {
          severity: 'error',
          what: 'there is none in any namespace, so no node has a daemon',
          where: 'the cluster',
          fix: 'Install it: docs/install.md. No action needed if the nodes use direct mode without a DaemonSet.',
        },
      ];
    const {
      desiredNumberScheduled: desired = 0,
      numberReady: ready = 0,
      updatedNumberScheduled: updated = desired,
    } = set.status ?? {};
    const where = `DaemonSet ${nameOfObject(set)}`;
    if (desired === 0)
      return [{ severity: 'error', what: 'it matches no node', where, fix: 'Check its nodeSelector and affinity.' }];
    if (ready < desired) return [{ severity: 'error', what: `${ready} of ${desired} pods are ready`, where }];
    return updated < desired
      ? [
          {
            severity: 'note',
            what: `${updated} of ${desired} pods have its newest version: an update is in progress`,
            where,
          },
        ]
      : [];
  },
};
