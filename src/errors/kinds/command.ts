import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures of commands that an operator runs.

export const pluginsElsewhere = define(
  'PLX-PLUGINS-ELSEWHERE',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Run the command on the node as root, because the container of the daemon cannot run plugins: component stand-in installs it there as plexus-direct, beside the plugins. Or add component host-agent: the daemon then detaches in the background. If the plugins are elsewhere, set --cni-path.',
  },
  (c: { plugins: readonly string[]; folders: readonly string[] }) =>
    `none of the required CNI plugins (${c.plugins.join(', ')}) is in ${c.folders.join(', ')}`,
);
export const findingsMade = define(
  'PLX-FINDINGS-MADE',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Follow the fix shown for each, errors first; docs/doctor.md explains each check.',
  },
  () => 'plexus doctor found problems',
);
export const nothingLookedAt = define(
  'PLX-NOTHING-LOOKED-AT',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Run it on a node as root, or with a kubeconfig (--kubeconfig). If the folders of the node are elsewhere, set --root or --cni-conf-dir.',
  },
  (c: { why: string }) => `plexus doctor could not check anything: ${c.why}`,
);
export const observeUnreachable = define(
  'PLX-OBSERVE-UNREACHABLE',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Run the command with --node NODE, which runs it in the daemon of that node, or as root on the node itself.',
  },
  (c: { socket: string; problem: string }) =>
    `cannot read recent operations from the plexus daemon at ${c.socket}: ${c.problem}`,
);
export const nothingRecorded = define(
  'PLX-NOTHING-RECORDED',
  {
    code: cniCode.containerUnknown,
    retry: 'never',
    fix: 'Run the command on the node of the pod, soon after the operation: the daemon keeps the newest operations only, and none from before its start. See docs/observability.md.',
  },
  (c: { what: string }) => `the daemon of this node has recorded no operation of ${c.what}`,
);
export const nodeWithoutDaemon = define(
  'PLX-NODE-WITHOUT-DAEMON',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Check the name of the node (kubectl get nodes), and why the DaemonSet of Plexus has no running pod there: kubectl get pods -A -o wide -l app.kubernetes.io/name=plexus.',
  },
  (c: { node: string; state: string }) => `node ${c.node} has no running plexus daemon: ${c.state}`,
);
export const podWithoutNode = define(
  'PLX-POD-WITHOUT-NODE',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Find out why the scheduler has not assigned the pod: kubectl describe pod.',
  },
  (c: { pod: string }) => `pod ${c.pod} is not assigned to a node, so no daemon knows it`,
);
export const notOnNode = define(
  'PLX-NOT-ON-NODE',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Choose a node with --node NAME, or a pod; the command then runs in the daemon of that node. On a node itself, run it as root, or set --cni-dir.',
  },
  (c: { what: string }) => `this machine is not a node of Plexus: ${c.what}`,
);
export const namespaceNotFound = define(
  'PLX-NAMESPACE-NOT-FOUND',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Correct the name (kubectl get namespaces), or use -A for all namespaces.',
  },
  (c: { namespace: string }) => `namespace ${c.namespace} does not exist`,
);
export const networkUnknown = define(
  'PLX-NETWORK-UNKNOWN',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Correct the name; plexus networks lists those that exist.',
  },
  (c: { network: string; meant?: string | undefined }) =>
    `no network is named ${c.network}, and no pod requests one of that name${c.meant === undefined ? '' : `; did you mean ${c.meant}?`}`,
);
export const execRefused = define(
  'PLX-EXEC-REFUSED',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Get the permission to create pods/exec in the namespace of Plexus (docs/commands.md has a Role), or run the command on the node as root.',
  },
  (c: { pod: string; container: string; status: number }) =>
    `the API server refuses to run a command in pod ${c.pod}, container ${c.container} (status ${c.status}): you may not create pods/exec`,
);
export const identifierUnknown = define(
  'PLX-IDENTIFIER-UNKNOWN',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Correct the identifier; plexus explain without one lists all.',
  },
  (c: { identifier: string; meant?: string | undefined }) =>
    `this version of Plexus has no identifier ${c.identifier}${c.meant === undefined ? '' : `; did you mean ${c.meant}?`}`,
);
export const portUnusable = define(
  'PLX-PORT-UNUSABLE',
  {
    code: cniCode.io,
    retry: 'later',
    fix: 'Pass another port with --port, or omit the option to use a free one.',
  },
  (c: { address: string; problem: string }) => `cannot listen on ${c.address}: ${c.problem}`,
);
