import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures that concern devices from ResourceClaims (resource.k8s.io).

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
export const claimUnknown = define(
  'PLX-CLAIM-UNKNOWN',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Add the claim to spec.resourceClaims of the pod under that name, or correct the annotation of the NetworkAttachmentDefinition.',
  },
  (c: { wish: string; pod: string; present: readonly string[] }) =>
    `annotation plexus-cni.io/resourceClaim of a network asks for the device of claim ${JSON.stringify(c.wish)}, and pod ${c.pod} has no claim of that name (its claims: ${listed(c.present)})`,
);
export const claimRequestUnknown = define(
  'PLX-CLAIM-REQUEST-UNKNOWN',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Name one of those requests as claim/request in the annotation of the NetworkAttachmentDefinition, or add the request to the claim.',
  },
  (c: { wish: string; pod: string; claim: string; present: readonly string[] }) =>
    `annotation plexus-cni.io/resourceClaim of a network asks pod ${c.pod} for the device of ${JSON.stringify(c.wish)}, and ResourceClaim ${c.claim} has no device of its own for that (its requests: ${listed(c.present)})`,
);
export const claimUnallocated = define(
  'PLX-CLAIM-UNALLOCATED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Look at it with kubectl describe resourceclaim: the scheduler allocates it and reserves it for the pod; the runtime tries again by itself.',
  },
  (c: { claim: string; pod: string; problem: string }) =>
    `ResourceClaim ${c.claim}, which a network of pod ${c.pod} needs, cannot be used: ${c.problem}`,
);
export const claimDeviceUnpublished = define(
  'PLX-CLAIM-DEVICE-UNPUBLISHED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Check that the driver runs on this node and publishes its devices (kubectl get resourceslices); the runtime tries again by itself.',
  },
  (c: { claim: string; driver: string; pool: string; device: string }) =>
    `ResourceClaim ${c.claim} has device ${c.device} of pool ${c.pool}, driver ${c.driver}, and no ResourceSlice of that driver has it`,
);
export const claimDeviceUnidentified = define(
  'PLX-CLAIM-DEVICE-UNIDENTIFIED',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Use a driver that publishes one of these attributes, or, if another device of the claim is meant, name its request as claim/request in the annotation of the NetworkAttachmentDefinition.',
  },
  (c: { claim: string; driver: string; pool: string; device: string; attributes: readonly string[] }) =>
    `ResourceClaim ${c.claim} has device ${c.device} of pool ${c.pool}, driver ${c.driver}, whose ResourceSlice says no device ID for a plugin: it has no attribute ${c.attributes.join(' or ')}`,
);
export const claimResourceMismatch = define(
  'PLX-CLAIM-RESOURCE-MISMATCH',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Bring extendedResourceName of the DeviceClass and the attribute that the driver publishes to the same name.',
  },
  (c: { claim: string; device: string; attribute: string; expected: string; actual: string }) =>
    `ResourceClaim ${c.claim} stands for ${c.expected}, and attribute ${c.attribute} of its device ${c.device} says ${c.actual}`,
);
export const claimObjectInvalid = define(
  'PLX-CLAIM-OBJECT-INVALID',
  {
    code: cniCode.decoding,
    retry: 'later',
    fix: 'Look at the object (kubectl get -o yaml) and at who wrote it; Plexus reads resource.k8s.io/v1.',
  },
  (c: { object: string; problem: string }) => `${c.object} is not as the Kubernetes API has it: ${c.problem}`,
);
export const claimsUnreadable = define(
  'PLX-CLAIMS-UNREADABLE',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Networks made of claimed devices need the Kubernetes API: the daemon, or direct mode with a kubeconfig.',
  },
  (c: { wish: string; pod: string }) =>
    `pod ${c.pod} needs the device of claim ${JSON.stringify(c.wish)}, and no Kubernetes API is there to ask for it`,
);
