import { cniCode } from './cni-code.ts';
import { define } from './plexus-error.ts';

// One entry for each kind of failure. The sentence says what and where; `fix` says what to do.
// Errors that DEL may return never contain the words containerd takes for success (K8S-57): say "missing" or "absent".

// ── the call of the runtime ──────────────────────────────────────────────────────────────────────────────────

export const commandUnknown = define(
  'PLX-COMMAND-UNKNOWN',
  { code: cniCode.invalidEnvironment, retry: 'never', fix: 'Set CNI_COMMAND to ADD, DEL, CHECK, STATUS, GC or VERSION (upper case).' },
  (c: { command: string }) => `unknown CNI_COMMAND: ${c.command}`,
);
export const variablesMissing = define(
  'PLX-VARIABLES-MISSING',
  { code: cniCode.invalidEnvironment, retry: 'never', fix: 'The container runtime must set these variables; when calling by hand, see the CNI specification, section 2.' },
  (c: { command: string; names: readonly string[] }) => `required env variables [${c.names.join(',')}] missing for ${c.command}`,
);
export const variableInvalid = define(
  'PLX-VARIABLE-INVALID',
  { code: cniCode.invalidEnvironment, retry: 'never', fix: 'Correct the variable where the call is made.' },
  (c: { name: string; value: string; allowed: string }) => `${c.name}=${JSON.stringify(c.value)} is not ${c.allowed}`,
);
export const configUndecodable = define(
  'PLX-CONFIG-UNDECODABLE',
  { code: cniCode.decoding, retry: 'never', fix: 'Write a JSON object there; `plexus plan` shows the place of the first mistake.' },
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
  { code: cniCode.incompatibleVersion, retry: 'never', fix: 'Raise cniVersion in the configuration: CHECK needs 0.4.0, STATUS and GC need 1.1.0.' },
  (c: { command: string; version: string }) => `config version does not allow ${c.command}: cniVersion is ${c.version}`,
);
export const netnsIsHost = define(
  'PLX-NETNS-IS-HOST',
  { code: cniCode.invalidNetns, retry: 'never', fix: 'Pass the namespace of a pod, or set CNI_NETNS_OVERRIDE=1 if the host itself is really meant.' },
  (c: { netns: string }) => `CNI_NETNS ${c.netns} is the network namespace that Plexus itself runs in`,
);
export const netnsUnusable = define(
  'PLX-NETNS-UNUSABLE',
  { code: cniCode.invalidNetns, retry: 'never', fix: 'The runtime must create the network namespace before ADD and keep it until DEL.' },
  (c: { netns: string; problem: string }) => `network namespace ${c.netns} cannot be used: ${c.problem}`,
);

// ── network configurations ───────────────────────────────────────────────────────────────────────────────────

export const configurationInvalid = define(
  'PLX-CONFIGURATION-INVALID',
  { code: cniCode.invalidConfiguration, retry: 'never', fix: 'Correct the network configuration; see the CNI specification, section 1.' },
  (c: { source: string; problem: string }) => `${c.source}: ${c.problem}`,
);
export const resultInvalid = define(
  'PLX-RESULT-INVALID',
  { code: cniCode.decoding, retry: 'never', fix: 'The plugin does not follow the CNI specification: update or report it.' },
  (c: { source: string; problem: string }) => `${c.source} is not a CNI result: ${c.problem}`,
);
export const resultNotConvertible = define(
  'PLX-RESULT-NOT-CONVERTIBLE',
  { code: cniCode.incompatibleVersion, retry: 'never', fix: 'Use a newer cniVersion: 0.3.1 and later can hold every result.' },
  (c: { from: string; to: string; problem: string }) => `a CNI result of version ${c.from} cannot be given as ${c.to}: ${c.problem}`,
);

// ── pod annotations and NetworkAttachmentDefinitions ─────────────────────────────────────────────────────────

