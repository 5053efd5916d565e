import type { Argv } from 'yargs';
import { cniVersions } from '../../cni/index.ts';
import type { CommandBody } from '../command-table.ts';
import { nodeOptions } from '../node-options.ts';
import { type Format, outputOption, print } from '../output.ts';
import { versionText } from '../version-text.ts';
import type { VersionArguments } from '../versions.ts';

interface Options extends VersionArguments {
  readonly output: Format;
}

const text = { type: 'string', requiresArg: true } as const;

export const versionCommand: CommandBody<Options> = {
  builder: (yargs): Argv<Options> =>
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
        describe: "The daemon's socket; default: /run/plexus/plexus.sock of the node",
      })
      .option('kubeconfig', {
        ...text,
        default: process.env['PLEXUS_KUBECONFIG'],
        describe: 'kubeconfig file; default: KUBECONFIG, the credentials of this pod, or ~/.kube/config',
      })
      .option('output', outputOption)
      .example('$0 version --end cluster', 'Show daemons, shims and the CRD of a cluster, and warn if they do not fit')
      .epilogue('Exit status: 0 success, also with warnings, 1 a version could not be read. See docs/upgrade.md.'),
  handler: async (options) => {
    const program = {
      version: versionText(),
      cniVersions,
      npwgVersion,
      runtime: runtimeName(),
    };
    if (options.end === 'command') return print(options.output, { data: program, text: () => programText(program) });
    const [{ versionsOf }, { table }] = await Promise.all([import('../versions.ts'), import('../../view/index.ts')]);
    const { rows, warnings } = await versionsOf(options, process.env);
    const cells = rows.map(({ component, version, where }) => [component, version, where]);
    await print(options.output, {
      data: { ...program, components: rows, warnings },
      text: () => `${programText(program)}\n\n${table(['COMPONENT', 'VERSION', 'WHERE'], cells)}`,
    });
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  },
};

const npwgVersion = '1.3';

interface ProgramVersions {
  readonly version: string;
  readonly cniVersions: readonly string[];
  readonly npwgVersion: string;
  readonly runtime: string;
}

const programText = ({ version, cniVersions: supported, npwgVersion: npwg, runtime }: ProgramVersions): string =>
  `plexus ${version}\nCNI specification ${supported.join(', ')}\nNPWG multi-network specification ${npwg}\n${runtime}`;

const runtimeName = (): string =>
  process.versions['bun'] === undefined ? `Node.js ${process.versions.node}` : `Bun ${process.versions['bun']}`;
