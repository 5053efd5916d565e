import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { installShim, nodeFolders, shimName } from '../../install/index.ts';
import { type NodeArguments, givenFolders, nodeOptions } from '../node-options.ts';

interface InstallOptions extends NodeArguments {
  readonly shim?: string | undefined;
  readonly 'dry-run': boolean;
}

export const installCommand: CommandModule<object, InstallOptions> = {
  command: 'install',
  describe: 'Put the program that the container runtime calls on this node: what the init container of the DaemonSet runs',
  builder: (yargs): Argv<InstallOptions> =>
    yargs
      .options(nodeOptions)
      .option('shim', {
        type: 'string',
        requiresArg: true,
        default: process.env['PLEXUS_SHIM'],
        describe: 'The native program; without it, the one beside this program for this machine',
      })
      .option('dry-run', { type: 'boolean', default: false, describe: 'Only say what would be done' })
      .example('$0 install --root /host', "In a container that has the node's file system at /host")
      .epilogue('The configuration 00-plexus.conflist is written by plexus daemon, once it can serve. See docs/install.md.'),
  handler: async (options) => {
    const { told, warnings, binDirs } = await nodeFolders(options.root, givenFolders(options));
    for (const line of told) say(line);
    for (const line of warnings) say(`warning: ${line}`);
    const shim = options.shim ?? ownShim();
    for (const folder of binDirs) {
      const isNew = await installShim(shim, folder, { arch: process.arch, dryRun: options['dry-run'] });
      say(isNew ? `${options['dry-run'] ? 'would install' : 'installed'} ${join(folder, shimName)}` : `${join(folder, shimName)} is up to date`);
    }
  },
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Beside the bundle; in a source tree, where the build puts it. */
function ownShim(): string {
  const name = process.arch === 'arm64' ? 'plexus-arm64' : 'plexus';
  const places = [import.meta.dirname, join(import.meta.dirname, '../../../dist')].flatMap((folder) => [
    join(folder, 'shim', name),
    join(folder, 'shim/plexus'),
  ]);
  return places.find((place) => existsSync(place)) ?? places[0] ?? '';
}
