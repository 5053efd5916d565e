import { cniCode } from '../cni-code.ts';
import { define, is } from '../plexus-error.ts';
import { hostCommandFailed } from './plugin.ts';

// Failures that concern the host link between the daemon and the shim.

export const daemonAway = define(
  'PLX-DAEMON-AWAY',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Check that the plexus daemon pod of this node is running (kubectl get pods -A -o wide); the runtime retries automatically.',
  },
  (c: { socket: string; problem: string; seconds: number }) =>
    `the plexus daemon cannot be reached at ${c.socket} (${c.problem}; waited ${c.seconds} s)`,
);
export const linkMismatch = define(
  'PLX-LINK-MISMATCH',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Bring both to the same version: install the shim of the running daemon with plexus install, or finish the upgrade.',
  },
  (c: { daemon: string; daemonLink: string; shim: string; shimLink: string }) =>
    `the daemon (${c.daemon}) uses host link ${c.daemonLink}, the shim (${c.shim}) uses ${c.shimLink}`,
);
export const nestedCall = define(
  'PLX-NESTED-CALL',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: "Remove the plugin types that begin with plexus or multus from that network's configuration, from ipam and delegate too.",
  },
  (c: { network: string; plugin: string }) =>
    `${c.network} runs the plugin ${c.plugin}, which would invoke Plexus recursively`,
);
export const linkDamaged = define(
  'PLX-LINK-DAMAGED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Install the shim of the running daemon again (plexus install). No other program may use this socket.',
  },
  (c: { problem: string }) => `protocol error on the host link: ${c.problem}`,
);
export const linkLost = define(
  'PLX-LINK-LOST',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'No action needed: the runtime has ended this call and sends a DEL, with which Plexus undoes what the journal contains.',
  },
  (c: { what: string }) => `the shim on the host exited and interrupted ${c.what}`,
);
export const hostRefused = define(
  'PLX-HOST-REFUSED',
  {
    code: cniCode.internal,
    retry: 'never',
    fix: 'Check that the image of the daemon is genuine: the shim refuses what the runtime’s call does not allow. If it is genuine, report this defect with the log.',
  },
  (c: { what: string; problem: string }) => `the shim on the host refused ${c.what}: ${c.problem}`,
);
export const hostRequestFailed = define(
  'PLX-HOST-REQUEST-FAILED',
  { code: cniCode.io, retry: 'later', fix: 'Check the node: free memory, free process IDs, kernel messages (dmesg).' },
  (c: { what: string; problem: string; isUnlistable?: boolean }) => `${c.what} on the host failed: ${c.problem}`,
);
/**
 * Why the links of a namespace cannot be listed, if its content is the reason: too many entries, or entries that keep
 * changing. Undefined for any other error.
 */
export function unlistableProblem(error: unknown): string | undefined {
  if (!is(error, hostRequestFailed) && !is(error, hostCommandFailed)) return undefined;
  return error.context.isUnlistable === true ? error.context.problem : undefined;
}
export const daemonBusy = define(
  'PLX-DAEMON-BUSY',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'No action needed: the runtime retries. If this persists, check the log of the daemon for plugins that hang.',
  },
  (c: { problem: string }) => `the daemon is overloaded and rejected the call: ${c.problem}`,
);
export const daemonRunning = define(
  'PLX-DAEMON-RUNNING',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Run one daemon on each node, or set another socket and another cniDir for this one.',
  },
  (c: { socket: string }) => `another plexus daemon serves ${c.socket}`,
);
export const callNotKept = define(
  'PLX-CALL-NOT-KEPT',
  {
    code: cniCode.decoding,
    retry: 'never',
    fix: 'No action needed: the journal still has the sandbox, and the daemon reclaims it when its pod is gone. Plexus keeps the file for inspection.',
  },
  (c: { file: string }) =>
    `a DEL that was deferred while the daemon was unavailable is damaged, or its configuration cannot be used; Plexus moved it to ${c.file}`,
);
