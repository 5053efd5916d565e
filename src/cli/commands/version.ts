import type { Argv, CommandModule } from 'yargs';
import { cniVersions } from '../../cni/index.ts';
import { defaultSocket } from '../../install/index.ts';
import { table } from '../../view/index.ts';
import { nodeOptions } from '../node-options.ts';
import { say } from '../output.ts';
import { versionText } from '../version-text.ts';
import type { VersionArguments } from '../versions.ts';

const text = { type: 'string', requiresArg: true } as const;

export const versionCommand: CommandModule<object, VersionArguments> = {
  command: 'version',
  describe: 'Show the version of Plexus and of the specifications it follows, and those in a cluster or on a node',
  builder: (yargs): Argv<VersionArguments> =>
    yargs
      .option('end', {
        choices: ['command', 'node', 'cluster', 'both'],
        default: 'command',
        describe: 'What to show besides this command: this node (as root), the cluster, or both',
      })
      .options(nodeOptions)
      .option('socket', {
        ...text,
        default: process.env['PLEXUS_SOCKET'],
        describe: `The daemon's socket; default: ${defaultSocket} of the node`,
      })
      .option('kubeconfig', {
        ...text,
        default: process.env['PLEXUS_KUBECONFIG'],
        describe: 'kubeconfig file; default: KUBECONFIG, the credentials of this pod, or ~/.kube/config',
      })
      .example('$0 version --end cluster', 'Show daemons, shims and the CRD of a cluster, and warn if they do not fit')
      .epilogue('Exit status: 0 success, also with warnings, 1 a version could not be read. See docs/upgrade.md.'),
  handler: async (options) => {
    say(
      `plexus ${versionText()}\nCNI specification ${cniVersions.join(', ')}\nNPWG multi-network specification 1.3\n${engineName()}`,
    );
    if (options.end === 'command') return;
    const { versionsOf } = await import('../versions.ts');
    const { rows, warnings } = await versionsOf(options, process.env);
    const cells = rows.map(({ component, version, where }) => [component, version, where]);
    say(`\n${table(['COMPONENT', 'VERSION', 'WHERE'], cells)}`);
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  },
};

const engineName = (): string =>
  process.versions['bun'] === undefined ? `Node.js ${process.versions.node}` : `Bun ${process.versions['bun']}`;
