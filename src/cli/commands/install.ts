import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Argv } from 'yargs';
import {
  installHostFile,
  installShim,
  installStandIn,
  nodeFolders,
  shimName,
  standInName,
} from '../../install/index.ts';
import { hostFileName, hostPathKeys, hostPathsOf } from '../../plan/index.ts';
import type { CommandBody } from '../command-table.ts';
import { daemonFlags, fromEnvironment, fromFlags } from '../daemon-flags.ts';
import { type NodeArguments, givenFolders, nodeOptions } from '../node-options.ts';

interface InstallOptions extends NodeArguments {
  readonly shim?: string | undefined;
  readonly 'stand-in': boolean;
  readonly 'dry-run': boolean;
}

export const installCommand: CommandBody<InstallOptions> = {
  builder: (yargs): Argv<InstallOptions> => {
    yargs.options(hostPathFlags());
    return yargs
      .options(nodeOptions)
      .option('shim', {
        type: 'string',
        requiresArg: true,
        default: process.env['PLEXUS_SHIM'],
        describe: 'The shim to install; default: the one beside this program for this architecture',
      })
      .option('stand-in', {
        type: 'boolean',
        default: process.env['PLEXUS_STAND_IN'] === 'true',
        describe: `Also install ${standInName}, the fallback for the daemon: direct mode as one file (120 MB), expected beside the shim`,
      })
      .option('dry-run', { type: 'boolean', default: false, describe: 'Only print what would change' })
      .example('$0 install --root /host', "In a container with the node's file system at /host")
      .example('$0 install --cni-dir /data/cni/plexus', 'For a daemon with another cniDir; its other paths likewise')
      .epilogue(
        'plexus daemon writes the configuration 00-plexus.conflist when it can serve. This command writes the paths that direct mode may use to plexus-host.json beside the shim. See docs/install.md and docs/direct-mode.md.',
      );
  },
  handler: async (options) => {
    const { findings, warnings, binDirs, confDirs } = await nodeFolders(options.root, givenFolders(options));
    for (const line of findings) say(line);
    for (const line of warnings) say(`warning: ${line}`);
    const shim = options.shim ?? ownShim();
    const how = { arch: process.arch, dryRun: options['dry-run'] };
    const settings = { ...fromEnvironment(process.env), ...fromFlags({ ...options }) };
    const paths = hostPathsOf(
      settings,
      confDirs.map((folder) => seenOnHost(folder, options.root)),
    );
    for (const folder of binDirs) {
      sayHostFile(await installHostFile(paths, folder, how), join(folder, hostFileName), how);
      // The fallback binary goes first, so that a new shim never meets an old one.
      if (options['stand-in'])
        sayDone(await installStandIn(standInBeside(shim), folder, how), join(folder, standInName), how);
      else if (existsSync(join(folder, standInName)))
        say(`warning: ${join(folder, standInName)} was not updated: pass --stand-in to update it`);
      sayDone(await installShim(shim, folder, how), join(folder, shimName), how);
    }
  },
};

/** The paths that direct mode may use on this host, as flags of the daemon. */
const hostPathFlags = () => daemonFlags(hostPathKeys);

const seenOnHost = (folder: string, root: string): string =>
  root !== '/' && folder.startsWith(`${root}/`) ? folder.slice(root.length) : folder;

function sayHostFile(
  done: 'written' | 'removed' | undefined,
  file: string,
  { dryRun }: { readonly dryRun: boolean },
): void {
  if (done !== undefined)
    say(
      dryRun
        ? `would ${done === 'written' ? 'write' : 'remove'} ${file}`
        : `${done === 'written' ? 'wrote' : 'removed'} ${file}`,
    );
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const sayDone = (isNew: boolean, file: string, { dryRun }: { readonly dryRun: boolean }): void =>
  say(isNew ? `${dryRun ? 'would install' : 'installed'} ${file}` : `${file} is up to date`);

/** Beside the bundle; in a source tree, where the build writes it. */
function ownShim(): string {
  const name = process.arch === 'arm64' ? 'plexus-arm64' : 'plexus';
  const places = [import.meta.dirname, join(import.meta.dirname, '../../../dist')].flatMap((folder) => [
    join(folder, 'shim', name),
    join(folder, 'shim/plexus'),
  ]);
  return firstThere(places);
}

/** Beside the native binary; in dist, where the build writes it. */
const standInBeside = (shim: string): string =>
  firstThere([join(dirname(shim), standInName), join(dirname(shim), '../standalone', standInName)]);

const firstThere = (places: readonly string[]): string => places.find((place) => existsSync(place)) ?? places[0] ?? '';
