import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures that concern installing Plexus on a node and removing it.

export const folderNotWritable = define(
  'PLX-FOLDER-NOT-WRITABLE',
  {
    code: cniCode.io,
    retry: 'never',
    fix: 'Mount the folder writable into this container, or set --cni-bin-dir or --cni-conf-dir to another one and name the same folder in the configuration of the container runtime.',
  },
  (c: { folder: string; errno: string; action: string }) =>
    `cannot ${c.action}: folder ${c.folder} is not writable (${c.errno})`,
);
export const shimUnusable = define(
  'PLX-SHIM-UNUSABLE',
  {
    code: cniCode.io,
    retry: 'never',
    fix: 'Set --shim to the file that npm run build makes for this architecture (dist/shim/plexus).',
  },
  (c: { file: string; problem: string }) => `${c.file} cannot be installed as the shim: ${c.problem}`,
);
export const standInUnusable = define(
  'PLX-STAND-IN-UNUSABLE',
  {
    code: cniCode.io,
    retry: 'never',
    fix: 'Build it with npm run build:standalone (dist/standalone/plexus-direct) and put it beside the shim, or omit --stand-in.',
  },
  (c: { file: string; problem: string }) =>
    `${c.file} cannot be installed as the fallback for the daemon: ${c.problem}`,
);
export const nodeInUse = define(
  'PLX-NODE-IN-USE',
  {
    code: cniCode.attachment,
    retry: 'later',
    fix: 'Drain the node, or delete these pods; plexus uninstall --force leaves their additional networks attached permanently.',
  },
  (c: { sandboxes: readonly string[]; deferred: readonly string[] }) =>
    `pods on this node use networks of Plexus: ${c.sandboxes.join(', ')}` +
    (c.deferred.length === 0 ? '' : `; deleted pods whose DEL is deferred: ${c.deferred.join(', ')}`),
);
export const delsDeferred = define(
  'PLX-DELS-DEFERRED',
  {
    code: cniCode.attachment,
    retry: 'later',
    fix: 'Run plexus uninstall --settle-deferred on the node itself, or run the DaemonSet with its host agent until plexus attachments lists none; plexus uninstall --force leaves the addresses of these pods allocated.',
  },
  (c: { sandboxes: readonly string[] }) =>
    `deferred DELs have not been carried out, so the networks of these deleted pods are still allocated: ${c.sandboxes.join(', ')}`,
);
export const daemonServes = define(
  'PLX-DAEMON-SERVES',
  {
    code: cniCode.invalidConfiguration,
    retry: 'later',
    fix: 'Stop the daemon first: delete its DaemonSet with kubectl. A running daemon would write its configuration again.',
  },
  (c: { socket: string }) => `the plexus daemon of this node is still running and serves ${c.socket}`,
);
export const uninstallIncomplete = define(
  'PLX-UNINSTALL-INCOMPLETE',
  {
    code: cniCode.io,
    retry: 'never',
    fix: 'Remove what stands in the way, as root on the node, and run plexus uninstall again.',
  },
  (c: { problems: readonly string[] }) => `plexus uninstall did not finish: ${c.problems.join(' / ')}`,
);
export const pathNotAllowed = define(
  'PLX-PATH-NOT-ALLOWED',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'If the path is right, write it into that file (plexus install does so); otherwise remove the key from the configuration.',
  },
  (c: { key: string; value: string; file: string }) =>
    `direct mode accepts ${c.key} only from ${c.file}, but the configuration on standard input sets it to ${c.value}`,
);
export const hostFileInvalid = define(
  'PLX-HOST-FILE-INVALID',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Correct the file (docs/direct-mode.md lists its keys). It must belong to root, and only root may write it: chown root, chmod 0644.',
  },
  (c: { file: string; problem: string }) => `${c.file} cannot be used: ${c.problem}`,
);