export const selectionInvalid = define(
  'PLX-SELECTION-INVALID',
  { code: cniCode.invalidConfiguration, retry: 'never', fix: 'Correct the annotation of the pod (in its Deployment, StatefulSet or other owner).' },
  (c: { key: string; place: string; value: string; allowed: string }) => `annotation ${c.key}, ${c.place}: ${c.value} is not ${c.allowed}`,
);
export const nadNotFound = define(
  'PLX-NAD-NOT-FOUND',
  { code: cniCode.invalidConfiguration, retry: 'later', fix: 'Create the NetworkAttachmentDefinition, or correct its name or namespace in the annotation or configuration.' },
  (c: { nad: string; wantedBy: string }) => `${c.wantedBy} asks for NetworkAttachmentDefinition ${c.nad}, which does not exist`,
);
export const nadInvalid = define(
  'PLX-NAD-INVALID',
  { code: cniCode.invalidConfiguration, retry: 'never', fix: 'Correct spec.config of the NetworkAttachmentDefinition.' },
  (c: { nad: string; problem: string }) => `NetworkAttachmentDefinition ${c.nad}: ${c.problem}`,
);
export const networkFileMissing = define(
  'PLX-NETWORK-FILE-MISSING',
  { code: cniCode.invalidConfiguration, retry: 'never', fix: 'Put a .conflist or .conf file with that name into the folder on this node, or give the NetworkAttachmentDefinition a spec.config.' },
  (c: { network: string; folder: string; present: string }) => `no network configuration named ${JSON.stringify(c.network)} in ${c.folder} (present: ${c.present})`,
);

// ── planning ─────────────────────────────────────────────────────────────────────────────────────────────────

export const settingsInvalid = define(
  'PLX-SETTINGS-INVALID',
  { code: cniCode.invalidConfiguration, retry: 'never', fix: 'Correct the configuration of Plexus; docs/configuration.md lists every key.' },
  (c: { place: string; problem: string }) => `configuration of Plexus, ${c.place}: ${c.problem}`,
);
export const namespaceRefused = define(
  'PLX-NAMESPACE-REFUSED',
  { code: cniCode.invalidConfiguration, retry: 'never', fix: 'Use a network of the pod’s own namespace, or add the namespace to globalNamespaces.' },
  (c: { pod: string; nad: string; allowed: readonly string[] }) =>
    `pod ${c.pod} may not use NetworkAttachmentDefinition ${c.nad}: namespaceIsolation allows only ${c.allowed.join(', ')}`,
);
export const interfaceTaken = define(
  'PLX-INTERFACE-TAKEN',
  { code: cniCode.invalidConfiguration, retry: 'never', fix: 'Request another interface name, or none: free names are then chosen.' },
  (c: { interfaceName: string; by: string }) => `interface name ${c.interfaceName} is already used by ${c.by}`,
);
export const capabilityMissing = define(
  'PLX-CAPABILITY-MISSING',
  { code: cniCode.invalidConfiguration, retry: 'never', fix: 'Add the capability to a plugin of the network that supports it, or drop the request from the annotation.' },
  (c: { request: string; capability: string; network: string }) =>
    `the pod requests ${c.request} on network ${c.network}, but none of its plugins declares "capabilities": {"${c.capability}": true}`,
);
export const podUnidentified = define(
  'PLX-POD-UNIDENTIFIED',
  { code: cniCode.invalidEnvironment, retry: 'never', fix: 'The runtime must pass K8S_POD_NAMESPACE and K8S_POD_NAME in CNI_ARGS.' },
  (c: { missing: string }) => `CNI_ARGS names no pod: ${c.missing} missing`,
);

export const deviceMissing = define(
  'PLX-DEVICE-MISSING',
  { code: cniCode.invalidConfiguration, retry: 'never', fix: 'Request as many devices in resources.limits as the pod has networks of that resource.' },
  (c: { network: string; resource: string; available: number }) =>
    `network ${c.network} needs a device ${c.resource}, and the pod has only ${c.available} that no other network uses`,
);

// ── running delegates ────────────────────────────────────────────────────────────────────────────────────────

