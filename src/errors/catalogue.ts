import { cniCode } from './cni-code.ts';
import { type AnnotationPlace, type Path, annotationPlaceText } from './place.ts';
import { define, is } from './plexus-error.ts';

// One entry for each kind of failure. The sentence says what and where; `fix` says what to do.
// Errors that DEL may return never contain the words containerd takes for success (K8S-57): say "missing" or "absent".

// ── the call of the runtime ──────────────────────────────────────────────────────────────────────────────────

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
    fix: 'The container runtime must set these variables; when calling by hand, see the CNI specification, section 2.',
  },
  (c: { command: string; names: readonly string[] }) =>
    `required env variables [${c.names.join(',')}] missing for ${c.command}`,
);
export const variableInvalid = define(
  'PLX-VARIABLE-INVALID',
  { code: cniCode.invalidEnvironment, retry: 'never', fix: 'Correct the variable where the call is made.' },
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
    fix: 'Pass the namespace of a pod, or set CNI_NETNS_OVERRIDE=1 if the host itself is really meant.',
  },
  (c: { netns: string }) => `CNI_NETNS ${c.netns} is the network namespace that Plexus itself runs in`,
);
export const netnsUnusable = define(
  'PLX-NETNS-UNUSABLE',
  {
    code: cniCode.invalidNetns,
    retry: 'never',
    fix: 'The runtime must create the network namespace before ADD and keep it until DEL.',
  },
  (c: { netns: string; problem: string; isMissing?: boolean }) =>
    `network namespace ${c.netns} cannot be used: ${c.problem}`,
);

/** Whether an error says that there is no such namespace (any more). */
export const isNetnsMissing = (error: unknown): boolean => is(error, netnsUnusable) && error.context.isMissing === true;

// ── network configurations ───────────────────────────────────────────────────────────────────────────────────

export const configurationInvalid = define(
  'PLX-CONFIGURATION-INVALID',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Correct the network configuration; see the CNI specification, section 1.',
  },
  ({ source, pluginIndex, problem }: { source: string; pluginIndex?: number; path?: Path; problem: string }) =>
    `${source}: ${pluginIndex === undefined ? '' : `plugin ${pluginIndex + 1}: `}${problem}`,
);
export const resultInvalid = define(
  'PLX-RESULT-INVALID',
  {
    code: cniCode.decoding,
    retry: 'never',
    fix: 'The plugin must print its result, and nothing else, on stdout: update it, or move its log to stderr or a file.',
  },
  (c: { source: string; problem: string }) => `${c.source} is not a CNI result: ${c.problem}`,
);
export const resultTooLarge = define(
  'PLX-RESULT-TOO-LARGE',
  {
    code: cniCode.decoding,
    retry: 'never',
    fix: 'Correct the plugin, or the configuration that makes it return so much.',
  },
  (c: { source: string; holds: string; most: string }) =>
    `${c.source} is too large: it holds ${c.holds}, but Plexus accepts at most ${c.most}`,
);
export const resultNotConvertible = define(
  'PLX-RESULT-NOT-CONVERTIBLE',
  {
    code: cniCode.incompatibleVersion,
    retry: 'never',
    fix: 'Use a newer cniVersion: 0.3.1 and later can hold every result.',
  },
  (c: { from: string; to: string; problem: string }) =>
    `a CNI result of version ${c.from} cannot be given as ${c.to}: ${c.problem}`,
);

// ── pod annotations and NetworkAttachmentDefinitions ─────────────────────────────────────────────────────────

export const selectionInvalid = define(
  'PLX-SELECTION-INVALID',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Correct the annotation of the pod (in its Deployment, StatefulSet or other owner).',
  },
  (c: AnnotationPlace & { value: string; allowed: string }) =>
    `${annotationPlaceText(c)}: ${c.value} is not ${c.allowed}`,
);
export const networksTooMany = define(
  'PLX-NETWORKS-TOO-MANY',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Name fewer networks in the annotation, or raise maxNetworksPerPod (1 to 1000) in the configuration of Plexus.',
  },
  (c: { key: string; networks: number; most: number }) =>
    `annotation ${c.key} names ${c.networks} networks, and maxNetworksPerPod allows ${c.most}`,
);
export const nadNotFound = define(
  'PLX-NAD-NOT-FOUND',
  {
    code: cniCode.invalidConfiguration,
    retry: 'later',
    fix: 'Create the NetworkAttachmentDefinition, or correct its name or namespace in the annotation or configuration.',
  },
  (c: { nad: string; wantedBy: string }) =>
    `${c.wantedBy} asks for NetworkAttachmentDefinition ${c.nad}, which does not exist`,
);
export const nadInvalid = define(
  'PLX-NAD-INVALID',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Correct spec.config of the NetworkAttachmentDefinition.',
  },
  (c: { nad: string; path: Path; problem: string }) => `NetworkAttachmentDefinition ${c.nad}: ${c.problem}`,
);
export const nadTooLarge = define(
  'PLX-NAD-TOO-LARGE',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Shorten spec.config of the NetworkAttachmentDefinition, or put the configuration into a file on the nodes and leave spec.config out.',
  },
  (c: { nad: string; length: number; most: number }) =>
    `NetworkAttachmentDefinition ${c.nad}: spec.config has ${c.length} characters, but at most ${c.most} are allowed`,
);
export const networksTooLarge = define(
  'PLX-NETWORKS-TOO-LARGE',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Use fewer networks in the pod, or shorten spec.config of their NetworkAttachmentDefinitions or the cni-args of the pod.',
  },
  (c: { nad: string; weight: number; most: number }) =>
    `the networks of this pod are too large for the daemon: together with ${c.nad}, their configurations take about ${c.weight} bytes, but at most ${c.most} are allowed for one pod`,
);
export const networkFileMissing = define(
  'PLX-NETWORK-FILE-MISSING',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Put a .conflist or .conf file with that name into the folder on this node, or give the NetworkAttachmentDefinition a spec.config.',
  },
  (c: { network: string; folder: string; present: string }) =>
    `no network configuration named ${JSON.stringify(c.network)} in ${c.folder} (present: ${c.present})`,
);

