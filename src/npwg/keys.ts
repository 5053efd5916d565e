// The names that the NPWG standard defines, and the annotations that Plexus adds.

/** On a pod: the networks it requests (NPWG-18). */
export const networksKey = 'k8s.v1.cni.cncf.io/networks';
/** On a pod: the networks it is attached to (NPWG-67). */
export const networkStatusKey = 'k8s.v1.cni.cncf.io/network-status';
/** On a pod: replaces the default network (NPWG-91). */
export const defaultNetworkKey = 'v1.multus-cni.io/default-network';
/** On a NAD: the device plugin resource that its attachments use (NPWG-112). */
export const resourceNameKey = 'k8s.v1.cni.cncf.io/resourceName';

/**
 * On a NAD, Plexus only: the ResourceClaim device that its attachments use: `claim` or `claim/request`, where `claim`
 * is the name within the pod.
 */
export const resourceClaimKey = 'plexus-cni.io/resourceClaim';
/**
 * On a NAD, Plexus only: "true" if its plugins may run concurrently with those of neighbouring networks that have it
 * too.
 */
export const concurrentKey = 'plexus-cni.io/concurrent';
/** On a NAD, Plexus only: the keys of cni-args that pods may use, separated by commas; `*` for all. */
export const allowedCniArgsKey = 'plexus-cni.io/allowed-cni-args';
/** Every annotation of a NAD that Plexus reads. */
export const nadAnnotationKeys: readonly string[] = [
  resourceNameKey,
  resourceClaimKey,
  concurrentKey,
  allowedCniArgsKey,
];

/** On a pod, Plexus only: "true" enables debug log lines for this pod. */
export const debugKey = 'plexus-cni.io/debug';

/** The condition of a pod that states whether its networks follow its annotation. */
export const inSyncCondition = 'plexus-cni.io/NetworksInSync';

/** On a static pod (kubelet) and its mirror pod: where the pod comes from, and the hash of its file. */
export const configSourceKey = 'kubernetes.io/config.source';
export const configMirrorKey = 'kubernetes.io/config.mirror';

/** Every annotation of a pod that Plexus reads. */
export const podAnnotationKeys: readonly string[] = [
  networksKey,
  defaultNetworkKey,
  networkStatusKey,
  debugKey,
  configSourceKey,
  configMirrorKey,
];

/** The NetworkAttachmentDefinition CRD (NPWG-01). */
export const nadGroup = 'k8s.cni.cncf.io';
export const nadVersion = 'v1';
export const nadPlural = 'network-attachment-definitions';
export const nadKind = 'NetworkAttachmentDefinition';
