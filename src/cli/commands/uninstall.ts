import type { Argv } from 'yargs';
import { problemOf, uninstallIncomplete } from '../../errors/index.ts';
import { allNodeFolders, defaultSocket, inRoot, uninstall } from '../../install/index.ts';
import { deferredCalls, fileJournal } from '../../journal/index.ts';
import { defaultDeviceInfoDir } from '../../npwg/index.ts';
import type { CommandBody } from '../command-table.ts';
import { type NodeArguments, givenFolders, nodeOptions } from '../node-options.ts';
import { settleDeferredByHand } from '../settle-deferred.ts';
import { say } from '../output.ts';

interface UninstallOptions extends NodeArguments {
  readonly 'cni-dir'?: string | undefined;
  readonly socket?: string | undefined;
  readonly force: boolean;
  readonly 'settle-deferred': boolean;
}

const longestMs = 600_000;

const ofHost = () => ({
  env: Object.fromEntries(
    Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ),
  deviceInfoDir: process.env['PLEXUS_DEVICE_INFO_DIR'] ?? defaultDeviceInfoDir,
});

const usualStateDir = '/var/lib/cni/plexus';

export const uninstallCommand: CommandBody<UninstallOptions> = {
  builder: (yargs): Argv<UninstallOptions> =>
    yargs
      .options(nodeOptions)
      .option('cni-dir', {
        type: 'string',
        requiresArg: true,
        default: process.env['PLEXUS_CNI_DIR'],
        describe: `The daemon's cniDir, as this process sees it; default: ${usualStateDir} of the node`,
      })
      .option('socket', {
        type: 'string',
        requiresArg: true,
        default: process.env['PLEXUS_SOCKET'],
        describe: `The daemon's socket, as this process sees it; default: ${defaultSocket} of the node`,
      })
      .option('force', {
        type: 'boolean',
        default: false,
        describe: 'Uninstall even if pods of this node are attached or its daemon is running',
      })
      .option('settle-deferred', {
        type: 'boolean',
        default: false,
        describe: 'First carry out the deferred DELs; run this on the node itself, where plugins can run',
      })
      .example('$0 uninstall', 'Fails with a list if pods of this node have networks of Plexus')
      .epilogue('Stop the daemon first (delete its DaemonSet). See docs/uninstall.md.'),
  handler: async (options) => {
    const { root, force } = options;
    const stateDir = options['cni-dir'] ?? (await inRoot(root, usualStateDir));
    const socket = options.socket ?? (await inRoot(root, defaultSocket));
    const { confDirs, binDirs } = await allNodeFolders(root, givenFolders(options));
    const settled = options['settle-deferred']
      ? await settleDeferredByHand({ folder: stateDir, path: binDirs, ...ofHost() }, AbortSignal.timeout(longestMs))
      : [];
    const state = { journal: fileJournal(`${stateDir}/journal`), deferred: deferredCalls(`${stateDir}/deferred`) };
    const { done, failed } = await uninstall({ confDirs, binDirs, stateDir, socket, force }, state);
    const lines = [...settled, ...done];
    for (const line of lines.length + failed.length > 0 ? lines : ['Plexus is not installed here']) say(line);
    if (failed.length > 0)
      throw uninstallIncomplete({ problems: failed.map(problemOf) }, { cause: new AggregateError(failed) });
  },
};
