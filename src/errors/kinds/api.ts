import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures that concern the Kubernetes API.

export const kubeconfigUnusable = define(
  'PLX-KUBECONFIG-UNUSABLE',
  {
    code: cniCode.invalidConfiguration,
    retry: 'later',
    fix: 'Write a kubeconfig with a current context there, or correct the path in the configuration.',
  },
  (c: { file: string; problem: string }) => `kubeconfig ${c.file} cannot be used: ${c.problem}`,
);
export const apiUnavailable = define(
  'PLX-API-UNAVAILABLE',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Check the API server and the network to it from this node; the runtime tries again by itself.',
  },
  (c: { request: string; problem: string }) => `Kubernetes API, ${c.request}: ${c.problem}`,
);
export const apiRefused = define(
  'PLX-API-REFUSED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Check the credentials in the kubeconfig and the RBAC rules in deploy/.',
  },
  (c: { request: string; status: number; problem: string }) =>
    `Kubernetes API refused ${c.request} (${c.status}): ${c.problem}`,
);
export const podNotFound = define(
  'PLX-POD-NOT-FOUND',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Nothing if the pod was just deleted. Otherwise check that the kubeconfig points at the cluster that this node belongs to.',
  },
  (c: { pod: string }) => `pod ${c.pod} does not exist`,
);
export const podReplaced = define(
  'PLX-POD-REPLACED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Nothing: the sandbox belongs to a deleted pod of the same name, and the runtime will remove it.',
  },
  (c: { pod: string; expected: string; actual: string }) =>
    `pod ${c.pod} with UID ${c.expected} is gone; a new pod of that name has UID ${c.actual}`,
);
