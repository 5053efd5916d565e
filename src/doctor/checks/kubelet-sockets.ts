import { dirname } from 'node:path';
import { inRoot } from '../../install/index.ts';
import { type Check, unknown } from '../check.ts';
import type { NodeScene } from '../node-scene.ts';
import { fewOf, found } from '../state-files.ts';

const socket = '/var/lib/kubelet/pod-resources/kubelet.sock';

/** Whether kubelet serves the devices of pods. */
export const kubeletSockets: Check<NodeScene> = {
  id: 'PLX-D-KUBELET-SOCKETS',
  good: 'kubelet reports the devices of pods, or no network uses devices',
  finds: 'networks use devices (resourceName), but the socket on which kubelet reports the devices of pods is missing',
  fix: 'Start kubelet. If kubelet has another --root-dir, mount its pod-resources folder at /var/lib/kubelet/pod-resources.',
  place: () => socket,
  look: async (scene, signal) => {
    const { nads } = await scene.networks(signal);
    const users = nads.filter(({ nad }) => nad?.resourceName !== undefined);
    if (users.length === 0) return [];
    const path = await inRoot(scene.places.root, socket);
    if ((await found(dirname(path))) === undefined)
      return [
        unknown('its folder does not exist: kubelet has never run here, or its files are not visible here', {
          where: path,
        }),
      ];
    const file = await found(path);
    if (file?.isSocket() === true) return [];
    const evidence = fewOf(users.map(({ key, nad }) => `${key}: ${nad?.resourceName ?? ''}`));
    return [
      {
        severity: 'error',
        what: file === undefined ? 'it does not exist' : 'it is not a socket',
        where: path,
        evidence,
      },
    ];
  },
};