export const nodeNetworkMissing = define(
  'PLX-NODE-NETWORK-MISSING',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Wait until the program that owns that network has written its file (is its pod on this node running?), or correct clusterNetwork.',
  },
  (c: { path: string; problem: string }) => `a network of this node has no configuration yet: ${c.path}: ${c.problem}`,
);

// ── planning ─────────────────────────────────────────────────────────────────────────────────────────────────

export const settingsInvalid = define(
  'PLX-SETTINGS-INVALID',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Correct the configuration of Plexus; docs/configuration.md lists every key.',
  },
  (c: { path: Path; problem: string }) => `configuration of Plexus, ${c.path.join('.')}: ${c.problem}`,
);
export const namespaceRefused = define(
  'PLX-NAMESPACE-REFUSED',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Use a network of the pod’s own namespace, or add the namespace to globalNamespaces.',
  },
  (c: { pod: string; nad: string; allowed: readonly string[] }) =>
    `pod ${c.pod} may not use NetworkAttachmentDefinition ${c.nad}: namespaceIsolation allows only ${c.allowed.join(', ')}`,
);
export const defaultNetworkRefused = define(
  'PLX-DEFAULT-NETWORK-REFUSED',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Remove the annotation v1.multus-cni.io/default-network from the pod, or allow its namespace in allowDefaultNetworkAnnotation.',
  },
  (c: { pod: string; allowed: readonly string[] }) =>
    `pod ${c.pod} may not replace the default network: allowDefaultNetworkAnnotation ${c.allowed.length === 0 ? 'forbids it' : `allows it only in ${c.allowed.join(', ')}`}`,
);
export const cniArgsRefused = define(
  'PLX-CNI-ARGS-REFUSED',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Remove the key from cni-args, or allow it: in the annotation plexus-cni.io/allowed-cni-args of the NetworkAttachmentDefinition, or in allowedCniArgs.',
  },
  (c: { pod: string; key: string; network: string; by: string; allowed: readonly string[] }) =>
    `pod ${c.pod} may not use the key ${JSON.stringify(c.key)} of cni-args on network ${c.network}: ${c.by} allows ${c.allowed.join(', ') || 'none'}`,
);
export const interfaceTaken = define(
  'PLX-INTERFACE-TAKEN',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Request another interface name, or none: free names are then chosen.',
  },
  (c: { interfaceName: string; by: string }) => `interface name ${c.interfaceName} is already used by ${c.by}`,
);
export const capabilityMissing = define(
  'PLX-CAPABILITY-MISSING',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Declare the capability in the configuration of that plugin, or drop the request from the annotation (unservedRequests: warn attaches without it).',
  },
  (c: { request: string; capability: string; network: string; plugins: readonly string[]; misplaced?: string }) =>
    `the pod requests ${c.request} on network ${c.network}, but none of its plugins declares "capabilities": {"${c.capability}": true}, without which ${c.plugins.join(' or ')} does not get it${c.misplaced ?? ''}`,
);
export const requestUnserved = define(
  'PLX-REQUEST-UNSERVED',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Use a network with a plugin that reads this request (docs/requests.md), or drop the request from the annotation (unservedRequests: warn attaches without it).',
  },
  (c: { request: string; network: string; plugins: readonly string[]; misplaced?: string }) =>
    `the pod requests ${c.request} on network ${c.network}, and none of its plugins reads that: ${c.plugins.join(', ')}${c.misplaced ?? ''}`,
);
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
    fix: 'The runtime must pass K8S_POD_NAMESPACE and K8S_POD_NAME in CNI_ARGS.',
  },
  (c: { missing: string }) => `CNI_ARGS names no pod: ${c.missing} missing`,
);
