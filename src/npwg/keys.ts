// Names that the NPWG standard and its users agree on.

/** Which networks a pod asks for (NPWG-18). */
export const networksKey = 'k8s.v1.cni.cncf.io/networks';
/** What was attached (NPWG-67). */
export const networkStatusKey = 'k8s.v1.cni.cncf.io/network-status';
/** Another default network for this pod (NPWG-91). */
export const defaultNetworkKey = 'v1.multus-cni.io/default-network';
/** On a NAD: the device plugin resource it is made of (NPWG-112). */
export const resourceNameKey = 'k8s.v1.cni.cncf.io/resourceName';

/**
 * On a NAD, ours: the device of a ResourceClaim that it is made of: `claim` or `claim/request`, with the pod's own name
 * of the claim.
 */
export const resourceClaimKey = 'plexus-cni.io/resourceClaim';
/**
 * On a NAD, ours: "true" when its plugins may run at the same time as those of the pod's neighbouring networks that say
 * so too.
 */
export const concurrentKey = 'plexus-cni.io/concurrent';
/** On a NAD, ours: which keys of cni-args a pod may use on it, separated by commas; `*` for all. */
export const allowedCniArgsKey = 'plexus-cni.io/allowed-cni-args';
/** Every annotation of a NAD that Plexus reads. */
export const nadAnnotationKeys: readonly string[] = [
  resourceNameKey,
  resourceClaimKey,
  concurrentKey,
  allowedCniArgsKey,
];

/** On a pod, ours: "true" asks for debug log lines about this pod alone. */
export const debugKey = 'plexus-cni.io/debug';

/** The NetworkAttachmentDefinition CRD (NPWG-01). */
export const nadGroup = 'k8s.cni.cncf.io';
export const nadVersion = 'v1';
export const nadPlural = 'network-attachment-definitions';
export const nadKind = 'NetworkAttachmentDefinition';
