import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures that only the admission webhook reports.

const config = { code: cniCode.invalidConfiguration, retry: 'never' } as const;

export const nodeSelectorInvalid = define(
  'PLX-NODE-SELECTOR-INVALID',
  {
    ...config,
    fix: 'Write one label as key=value, or key alone, in the annotation of the NetworkAttachmentDefinition.',
  },
  (c: { nad: string; value: string }) =>
    `annotation k8s.v1.cni.cncf.io/nodeSelector of NetworkAttachmentDefinition ${c.nad} is ${JSON.stringify(c.value)}, which is not one label`,
);
export const nodeSelectorConflict = define(
  'PLX-NODE-SELECTOR-CONFLICT',
  {
    ...config,
    fix: 'Remove the label from spec.nodeSelector of the pod, or select a network that exists on these nodes.',
  },
  (c: { nad: string; label: string; value: string; other: string; source: string }) =>
    `NetworkAttachmentDefinition ${c.nad} requires nodes with ${c.label}=${JSON.stringify(c.value)}, but ${c.source} requires ${c.label}=${JSON.stringify(c.other)}`,
);
export const deviceContainerUnknown = define(
  'PLX-DEVICE-CONTAINER-UNKNOWN',
  {
    ...config,
    fix: 'Name a container of spec.containers in the annotation, or remove the annotation to use the first container.',
  },
  (c: { container: string; known: readonly string[] }) =>
    `annotation plexus-cni.io/device-container names ${JSON.stringify(c.container)}, but the containers are ${c.known.join(', ')}`,
);
export const defaultNetworksInvalid = define(
  'PLX-DEFAULT-NETWORKS-INVALID',
  { ...config, fix: 'Correct the annotation plexus-cni.io/default-networks of the namespace.' },
  (c: { namespace: string; problem: string }) =>
    `the default networks of namespace ${c.namespace} were not added: ${c.problem}`,
);
export const nadInUse = define(
  'PLX-NAD-IN-USE',
  {
    ...config,
    fix: 'Delete the pods first, or set the annotation plexus-cni.io/force-delete: "true" on the NetworkAttachmentDefinition.',
  },
  (c: { nad: string; pods: readonly string[]; more: number }) =>
    `NetworkAttachmentDefinition ${c.nad} is used by ${c.pods.join(', ')}${c.more > 0 ? ` and ${c.more} more pods` : ''}`,
);
export const reviewInvalid = define(
  'PLX-REVIEW-INVALID',
  { ...config, fix: 'Send an AdmissionReview of admission.k8s.io/v1, as the Kubernetes API server does.' },
  (c: { problem: string }) => `the request is not an AdmissionReview of admission.k8s.io/v1: ${c.problem}`,
);
export const reviewTimedOut = define(
  'PLX-REVIEW-TIMED-OUT',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Check the log of the webhook and the load of the API server, then retry.',
  },
  (c: { ms: number }) => `the webhook could not decide within ${c.ms} ms`,
);
export const webhookBusy = define(
  'PLX-WEBHOOK-BUSY',
  { code: cniCode.tryAgainLater, retry: 'later', fix: 'Retry. If it persists, increase the replicas of the webhook.' },
  (c: { most: number }) => `the webhook already handles ${c.most} requests`,
);
export const webhookSecretMissing = define(
  'PLX-WEBHOOK-SECRET-MISSING',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Apply the manifests of the webhook again, which contain the Secret (deploy/components/webhook), or use cert-manager.',
  },
  (c: { secret: string }) => `Secret ${c.secret} for the certificate of the webhook does not exist`,
);
