import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures that concern the Kubernetes API.

export const kubeconfigUnusable = define(
  'PLX-KUBECONFIG-UNUSABLE',
  {
    code: cniCode.invalidConfiguration,
    retry: 'later',
    fix: 'Put a kubeconfig with a current-context at that path, or correct kubeconfig in the configuration of Plexus.',
    fixAtPrompt: 'Pass a kubeconfig with a current-context: --kubeconfig, KUBECONFIG or ~/.kube/config.',
  },
  (c: { file: string; problem: string }) => `kubeconfig ${c.file} cannot be used: ${c.problem}`,
);
export const apiUnavailable = define(
  'PLX-API-UNAVAILABLE',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Check that the API server runs and that this node can reach it; the runtime retries automatically.',
    fixAtPrompt:
      'Check with kubectl get --raw /readyz that this machine reaches the API server of this context, then run the command again.',
  },
  (c: { request: string; problem: string }) => `Kubernetes API request failed (${c.request}): ${c.problem}`,
);
export const apiRefused = define(
  'PLX-API-REFUSED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Check the credentials in the kubeconfig, and the RBAC rules of their account (deploy/base/rbac.yaml).',
    fixAtPrompt: 'Check your permissions with kubectl auth can-i --list, or use another --context or --as.',
  },
  (c: { request: string; status: number; problem: string }) =>
    `Kubernetes API refused ${c.request} (${c.status}): ${c.problem}`,
);
export const podNotFound = define(
  'PLX-POD-NOT-FOUND',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'No action needed if the pod was just deleted. Otherwise check that the kubeconfig points to the cluster of this node.',
    fixAtPrompt: 'Check name, namespace (-n) and context; plexus pods -A lists all pods with networks.',
  },
  (c: { pod: string }) => `pod ${c.pod} does not exist`,
);
export const podReplaced = define(
  'PLX-POD-REPLACED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'No action needed: the sandbox belongs to a deleted pod of the same name, and the runtime removes it.',
  },
  (c: { pod: string; expected: string; actual: string }) =>
    `pod ${c.pod} with UID ${c.expected} was deleted; a new pod with the same name has UID ${c.actual}`,
);
