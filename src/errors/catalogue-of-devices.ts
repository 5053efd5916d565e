import { cniCode } from './cni-code.ts';
import { define } from './plexus-error.ts';

// The part of the catalogue that is about the devices of pods. See catalogue.ts for the rules.

export const kubeletUnavailable = define(
  'PLX-KUBELET-UNAVAILABLE',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Check that kubelet runs and that the folder of this socket (not the socket alone) is mounted into the daemon’s pod; where kubelet has another --root-dir, set kubeletDir to it.',
  },
  (c: { source: string; problem: string }) => `kubelet cannot be asked for the devices of the pod at ${c.source}: ${c.problem}`,
);
export const kubeletCheckpointDamaged = define(
  'PLX-KUBELET-CHECKPOINT-DAMAGED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Mount kubelet’s folder pod-resources into the daemon’s pod, so that kubelet itself is asked; the file is read only without it.',
  },
  (c: { file: string; problem: string }) => `kubelet’s file ${c.file} cannot be understood: ${c.problem}`,
);
