import { cniCode } from './cni-code.ts';
import { define } from './plexus-error.ts';

// The part of the catalogue that is about reading and repairing a node's journal by hand. See catalogue.ts for the
// rules.

export const sandboxUnknown = define(
  'PLX-SANDBOX-UNKNOWN',
  {
    code: cniCode.containerUnknown,
    retry: 'never',
    fix: 'Give the container ID, or enough of its beginning, of one that plexus attachments list shows.',
  },
  (c: { sandbox: string; matches: readonly string[]; folder: string }) =>
    c.matches.length === 0
      ? `the journal in ${c.folder} holds no sandbox ${JSON.stringify(c.sandbox)}`
      : `${JSON.stringify(c.sandbox)} is the beginning of several sandboxes: ${c.matches.join(', ')}`,
);
export const podNotAttached = define(
  'PLX-POD-NOT-ATTACHED',
  {
    code: cniCode.containerUnknown,
    retry: 'never',
    fix: 'Ask on the node of the pod; plexus attachments lists what is attached there.',
  },
  (c: { pod: string; folder: string }) => `the journal in ${c.folder} holds no complete attachment of pod ${c.pod}`,
);
export const stillInUse = define(
  'PLX-STILL-IN-USE',
  {
    code: cniCode.attachment,
    retry: 'never',
    fix: 'Delete the pod: DEL undoes its attachments. With --force the journal forgets them all the same, and nobody will undo them.',
  },
  (c: { sandbox: string; names: readonly string[] }) =>
    `sandbox ${c.sandbox} has attachments that are not abandoned: ${c.names.join(', ')}`,
);
export const podMayBeAlive = define(
  'PLX-POD-MAY-BE-ALIVE',
  {
    code: cniCode.attachment,
    retry: 'never',
    fix: 'Delete the pod: the runtime then detaches it. With --force its networks are taken from it even if it runs.',
  },
  (c: { sandbox: string; netns: string }) =>
    `the network namespace of sandbox ${c.sandbox} still exists (${c.netns}): its pod may be alive`,
);
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
export const attachmentsDiffer = define(
  'PLX-ATTACHMENTS-DIFFER',
  { code: cniCode.attachment, retry: 'never', fix: 'Delete the pods concerned so that their networks are made again.' },
  (c: { failed: number; checked: number }) => `${c.failed} of ${c.checked} attachments are not as they were made`,
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
