import type { Options } from 'yargs';

/** Flags of the commands that work on a node's files, also settable by environment variables (PLEXUS_ROOT …). */
export const nodeOptions = {
  root: {
    type: 'string',
    requiresArg: true,
    default: process.env['PLEXUS_ROOT'] ?? '/',
    describe: "Where the node's file system is mounted",
  },
  'cni-conf-dir': {
    type: 'string',
    requiresArg: true,
    default: process.env['PLEXUS_CNI_CONF_DIR'],
    describe:
      "The runtime's folder of CNI configurations, as this process sees it; default: read from the configuration of the runtime",
  },
  'cni-bin-dir': {
    type: 'string',
    requiresArg: true,
    default: process.env['PLEXUS_CNI_BIN_DIR'],
    describe:
      "The runtime's folder of CNI plugins, as this process sees it; default: read from the configuration of the runtime",
  },
} as const satisfies Record<string, Options>;

export interface NodeArguments {
  readonly root: string;
  readonly 'cni-conf-dir'?: string | undefined;
  readonly 'cni-bin-dir'?: string | undefined;
}

/** The folders that were given. */
export const givenFolders = ({
  'cni-conf-dir': confDir,
  'cni-bin-dir': binDir,
}: NodeArguments): { readonly confDir?: string; readonly binDir?: string } => ({
  ...(confDir !== undefined && { confDir }),
  ...(binDir !== undefined && { binDir }),
});
