import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures that concern commands that people type.

export const pluginsElsewhere = define(
  'PLX-PLUGINS-ELSEWHERE',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: "Run the command on the host itself, not in the daemon's container, or name the folders with the plugins with --cni-path.",
  },
  (c: { plugins: readonly string[]; folders: readonly string[] }) =>
    `none of the CNI plugins needed (${c.plugins.join(', ')}) is in ${c.folders.join(', ')}`,
);
export const findingsMade = define(
  'PLX-FINDINGS-MADE',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Do what is said of each of them, the errors first; docs/doctor.md explains each check.',
  },
  (c: { counts: string }) => `plexus doctor found something to do: ${c.counts}`,
);
export const nothingLookedAt = define(
  'PLX-NOTHING-LOOKED-AT',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Run it on a node as root, or with a kubeconfig (--kubeconfig); --root and --cni-conf-dir name folders that are elsewhere.',
  },
  (c: { why: string }) => `plexus doctor could look at nothing: ${c.why}`,
);
export const observeUnreachable = define(
  'PLX-OBSERVE-UNREACHABLE',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Ask as root on the node itself, or in the container of its daemon: kubectl exec -n kube-system PLEXUS_POD -c daemon -- plexus trace.',
  },
  (c: { socket: string; problem: string }) =>
    `the plexus daemon does not tell of its recent operations at ${c.socket}: ${c.problem}`,
);
export const nothingRecorded = define(
  'PLX-NOTHING-RECORDED',
  {
    code: cniCode.containerUnknown,
    retry: 'never',
    fix: 'Ask on the node that the pod runs on, soon after its operation; a restart of the daemon begins anew. See docs/observability.md.',
  },
  (c: { what: string }) => `the daemon of this node remembers no operation on ${c.what}`,
);
