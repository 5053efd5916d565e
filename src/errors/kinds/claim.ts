import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures that concern devices from ResourceClaims (resource.k8s.io).

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
export const claimUnknown = define(
  'PLX-CLAIM-UNKNOWN',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Add the claim to spec.resourceClaims of the pod under that name, or correct resourceClaim in the annotation of the pod or of the NetworkAttachmentDefinition.',
  },
  (c: { selection: string; pod: string; present: readonly string[] }) =>
    `a network needs claim ${JSON.stringify(c.selection)}, but pod ${c.pod} has no claim of that name (its claims: ${listed(c.present)})`,
);
export const claimRequestUnknown = define(
  'PLX-CLAIM-REQUEST-UNKNOWN',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Name one of these requests as claim/request in resourceClaim of the annotation of the pod or of the NetworkAttachmentDefinition, or add the request to the claim.',
  },
  (c: { selection: string; pod: string; claim: string; present: readonly string[] }) =>
    `a network needs ${JSON.stringify(c.selection)}, but ResourceClaim ${c.claim} of pod ${c.pod} has no device for that request (it has devices for: ${listed(c.present)})`,
);
export const claimUnallocated = define(
  'PLX-CLAIM-UNALLOCATED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Run kubectl describe resourceclaim: the scheduler must allocate the claim and reserve it for the pod. The runtime retries automatically.',
  },
  (c: { claim: string; pod: string; problem: string }) =>
    `a network of pod ${c.pod} needs ResourceClaim ${c.claim}, which cannot be used: ${c.problem}`,
);
export const claimDeviceUnpublished = define(
  'PLX-CLAIM-DEVICE-UNPUBLISHED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Check that the driver runs on this node and publishes its devices (kubectl get resourceslices); the runtime retries automatically.',
  },
  (c: { claim: string; driver: string; pool: string; device: string }) =>
    `device ${c.device} (pool ${c.pool}, driver ${c.driver}) is allocated to ResourceClaim ${c.claim}, but no ResourceSlice of that driver contains it`,
);
export const claimDeviceUnidentified = define(
  'PLX-CLAIM-DEVICE-UNIDENTIFIED',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Use a driver that publishes one of these attributes. To use another device of the claim, name its request as claim/request in resourceClaim of the annotation of the pod or of the NetworkAttachmentDefinition.',
  },
  (c: { claim: string; driver: string; pool: string; device: string; attributes: readonly string[] }) =>
    `device ${c.device} (pool ${c.pool}, driver ${c.driver}) is allocated to ResourceClaim ${c.claim}, but its ResourceSlice contains no device ID for plugins (no attribute ${c.attributes.join(' or ')})`,
);
export const claimResourceMismatch = define(
  'PLX-CLAIM-RESOURCE-MISMATCH',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Set extendedResourceName of the DeviceClass to the resource name that the driver publishes in this attribute.',
  },
  (c: { claim: string; device: string; attribute: string; expected: string; actual: string }) =>
    `ResourceClaim ${c.claim} was created for resource ${c.expected}, but attribute ${c.attribute} of its device ${c.device} contains ${c.actual}`,
);
export const claimObjectInvalid = define(
  'PLX-CLAIM-OBJECT-INVALID',
  {
    code: cniCode.decoding,
    retry: 'later',
    fix: 'Read the object (kubectl get -o yaml) and correct the program that wrote it.',
  },
  (c: { object: string; problem: string }) =>
    `${c.object} does not match the schema of the Kubernetes API: ${c.problem}`,
);
export const claimsUnreadable = define(
  'PLX-CLAIMS-UNREADABLE',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Run the daemon, or direct mode with a kubeconfig: networks with devices of ResourceClaims need the Kubernetes API.',
  },
  (c: { selection: string; pod: string }) =>
    `pod ${c.pod} needs the device of claim ${JSON.stringify(c.selection)}, but Plexus runs without the Kubernetes API and cannot read the claim`,
);
