import type { Options } from 'yargs';
import { defaultSocket } from '../install/index.ts';

/** Flags that name where the daemon of this node keeps its state and serves. */
export const daemonPlaceOptions = {
  'cni-dir': {
    type: 'string',
    requiresArg: true,
    default: process.env['PLEXUS_CNI_DIR'],
    describe: "The daemon's cniDir; default: /var/lib/cni/plexus of the node",
  },
  socket: {
    type: 'string',
    requiresArg: true,
    default: process.env['PLEXUS_SOCKET'],
    describe: `The daemon's socket; default: ${defaultSocket} of the node`,
  },
} as const satisfies Record<string, Options>;
