import type { Argv, CommandModule } from 'yargs';
import { defaultSocket, nodeFolders, uninstall } from '../../install/index.ts';
import { fileJournal } from '../../journal/index.ts';
import { type NodeArguments, givenFolders, nodeOptions } from '../node-options.ts';

interface UninstallOptions extends NodeArguments {
  readonly 'cni-dir': string;
  readonly socket: string;
  readonly force: boolean;
}

export const uninstallCommand: CommandModule<object, UninstallOptions> = {
  command: 'uninstall',
  describe: 'Take this node back to what it was before Plexus',
  builder: (yargs): Argv<UninstallOptions> =>
    yargs
      .options(nodeOptions)
      .option('cni-dir', {
        type: 'string',
        requiresArg: true,
        default: process.env['PLEXUS_CNI_DIR'] ?? '/var/lib/cni/plexus',
        describe: "The daemon's cniDir, as this process sees it",
      })
      .option('socket', { type: 'string', requiresArg: true, default: process.env['PLEXUS_SOCKET'] ?? defaultSocket, describe: "The daemon's socket" })
      .option('force', { type: 'boolean', default: false, describe: 'Also while pods of this node are attached, or its daemon serves' })
      .example('$0 uninstall', 'Refuses, with a list, while pods of this node have networks from Plexus')
      .epilogue('Stop the daemon first (delete its DaemonSet). See docs/uninstall.md.'),
  handler: async (options) => {
    const { 'cni-dir': stateDir, socket, force } = options;
    const { confDirs, binDirs } = await nodeFolders(options.root, givenFolders(options));
    const done = await uninstall({ confDirs, binDirs, stateDir, socket, force }, fileJournal(`${stateDir}/journal`));
    for (const line of done.length > 0 ? done : ['there is nothing of Plexus here']) process.stdout.write(`${line}\n`);
  },
};
