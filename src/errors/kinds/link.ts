import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

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
    fix: 'No action needed: the runtime has ended this call and detaches the sandbox; Plexus then undoes what is in the journal.',
  },
  (c: { what: string }) => `the shim on the host ended and interrupted ${c.what}`,
);
export const hostRefused = define(
  'PLX-HOST-REFUSED',
  {
    code: cniCode.internal,
    retry: 'never',
    fix: 'Report this defect with the log if the daemon is genuine: the shim does only what the call of the runtime allows.',
  },
  (c: { what: string; problem: string }) => `the shim on the host refused ${c.what}: ${c.problem}`,
);
export const hostRequestFailed = define(
  'PLX-HOST-REQUEST-FAILED',
  { code: cniCode.io, retry: 'later', fix: 'Check the node: free memory, free process IDs, kernel messages (dmesg).' },
  (c: { what: string; problem: string }) => `${c.what} on the host failed: ${c.problem}`,
);
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
