import { cniCode } from './cni-code.ts';
import { define } from './plexus-error.ts';

// The second half of the catalogue: what goes wrong while a plan is carried out. See catalogue.ts for the rules.

// ── running delegates ────────────────────────────────────────────────────────────────────────────────────────

export const pluginMissing = define(
  'PLX-PLUGIN-MISSING',
  {
    code: cniCode.invalidConfiguration,
    retry: 'later',
    fix: 'Install the plugin on this node in one of these folders.',
  },
  (c: { plugin: string; folders: readonly string[] }) =>
    `CNI plugin ${JSON.stringify(c.plugin)} is missing in ${c.folders.join(', ') || '(no folder given)'}`,
);
export const pluginNotRunnable = define(
  'PLX-PLUGIN-NOT-RUNNABLE',
  { code: cniCode.io, retry: 'later', fix: 'Check that the file is executable and made for this machine.' },
  (c: { plugin: string; file: string; problem: string }) =>
    `CNI plugin ${c.plugin} (${c.file}) cannot be run: ${c.problem}`,
);
export const pluginFailed = define(
  'PLX-PLUGIN-FAILED',
  {
    code: cniCode.internal,
    retry: 'later',
    fix: 'Read the plugin’s own message; plexus trace pod NAME --verbose on its node shows what the plugin was given.',
  },
  (c: { plugin: string; command: string; message: string }) => `plugin ${c.plugin} failed (${c.command}): ${c.message}`,
);
export const pluginTimeout = define(
  'PLX-PLUGIN-TIMEOUT',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'See the plugin’s log; raise deadlines.pluginSeconds if it is only slow.',
  },
  (c: { plugin: string; command: string; seconds: number }) =>
    `plugin ${c.plugin} did not finish ${c.command} within ${c.seconds} s and was killed`,
);
export const pluginOutputTooLong = define(
  'PLX-PLUGIN-OUTPUT-TOO-LONG',
  { code: cniCode.io, retry: 'never', fix: 'The plugin must print one result; update or report it.' },
  (c: { plugin: string; limitBytes: number }) =>
    `plugin ${c.plugin} printed more than ${c.limitBytes} bytes and was killed`,
);
export const operationTimeout = define(
  'PLX-OPERATION-TIMEOUT',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Look at the slowest step in the log; raise the deadline in the configuration if the networks are only slow.',
  },
  (c: { command: string; seconds: number }) => `${c.command} did not finish within ${c.seconds} s`,
);
export const operationCancelled = define(
  'PLX-OPERATION-CANCELLED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Nothing: the runtime gave up or deleted the pod meanwhile; what was attached has been undone.',
  },
  (c: { command: string; reason: string }) => `${c.command} was cancelled: ${c.reason}`,
);
export const routesFailed = define(
  'PLX-ROUTES-FAILED',
  {
    code: cniCode.attachment,
    retry: 'never',
    fix: 'Check that the gateway is reachable through an address of that interface.',
  },
  (c: { interfaceName: string; problem: string }) => `default route of ${c.interfaceName} cannot be set: ${c.problem}`,
);
export const hostCommandFailed = define(
  'PLX-HOST-COMMAND-FAILED',
  {
    code: cniCode.io,
    retry: 'later',
    fix: 'Check that iproute2 and util-linux are installed and that Plexus runs as root.',
  },
  (c: { command: string; problem: string }) => `${c.command} failed: ${c.problem}`,
);
export const attachmentsLeft = define(
  'PLX-ATTACHMENTS-LEFT',
  {
    code: cniCode.attachment,
    retry: 'later',
    fix: 'The rest stays in the journal and DEL can be repeated at any time.',
  },
  (c: { left: readonly string[]; problems: readonly string[] }) =>
    `still attached: ${c.left.join(', ')} (${c.problems.join(' / ')})`,
);
export const gcIncomplete = define(
  'PLX-GC-INCOMPLETE',
  { code: cniCode.attachment, retry: 'later', fix: 'What is left stays in the journal; the next GC tries again.' },
  (c: { problems: readonly string[] }) => `GC could not clean up everything: ${c.problems.join(' / ')}`,
);
export const alreadyAttached = define(
  'PLX-ALREADY-ATTACHED',
  {
    code: cniCode.attachment,
    retry: 'never',
    fix: 'The runtime must call DEL before it calls ADD again for the same container and interface.',
  },
  (c: { sandbox: string; interfaceName: string }) => `sandbox ${c.sandbox} is already attached as ${c.interfaceName}`,
);
export const checkFailed = define(
  'PLX-CHECK-FAILED',
  { code: cniCode.attachment, retry: 'never', fix: 'Delete the pod so that its networks are made again.' },
  (c: { problem: string }) => `CHECK: ${c.problem}`,
);

