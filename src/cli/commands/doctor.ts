import type { Argv, CommandModule } from 'yargs';
import { type DoctorFinding, runChecks } from '../../doctor/index.ts';
import { findingsMade, nothingLookedAt } from '../../errors/index.ts';
import { defaultSocket } from '../../install/index.ts';
import { countsOf, findingsText, worstFirst } from '../../view/index.ts';
import { type DoctorArguments, checksFor } from '../doctor-checks.ts';
import { nodeOptions } from '../node-options.ts';
import { say } from '../output.ts';
import { yamlText } from '../yaml-text.ts';

interface DoctorOptions extends DoctorArguments {
  readonly strict: boolean;
  readonly output: string;
}

const text = { type: 'string', requiresArg: true } as const;
const graceMs = 500;

export const doctorCommand: CommandModule<object, DoctorOptions> = {
  command: 'doctor',
  describe:
    'Look for what is wrong with an installation, on this node and in the cluster, and say what to do; changes nothing',
  builder: (yargs): Argv<DoctorOptions> =>
    yargs
      .option('end', {
        choices: ['both', 'node', 'cluster'],
        default: 'both',
        describe: 'Which end to look at: this node (as root), the cluster, or both',
      })
      .options(nodeOptions)
      .option('cni-dir', {
        ...text,
        default: process.env['PLEXUS_CNI_DIR'],
        describe: "The daemon's cniDir; without it, /var/lib/cni/plexus of the node",
      })
      .option('socket', {
        ...text,
        default: process.env['PLEXUS_SOCKET'],
        describe: `The daemon's socket; without it, ${defaultSocket} of the node`,
      })
      .option('http', {
        ...text,
        default: process.env['PLEXUS_HTTP'] ?? '127.0.0.1:9913',
        describe: "The daemon's HTTP address, for where its observe.sock cannot be used, or off",
      })
      .option('kubeconfig', {
        ...text,
        default: process.env['PLEXUS_KUBECONFIG'],
        describe: 'Without it: KUBECONFIG, the credentials of this pod, ~/.kube/config',
      })
      .option('node', { ...text, describe: 'In the cluster look only at this node, its daemon and its pods' })
      .option('as', {
        ...text,
        describe: "Whose rights to look at, system:serviceaccount:NAMESPACE:NAME; without it, the daemon's account",
      })
      .option('reports', {
        ...text,
        describe: 'Folder with what doctor --end node -o json printed on other nodes, a file NODE.json each',
      })
      .option('timeout', {
        type: 'number',
        requiresArg: true,
        default: 10,
        describe: 'Seconds that a check has; all run at once',
      })
      .option('strict', {
        type: 'boolean',
        default: false,
        describe: 'Warnings count for the exit status as errors do',
      })
      .option('output', {
        alias: 'o',
        requiresArg: true,
        choices: ['table', 'json', 'yaml'],
        default: 'table',
        describe: 'How to print it',
      })
      .check(
        ({ timeout }) => (timeout > 0 && timeout <= 3600) || '--timeout is a number of seconds, from above 0 to 3600',
      )
      .example('$0 doctor', 'On a node, as root, or with a kubeconfig anywhere')
      .example('$0 doctor --end cluster --node worker-3', 'What the cluster says of one node')
      .example('$0 doctor --strict -o json', 'For a script')
      .epilogue(
        'Exit status: 0 nothing to do, 1 an error was found (with --strict a warning), 2 nothing could be looked at. See docs/doctor.md.',
      ),
  handler: async (options) => {
    const { timeout, output, strict } = options;
    const findings = await runChecks(await checksFor(options, process.env), { checkMs: timeout * 1000, graceMs });
    say(formatFindings(findings, output));
    const first = findings.find(({ severity }) => severity !== 'unknown');
    if (first === undefined)
      throw nothingLookedAt({
        why: [...new Set(findings.map(({ what }) => what.replace(/^not looked at: /, '')))].join('; '),
      });
    const counting = findings.filter(({ severity }) => severity === 'error' || (strict && severity === 'warning'));
    if (counting.length > 0) throw findingsMade({ counts: countsOf(counting) });
  },
};

function formatFindings(findings: readonly DoctorFinding[], output: string): string {
  if (output === 'json') return JSON.stringify(worstFirst(findings), null, 2);
  return output === 'yaml' ? yamlText(worstFirst(findings)) : findingsText(findings);
}
