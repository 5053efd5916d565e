import { cniCode } from '../cni-code.ts';
import { define, is } from '../plexus-error.ts';

// Failures that concern what the runtime calls, and how a call ends.

export const commandUnknown = define(
  'PLX-COMMAND-UNKNOWN',
  {
    code: cniCode.invalidEnvironment,
    retry: 'never',
    fix: 'Set CNI_COMMAND to ADD, DEL, CHECK, STATUS, GC or VERSION (upper case).',
  },
  (c: { command: string }) => `unknown CNI_COMMAND: ${c.command}`,
);
export const variablesMissing = define(
  'PLX-VARIABLES-MISSING',
  {
    code: cniCode.invalidEnvironment,
    retry: 'never',
    fix: 'Check the caller, usually the container runtime: it must set these variables (CNI specification, section 2).',
  },
  (c: { command: string; names: readonly string[] }) =>
    `required env variables [${c.names.join(',')}] missing for ${c.command}`,
);
export const variableInvalid = define(
  'PLX-VARIABLE-INVALID',
  {
    code: cniCode.invalidEnvironment,
    retry: 'never',
    fix: 'Correct the variable in the caller, usually the container runtime.',
  },
  (c: { name: string; value: string; allowed: string }) => `${c.name}=${JSON.stringify(c.value)} is not ${c.allowed}`,
);
export const configUndecodable = define(
  'PLX-CONFIG-UNDECODABLE',
  { code: cniCode.decoding, retry: 'never', fix: 'Provide a valid JSON object.' },
  (c: { source: string; problem: string }) => `${c.source} is not a JSON object: ${c.problem}`,
);
export const versionIncompatible = define(
  'PLX-VERSION-INCOMPATIBLE',
  { code: cniCode.incompatibleVersion, retry: 'never', fix: 'Use one of the supported versions as cniVersion.' },
  (c: { source: string; version: string; supported: readonly string[] }) =>
    `incompatible CNI versions: ${c.source} has ${JSON.stringify(c.version)}, supported are ${c.supported.join(', ')}`,
);
export const commandNotAllowed = define(
  'PLX-COMMAND-NOT-ALLOWED',
  {
    code: cniCode.incompatibleVersion,
    retry: 'never',
    fix: 'Raise cniVersion in the configuration: CHECK needs 0.4.0, STATUS and GC need 1.1.0.',
  },
  (c: { command: string; version: string }) => `config version does not allow ${c.command}: cniVersion is ${c.version}`,
);
export const netnsIsHost = define(
  'PLX-NETNS-IS-HOST',
  {
    code: cniCode.invalidNetns,
    retry: 'never',
    fix: 'Pass the network namespace of a pod. To change the host itself, set CNI_NETNS_OVERRIDE=1.',
  },
  (c: { netns: string }) => `CNI_NETNS ${c.netns} is the network namespace that Plexus itself runs in`,
);
export const netnsUnusable = define(
  'PLX-NETNS-UNUSABLE',
  {
    code: cniCode.invalidNetns,
    retry: 'never',
    fix: 'Check the container runtime: it must create the network namespace before ADD and keep it until DEL.',
  },
  (c: { netns: string; problem: string; isMissing?: boolean }) =>
    `network namespace ${c.netns} cannot be used: ${c.problem}`,
);
/** Whether an error says that there is no such namespace (any more). */
export const isNetnsMissing = (error: unknown): boolean => is(error, netnsUnusable) && error.context.isMissing === true;
export const nameInvalid = define(
  'PLX-NAME-INVALID',
  {
    code: cniCode.invalidEnvironment,
    retry: 'never',
    fix: 'Pass the name of an existing object: K8S_POD_NAMESPACE and K8S_POD_NAME in CNI_ARGS come from the container runtime.',
  },
  (c: { what: string; name: string }) =>
    `${c.what} ${JSON.stringify(c.name)} is not the name of a Kubernetes object: lower-case letters, digits, "-" and "." are allowed, with a letter or digit at both ends`,
);
export const podUnidentified = define(
  'PLX-POD-UNIDENTIFIED',
  {
    code: cniCode.invalidEnvironment,
    retry: 'never',
    fix: 'Check the container runtime: it must pass K8S_POD_NAMESPACE and K8S_POD_NAME in CNI_ARGS.',
  },
  (c: { missing: string }) => `CNI_ARGS does not identify a pod: ${c.missing} is missing`,
);
export const operationTimeout = define(
  'PLX-OPERATION-TIMEOUT',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Find the slowest step in the log or with plexus trace. If the networks are only slow, raise the limit of this command in deadlines (configuration of Plexus).',
  },
  (c: { command: string; seconds: number }) => `${c.command} did not finish within ${c.seconds} s`,
);
export const operationCancelled = define(
  'PLX-OPERATION-CANCELLED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'No action needed: the runtime ended the call or deleted the pod, and Plexus has undone what was attached.',
  },
  (c: { command: string; reason: string }) => `${c.command} was cancelled: ${c.reason}`,
);
export const alreadyAttached = define(
  'PLX-ALREADY-ATTACHED',
  {
    code: cniCode.attachment,
    retry: 'never',
    fix: 'Delete the pod. If this recurs, report it to the vendor of the container runtime: the runtime must call DEL before it repeats ADD.',
  },
  (c: { sandbox: string; interfaceName: string }) => `sandbox ${c.sandbox} is already attached as ${c.interfaceName}`,
);
export const attachmentsLeft = define(
  'PLX-ATTACHMENTS-LEFT',
  {
    code: cniCode.attachment,
    retry: 'later',
    fix: 'Correct the cause shown in parentheses. The journal keeps these attachments, so DEL can be repeated at any time.',
  },
  (c: { left: readonly string[]; problems: readonly string[] }) =>
    `still attached: ${c.left.join(', ')} (${c.problems.join(' / ')})`,
);
export const gcIncomplete = define(
  'PLX-GC-INCOMPLETE',
  {
    code: cniCode.attachment,
    retry: 'later',
    fix: 'Correct the causes shown. The journal keeps what is left, and the next GC retries.',
  },
  (c: { problems: readonly string[] }) => `GC could not clean up everything: ${c.problems.join(' / ')}`,
);
export const checkFailed = define(
  'PLX-CHECK-FAILED',
  { code: cniCode.attachment, retry: 'never', fix: 'Delete the pod so that it is recreated with its networks.' },
  (c: { problem: string }) => `CHECK failed: ${c.problem}`,
);
export const notReady = define(
  'PLX-NOT-READY',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Wait until the default network of this node has written that file. If this lasts, check the pod of that network on this node.',
  },
  (c: { file: string; seconds: number }) =>
    `the default network is not ready: ${c.file} does not exist (waited ${c.seconds} s)`,
);
export const statusNotReady = define(
  'PLX-STATUS-NOT-READY',
  {
    code: cniCode.notAvailable,
    retry: 'later',
    fix: 'Wait until the default network of this node is ready. If this lasts, check the pod of that network on this node.',
  },
  (c: { problem: string }) => `this node cannot attach pods now: ${c.problem}`,
);
export const internal = define(
  'PLX-INTERNAL',
  { code: cniCode.internal, retry: 'never', fix: 'Report this defect of Plexus with the log of this call.' },
  (c: { problem: string }) => `internal error: ${c.problem}`,
);
