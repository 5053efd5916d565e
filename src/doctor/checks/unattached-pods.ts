import { unattachedPods } from '../../journal/index.ts';
import { podKey } from '../../npwg/index.ts';
import type { Check } from '../check.ts';
import { type NodeScene, inState } from '../node-scene.ts';
import { counted, fewOf } from '../state-files.ts';

/** Whether pods are running that were never attached. */
export const podsNotAttached: Check<NodeScene> = {
  id: 'PLX-D-UNATTACHED-PODS',
  good: "no pod of this node runs without the networks it requests, according to the daemon's last sweep",
  finds: 'running pods that request networks and were never attached',
  fix: 'Delete these pods so that they are recreated with their networks.',
  place: (scene) => inState(scene, 'unattached.json'),
  look: async ({ state }) => {
    const pods = await unattachedPods(await state()).read();
    if (pods.length === 0) return [];
    return [
      {
        severity: 'warning',
        what: counted(
          pods.length,
          'pod that runs without the networks it requests',
          'pods that run without the networks they request',
        ),
        evidence: fewOf(pods.map((pod) => `${podKey(pod)} (${pod.networks}): ${pod.why}`)),
      },
    ];
  },
};