// ── Kubernetes ───────────────────────────────────────────────────────────────────────────────────────────────

export const kubeconfigUnusable = define(
  'PLX-KUBECONFIG-UNUSABLE',
  {
    code: cniCode.invalidConfiguration,
    retry: 'later',
    fix: 'Write a kubeconfig with a current context there, or correct the path in the configuration.',
  },
  (c: { file: string; problem: string }) => `kubeconfig ${c.file} cannot be used: ${c.problem}`,
);
export const apiUnavailable = define(
  'PLX-API-UNAVAILABLE',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Check the API server and the network to it from this node; the runtime tries again by itself.',
  },
  (c: { request: string; problem: string }) => `Kubernetes API, ${c.request}: ${c.problem}`,
);
export const apiRefused = define(
  'PLX-API-REFUSED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Check the credentials in the kubeconfig and the RBAC rules in deploy/.',
  },
  (c: { request: string; status: number; problem: string }) =>
    `Kubernetes API refused ${c.request} (${c.status}): ${c.problem}`,
);
export const podNotFound = define(
  'PLX-POD-NOT-FOUND',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Nothing if the pod was just deleted. Otherwise check that the kubeconfig points at the cluster that this node belongs to.',
  },
  (c: { pod: string }) => `pod ${c.pod} does not exist`,
);
export const podReplaced = define(
  'PLX-POD-REPLACED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Nothing: the sandbox belongs to a deleted pod of the same name, and the runtime will remove it.',
  },
  (c: { pod: string; expected: string; actual: string }) =>
    `pod ${c.pod} with UID ${c.expected} is gone; a new pod of that name has UID ${c.actual}`,
);
export const manifestInvalid = define(
  'PLX-MANIFEST-INVALID',
  { code: cniCode.invalidConfiguration, retry: 'never', fix: 'Correct the YAML file.' },
  (c: { file: string; problem: string }) => `manifest ${c.file}: ${c.problem}`,
);

// ── the node ─────────────────────────────────────────────────────────────────────────────────────────────────

export const notReady = define(
  'PLX-NOT-READY',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Wait until the default network of this node is up; it writes that file.',
  },
  (c: { file: string; seconds: number }) =>
    `the default network is not ready: ${c.file} does not exist (waited ${c.seconds} s)`,
);
export const statusNotReady = define(
  'PLX-STATUS-NOT-READY',
  { code: cniCode.notAvailable, retry: 'later', fix: 'Wait until the default network of this node is up.' },
  (c: { problem: string }) => `cannot attach pods now: ${c.problem}`,
);
export const fileUnusable = define(
  'PLX-FILE-UNUSABLE',
  {
    code: cniCode.io,
    retry: 'later',
    fix: 'Check that the file or folder exists, that the disk is not full, and that Plexus may use it.',
  },
  (c: { file: string; action: string; problem: string }) => `cannot ${c.action} ${c.file}: ${c.problem}`,
);
export const diskFull = define(
  'PLX-DISK-FULL',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Free space on that file system (df and df -i name it); the runtime tries again by itself.',
  },
  (c: { file: string; action: string }) => `cannot ${c.action} ${c.file}: no space is left on the disk`,
);
export const diskReadOnly = define(
  'PLX-DISK-READ-ONLY',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Mount it for writing; a disk that the kernel made read-only has failed (dmesg says why). The runtime tries again by itself.',
  },
  (c: { file: string; action: string }) => `cannot ${c.action} ${c.file}: the file system is read-only`,
);
export const recordDamaged = define(
  'PLX-RECORD-DAMAGED',
  {
    code: cniCode.decoding,
    retry: 'never',
    fix: 'The file is kept aside for inspection; remove what is left of the sandbox by hand.',
  },
  (c: { file: string; problem: string }) => `journal file ${c.file} cannot be read: ${c.problem}`,
);
export const recordNewer = define(
  'PLX-RECORD-NEWER',
  {
    code: cniCode.decoding,
    retry: 'never',
    fix: 'Nothing is lost: the file stays where it is, and the newer version goes on with it. Do not remove it; run that version again on this node.',
  },
  (c: { file: string; formatVersion: number }) =>
    `journal file ${c.file} is of format ${c.formatVersion}, which only a newer version of Plexus can read`,
);
export const sandboxBusy = define(
  'PLX-SANDBOX-BUSY',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Nothing: the runtime tries again. If it persists, look for a hanging process with this identifier.',
  },
  (c: { sandbox: string; holder: string }) => `sandbox ${c.sandbox} is being worked on by ${c.holder}`,
);
export const internal = define(
  'PLX-INTERNAL',
  { code: cniCode.internal, retry: 'never', fix: 'This is a defect of Plexus: report it with the log of this call.' },
  (c: { problem: string }) => `internal error: ${c.problem}`,
);
