import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { installShim, installStandIn, nodeFolders, shimName, standInName } from '../../install/index.ts';
import { type NodeArguments, givenFolders, nodeOptions } from '../node-options.ts';

interface InstallOptions extends NodeArguments {
  readonly shim?: string | undefined;
  readonly 'stand-in': boolean;
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
      .option('stand-in', {
        type: 'boolean',
        default: process.env['PLEXUS_STAND_IN'] === 'true',
        describe: `Also ${standInName}, direct mode as one file, which lies beside the native program (120 MB)`,
      })
      .option('dry-run', { type: 'boolean', default: false, describe: 'Only say what would be done' })
      .example('$0 install --root /host', "In a container that has the node's file system at /host")
      .epilogue('The configuration 00-plexus.conflist is written by plexus daemon, once it can serve. See docs/install.md.'),
  handler: async (options) => {
    const { told, warnings, binDirs } = await nodeFolders(options.root, givenFolders(options));
    for (const line of told) say(line);
    for (const line of warnings) say(`warning: ${line}`);
    const shim = options.shim ?? ownShim();
    const how = { arch: process.arch, dryRun: options['dry-run'] };
    for (const folder of binDirs) {
      // first, so that a new shim never meets an old one
      if (options['stand-in']) sayDone(await installStandIn(standInBeside(shim), folder, how), join(folder, standInName), how);
      else if (existsSync(join(folder, standInName))) say(`warning: ${join(folder, standInName)} stays as it is: --stand-in would bring it up to date`);
      sayDone(await installShim(shim, folder, how), join(folder, shimName), how);
    }
  },
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const sayDone = (isNew: boolean, file: string, { dryRun }: { readonly dryRun: boolean }): void =>
  say(isNew ? `${dryRun ? 'would install' : 'installed'} ${file}` : `${file} is up to date`);

/** Beside the bundle; in a source tree, where the build puts it. */
function ownShim(): string {
  const name = process.arch === 'arm64' ? 'plexus-arm64' : 'plexus';
  const places = [import.meta.dirname, join(import.meta.dirname, '../../../dist')].flatMap((folder) => [
    join(folder, 'shim', name),
    join(folder, 'shim/plexus'),
  ]);
  return firstThere(places);
}

/** Beside the native program; in dist, where the build puts it. */
const standInBeside = (shim: string): string => firstThere([join(dirname(shim), standInName), join(dirname(shim), '../standalone', standInName)]);

const firstThere = (places: readonly string[]): string => places.find((place) => existsSync(place)) ?? places[0] ?? '';
