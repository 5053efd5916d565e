import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures that concern networks of a running pod, which follow its annotation.

export const hostAgentMissing = define(
  'PLX-HOST-AGENT-MISSING',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Install the host agent (deploy/components/host-agent, or hostAgent.enabled in the chart), or recreate the pod.',
  },
  (c: { pod: string }) =>
    `the networks of pod ${c.pod} have changed, but no host agent is connected, and only it can run plugins for a running pod`,
);
export const selectionsUnrecorded = define(
  'PLX-SELECTIONS-UNRECORDED',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Recreate the pod. Pods that start from now on follow their annotation.',
  },
  (c: { pod: string }) =>
    `pod ${c.pod} was attached by an earlier version of Plexus, whose record does not contain what the pod requested and does not match its annotation now; its networks are left as they are`,
);
export const annotationRemoved = define(
  'PLX-ANNOTATION-REMOVED',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'To detach all additional networks, set the annotation to []. Otherwise restore it.',
  },
  (c: { pod: string; key: string }) =>
    `pod ${c.pod} has no annotation ${c.key} any more; its networks are left as they are`,
);
export const podOnHostNetwork = define(
  'PLX-POD-ON-HOST-NETWORK',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Remove the annotation, or run the pod without hostNetwork.',
  },
  (c: { pod: string }) => `pod ${c.pod} uses the network of the node, so it cannot be attached to other networks`,
);
export const podEnding = define(
  'PLX-POD-ENDING',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'No action needed: the networks of the pod are detached when it ends.',
  },
  (c: { pod: string }) => `pod ${c.pod} is being deleted, so the change of its networks is ignored`,
);
export const changeIncomplete = define(
  'PLX-CHANGE-INCOMPLETE',
  {
    code: cniCode.attachment,
    retry: 'later',
    fix: 'Follow the fix shown for each network. Plexus retries for as long as the annotation requests the change.',
  },
  (c: { problems: readonly string[] }) =>
    `${c.problems.length} parts of a change of networks failed: ${c.problems.join('; ')}`,
);
export const interfaceNotAttached = define(
  'PLX-INTERFACE-NOT-ATTACHED',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Run plexus pod NAME to list the interfaces of the pod. The default network cannot be detached.',
  },
  (c: { pod: string; interfaceName: string }) =>
    `no element of the networks annotation of pod ${c.pod} has interface ${c.interfaceName}`,
);
export const networksNotInSync = define(
  'PLX-NETWORKS-NOT-IN-SYNC',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Run kubectl describe pod to read its Events and the condition plexus-cni.io/NetworksInSync. Plexus keeps retrying.',
  },
  (c: { pod: string; seconds: number; problem: string | undefined }) =>
    `pod ${c.pod} does not have the requested networks after ${c.seconds} s${c.problem === undefined ? '' : `: ${c.problem}`}`,
);
