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
/**
 * On a NAD, Plexus only: selectors of the node's interfaces for the names that its configuration has as `master` or
 * `device`.
 */
export const interfacesKey = 'plexus-cni.io/interfaces';
/** On a NAD: one node label, `key=value` or `key`, that the webhook adds to the nodeSelector of its pods. */
export const nodeSelectorKey = 'k8s.v1.cni.cncf.io/nodeSelector';
/** On a NAD, Plexus only: "true" if the webhook allows deleting it while pods use it. */
export const forceDeleteKey = 'plexus-cni.io/force-delete';
/**
 * On a NAD, Plexus only: pods need the permission to use it. Every value except "false" counts, so that a misspelled
 * value does not open the network.
 */
export const requireUseKey = 'plexus-cni.io/require-use';
/** Every annotation of a NAD that Plexus reads. */
export const nadAnnotationKeys: readonly string[] = [
  resourceNameKey,
  resourceClaimKey,
  concurrentKey,
  allowedCniArgsKey,
  interfacesKey,
  nodeSelectorKey,
  forceDeleteKey,
  requireUseKey,
];

/**
 * Plexus only. On a namespace: networks that the webhook adds to its pods, written as in the networks annotation. On a
 * pod: "false" opts out.
 */
export const defaultNetworksKey = 'plexus-cni.io/default-networks';
/** On a pod, Plexus only: the container that gets the device resources of the pod's networks. */
export const deviceContainerKey = 'plexus-cni.io/device-container';
/** On a pod, Plexus only: the resources that the webhook added, so that a second call does not add them again. */
export const injectedResourcesKey = 'plexus-cni.io/injected-resources';

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
