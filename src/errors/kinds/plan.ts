import { cniCode } from '../cni-code.ts';
import { type AnnotationPlace, type Path, annotationPlaceText } from '../place.ts';
import { define } from '../plexus-error.ts';

// Failures that concern what a pod requests and what it may have.

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
    `annotation ${c.key} names ${c.networks} networks, but maxNetworksPerPod allows ${c.most}`,
);
export const nadNotFound = define(
  'PLX-NAD-NOT-FOUND',
  {
    code: cniCode.invalidConfiguration,
    retry: 'later',
    fix: 'Create the NetworkAttachmentDefinition, or correct its name or namespace in the annotation or configuration.',
  },
  (c: { nad: string; requester: string }) =>
    `${c.requester} requests NetworkAttachmentDefinition ${c.nad}, which does not exist`,
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
export const namespaceRefused = define(
  'PLX-NAMESPACE-REFUSED',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Use a network of the pod’s own namespace, or add the namespace of that network to globalNamespaces.',
  },
  (c: { pod: string; nad: string; allowed: readonly string[] }) =>
    `pod ${c.pod} may not use NetworkAttachmentDefinition ${c.nad}: namespaceIsolation allows only ${c.allowed.join(', ')}`,
);
export const useRefused = define(
  'PLX-USE-REFUSED',
  {
    code: cniCode.invalidConfiguration,
    retry: 'later',
    fix: 'Grant the verb use on this NetworkAttachmentDefinition with a Role and a RoleBinding in its namespace (docs/permissions.md; plexus can-use shows the objects), or name another network.',
  },
  (c: { pod: string; nad: string; user: string; reason: string }) =>
    `pod ${c.pod} may not use NetworkAttachmentDefinition ${c.nad}: the network requires the permission "use", which ${c.user} does not have${c.reason === '' ? '' : ` (${c.reason})`}`,
);
export const useOfStaticPod = define(
  'PLX-USE-STATIC-POD',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Set staticPodUse: allow in the configuration of Plexus, or name another network.',
  },
  (c: { pod: string; nad: string }) =>
    `static pod ${c.pod} may not use NetworkAttachmentDefinition ${c.nad}: the network requires the permission "use", and staticPodUse is refuse`,
);
export const useUnknown = define(
  'PLX-USE-UNKNOWN',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Check that the API server answers and that the ServiceAccount of Plexus may create subjectaccessreviews, then retry.',
  },
  (c: { pod: string; nad: string; problem: string }) =>
    `cannot check whether pod ${c.pod} may use NetworkAttachmentDefinition ${c.nad}: ${c.problem}`,
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
    fix: 'Remove the key from cni-args, or add it to the annotation plexus-cni.io/allowed-cni-args of the NetworkAttachmentDefinition or to allowedCniArgs.',
  },
  (c: { pod: string; key: string; network: string; by: string; allowed: readonly string[] }) =>
    `pod ${c.pod} may not use the key ${JSON.stringify(c.key)} of cni-args on network ${c.network}: ${c.by} allows ${c.allowed.join(', ') || 'none'}`,
);
export const hostInterfaceUnresolved = define(
  'PLX-HOST-INTERFACE-UNRESOLVED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Correct the selectors in annotation plexus-cni.io/interfaces of the NetworkAttachmentDefinition so that exactly one interface of each node matches, or bring that interface up. The runtime retries automatically.',
  },
  (c: { network: string; logical: string; problem: string }) =>
    `network ${c.network} uses interface ${JSON.stringify(c.logical)} of the node, which cannot be determined: ${c.problem}`,
);
export const interfaceTaken = define(
  'PLX-INTERFACE-TAKEN',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Request another interface name, or none, so that Plexus chooses a free one.',
  },
  (c: { interfaceName: string; by: string }) => `interface name ${c.interfaceName} is already used by ${c.by}`,
);
export const capabilityMissing = define(
  'PLX-CAPABILITY-MISSING',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Declare the capability in the configuration of that plugin, or remove the request from the annotation. To attach the pod without it, set unservedRequests: warn.',
  },
  (c: { request: string; capability: string; network: string; plugins: readonly string[]; misplaced?: string }) =>
    `the pod requests ${c.request} on network ${c.network}, but ${c.plugins.join(' or ')} receives it only if its configuration declares "capabilities": {"${c.capability}": true}${c.misplaced ?? ''}`,
);
export const requestUnserved = define(
  'PLX-REQUEST-UNSERVED',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Use a network with a plugin that reads this request (docs/requests.md), or remove the request from the annotation. To attach the pod without it, set unservedRequests: warn.',
  },
  (c: { request: string; network: string; plugins: readonly string[]; misplaced?: string }) =>
    `the pod requests ${c.request} on network ${c.network}, but none of its plugins reads it: ${c.plugins.join(', ')}${c.misplaced ?? ''}`,
);