export const pluginMissing = define(
  'PLX-PLUGIN-MISSING',
  { code: cniCode.invalidConfiguration, retry: 'later', fix: 'Install the plugin on this node in one of these folders.' },
  (c: { plugin: string; folders: readonly string[] }) => `CNI plugin ${JSON.stringify(c.plugin)} is missing in ${c.folders.join(', ') || '(no folder given)'}`,
);
export const pluginNotRunnable = define(
  'PLX-PLUGIN-NOT-RUNNABLE',
  { code: cniCode.io, retry: 'later', fix: 'Check that the file is executable and made for this machine.' },
  (c: { plugin: string; file: string; problem: string }) => `CNI plugin ${c.plugin} (${c.file}) cannot be run: ${c.problem}`,
);
export const pluginFailed = define(
  'PLX-PLUGIN-FAILED',
  { code: cniCode.internal, retry: 'later', fix: 'Read the plugin’s own message; docs/errors.md says how to see its input.' },
  (c: { plugin: string; command: string; message: string }) => `plugin ${c.plugin} failed (${c.command}): ${c.message}`,
);
export const pluginTimeout = define(
  'PLX-PLUGIN-TIMEOUT',
  { code: cniCode.tryAgainLater, retry: 'later', fix: 'See the plugin’s log; raise deadlines.pluginSeconds if it is only slow.' },
  (c: { plugin: string; command: string; seconds: number }) => `plugin ${c.plugin} did not finish ${c.command} within ${c.seconds} s and was killed`,
);
export const pluginOutputTooLong = define(
  'PLX-PLUGIN-OUTPUT-TOO-LONG',
  { code: cniCode.io, retry: 'never', fix: 'The plugin must print one result; update or report it.' },
  (c: { plugin: string; limitBytes: number }) => `plugin ${c.plugin} printed more than ${c.limitBytes} bytes and was killed`,
);
export const operationTimeout = define(
  'PLX-OPERATION-TIMEOUT',
  { code: cniCode.tryAgainLater, retry: 'later', fix: 'Look at the slowest step in the log; raise the deadline in the configuration if the networks are only slow.' },
  (c: { command: string; seconds: number }) => `${c.command} did not finish within ${c.seconds} s`,
);
export const operationCancelled = define(
  'PLX-OPERATION-CANCELLED',
  { code: cniCode.tryAgainLater, retry: 'later', fix: 'Nothing: the runtime gave up or deleted the pod meanwhile; what was attached has been undone.' },
  (c: { command: string; reason: string }) => `${c.command} was cancelled: ${c.reason}`,
);
export const routesFailed = define(
  'PLX-ROUTES-FAILED',
  { code: cniCode.attachment, retry: 'never', fix: 'Check that the gateway is reachable through an address of that interface.' },
  (c: { interfaceName: string; problem: string }) => `default route of ${c.interfaceName} cannot be set: ${c.problem}`,
);
export const hostCommandFailed = define(
  'PLX-HOST-COMMAND-FAILED',
  { code: cniCode.io, retry: 'later', fix: 'Check that iproute2 and util-linux are installed and that Plexus runs as root.' },
  (c: { command: string; problem: string }) => `${c.command} failed: ${c.problem}`,
);
export const attachmentsLeft = define(
  'PLX-ATTACHMENTS-LEFT',
  { code: cniCode.attachment, retry: 'later', fix: 'The rest stays in the journal and DEL can be repeated at any time.' },
  (c: { left: readonly string[]; problems: readonly string[] }) => `still attached: ${c.left.join(', ')} (${c.problems.join(' / ')})`,
);
export const gcIncomplete = define(
  'PLX-GC-INCOMPLETE',
  { code: cniCode.attachment, retry: 'later', fix: 'What is left stays in the journal; the next GC tries again.' },
  (c: { problems: readonly string[] }) => `GC could not clean up everything: ${c.problems.join(' / ')}`,
);
export const alreadyAttached = define(
  'PLX-ALREADY-ATTACHED',
  { code: cniCode.attachment, retry: 'never', fix: 'The runtime must call DEL before it calls ADD again for the same container and interface.' },
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
  { code: cniCode.invalidConfiguration, retry: 'later', fix: 'Write a kubeconfig with a current context there, or correct the path in the configuration.' },
  (c: { file: string; problem: string }) => `kubeconfig ${c.file} cannot be used: ${c.problem}`,
);
export const apiUnavailable = define(
  'PLX-API-UNAVAILABLE',
  { code: cniCode.tryAgainLater, retry: 'later', fix: 'Check the API server and the network to it from this node; the runtime tries again by itself.' },
  (c: { request: string; problem: string }) => `Kubernetes API, ${c.request}: ${c.problem}`,
);
export const apiRefused = define(
  'PLX-API-REFUSED',
  { code: cniCode.tryAgainLater, retry: 'later', fix: 'Check the credentials in the kubeconfig and the RBAC rules in deploy/.' },
  (c: { request: string; status: number; problem: string }) => `Kubernetes API refused ${c.request} (${c.status}): ${c.problem}`,
);
export const podNotFound = define(
  'PLX-POD-NOT-FOUND',
  { code: cniCode.tryAgainLater, retry: 'later', fix: 'Nothing if the pod was just deleted. Otherwise check that the kubeconfig points at the cluster that this node belongs to.' },
  (c: { pod: string }) => `pod ${c.pod} does not exist`,
);
export const podReplaced = define(
  'PLX-POD-REPLACED',
  { code: cniCode.tryAgainLater, retry: 'later', fix: 'Nothing: the sandbox belongs to a deleted pod of the same name, and the runtime will remove it.' },
  (c: { pod: string; expected: string; actual: string }) => `pod ${c.pod} with UID ${c.expected} is gone; a new pod of that name has UID ${c.actual}`,
);
export const manifestInvalid = define(
  'PLX-MANIFEST-INVALID',
  { code: cniCode.invalidConfiguration, retry: 'never', fix: 'Correct the YAML file.' },
  (c: { file: string; problem: string }) => `manifest ${c.file}: ${c.problem}`,
);

