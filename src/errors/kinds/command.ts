import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures that concern commands that people type.

export const pluginsElsewhere = define(
  'PLX-PLUGINS-ELSEWHERE',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: "Run the command on the host itself, not in the daemon's container, or set --cni-path to the folders of the plugins.",
  },
  (c: { plugins: readonly string[]; folders: readonly string[] }) =>
    `none of the required CNI plugins (${c.plugins.join(', ')}) is in ${c.folders.join(', ')}`,
);
export const findingsMade = define(
  'PLX-FINDINGS-MADE',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Follow the fix shown for each, errors first; docs/doctor.md explains each check.',
  },
  (c: { counts: string }) => `plexus doctor found problems: ${c.counts}`,
);
export const nothingLookedAt = define(
  'PLX-NOTHING-LOOKED-AT',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Run it on a node as root, or with a kubeconfig (--kubeconfig). If the folders of the node are elsewhere, set --root or --cni-conf-dir.',
  },
  (c: { why: string }) => `plexus doctor could not check anything: ${c.why}`,
);
export const observeUnreachable = define(
  'PLX-OBSERVE-UNREACHABLE',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Run the command as root on the node itself, or in the container of its daemon: kubectl exec -n kube-system PLEXUS_POD -c daemon -- plexus trace.',
  },
  (c: { socket: string; problem: string }) =>
    `cannot read recent operations from the plexus daemon at ${c.socket}: ${c.problem}`,
);
export const nothingRecorded = define(
  'PLX-NOTHING-RECORDED',
  {
    code: cniCode.containerUnknown,
    retry: 'never',
    fix: 'Run the command on the node of the pod, soon after the operation: the daemon keeps the newest operations only, and none from before its start. See docs/observability.md.',
  },
  (c: { what: string }) => `the daemon of this node has recorded no operation of ${c.what}`,
);
