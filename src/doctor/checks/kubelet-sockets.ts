import { dirname } from 'node:path';
import { inRoot } from '../../install/index.ts';
import { type Check, unknown } from '../check.ts';
import type { NodeScene } from '../node-scene.ts';
import { fewOf, found } from '../state-files.ts';

const socket = '/var/lib/kubelet/pod-resources/kubelet.sock';

/** Whether kubelet serves the devices of pods. */
export const kubeletSockets: Check<NodeScene> = {
  id: 'PLX-D-KUBELET-SOCKETS',
  good: 'kubelet says which devices pods have, or no network needs to know',
  finds:
    'networks are made of devices (resourceName), and the socket where kubelet says which device a pod was given is not there',
  fix: 'Start kubelet; where its folder is another one, mount that at /var/lib/kubelet/pod-resources.',
  place: () => socket,
  look: async (scene, signal) => {
    const { nads } = await scene.networks(signal);
    const users = nads.filter(({ nad }) => nad?.resourceName !== undefined);
    if (users.length === 0) return [];
    const path = await inRoot(scene.places.root, socket);
    if ((await found(dirname(path))) === undefined)
      return [
        unknown('its folder is not there: kubelet has never run here, or its files are not in sight', { where: path }),
      ];
    const file = await found(path);
    if (file?.isSocket() === true) return [];
    const evidence = fewOf(users.map(({ key, nad }) => `${key}: ${nad?.resourceName ?? ''}`));
    return [
      { severity: 'error', what: file === undefined ? 'it is not there' : 'it is no socket', where: path, evidence },
    ];
  },
};