// ── the node ─────────────────────────────────────────────────────────────────────────────────────────────────

export const notReady = define(
  'PLX-NOT-READY',
  { code: cniCode.tryAgainLater, retry: 'later', fix: 'Wait until the default network of this node is up; it writes that file.' },
  (c: { file: string; seconds: number }) => `the default network is not ready: ${c.file} does not exist (waited ${c.seconds} s)`,
);
export const statusNotReady = define(
  'PLX-STATUS-NOT-READY',
  { code: cniCode.notAvailable, retry: 'later', fix: 'Wait until the default network of this node is up.' },
  (c: { problem: string }) => `cannot attach pods now: ${c.problem}`,
);
export const fileUnusable = define(
  'PLX-FILE-UNUSABLE',
  { code: cniCode.io, retry: 'later', fix: 'Check that the file or folder exists, that the disk is not full, and that Plexus may use it.' },
  (c: { file: string; action: string; problem: string }) => `cannot ${c.action} ${c.file}: ${c.problem}`,
);
export const recordDamaged = define(
  'PLX-RECORD-DAMAGED',
  { code: cniCode.decoding, retry: 'never', fix: 'The file is kept aside for inspection; remove what is left of the sandbox by hand.' },
  (c: { file: string; problem: string }) => `journal file ${c.file} cannot be read: ${c.problem}`,
);
export const sandboxBusy = define(
  'PLX-SANDBOX-BUSY',
  { code: cniCode.tryAgainLater, retry: 'later', fix: 'Nothing: the runtime tries again. If it persists, look for a hanging process with this identifier.' },
  (c: { sandbox: string; holder: string }) => `sandbox ${c.sandbox} is being worked on by ${c.holder}`,
);
export const internal = define(
  'PLX-INTERNAL',
  { code: cniCode.internal, retry: 'never', fix: 'This is a defect of Plexus: report it with the log of this call.' },
  (c: { problem: string }) => `internal error: ${c.problem}`,
);
