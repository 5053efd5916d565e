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
    fix: 'Only the plexus shim may talk to this socket; install the shim of the running daemon again.',
  },
  (c: { problem: string }) => `the host link got ${c.problem}`,
);
export const linkLost = define(
  'PLX-LINK-LOST',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Nothing: the runtime gave up this call and detaches the sandbox; what is in the journal is undone then.',
  },
  (c: { what: string }) => `the plugin process on the host is gone, ${c.what} was cut off`,
);
export const hostRefused = define(
  'PLX-HOST-REFUSED',
  {
    code: cniCode.internal,
    retry: 'never',
    fix: 'The shim does only what the runtime asked for. If the daemon is genuine, this is a defect: report it with the log.',
  },
  (c: { what: string; problem: string }) => `the shim on the host refused ${c.what}: ${c.problem}`,
);
export const hostRequestFailed = define(
  'PLX-HOST-REQUEST-FAILED',
  { code: cniCode.io, retry: 'later', fix: 'Look at the node: free memory and process IDs, kernel messages.' },
  (c: { what: string; problem: string }) => `${c.what} on the host failed: ${c.problem}`,
);
export const daemonBusy = define(
  'PLX-DAEMON-BUSY',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'The runtime tries again. If it lasts, look for plugins that hang (log) and raise the limits of the daemon.',
  },
  (c: { problem: string }) => `the daemon takes no further call: ${c.problem}`,
);
export const daemonRunning = define(
  'PLX-DAEMON-RUNNING',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Run one daemon for each node, or give this one another socket and state folder.',
  },
  (c: { socket: string }) => `another plexus daemon serves ${c.socket}`,
);
export const callNotKept = define(
  'PLX-CALL-NOT-KEPT',
  {
    code: cniCode.decoding,
    retry: 'never',
    fix: 'Nothing: the journal still has the sandbox, and reclaiming undoes it once it is gone. The file is kept for whoever wants to know what happened to it.',
  },
  (c: { file: string }) =>
    `a DEL that was kept while the daemon was away is damaged, or its configuration cannot be used; it is now in ${c.file}`,
);
