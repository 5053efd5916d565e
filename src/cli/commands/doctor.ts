import type { Argv } from 'yargs';
import { findingsMade, nothingLookedAt } from '../../errors/index.ts';
import { findingsText, worstFirst } from '../../view/index.ts';
import type { CommandBody } from '../command-table.ts';
import { daemonPlaceOptions } from '../daemon-place-options.ts';
import type { DoctorArguments } from '../doctor-checks.ts';
import { type DataArguments, checkTemplate, namedDataOptions, printData } from '../listing.ts';
import { nodeOptions } from '../node-options.ts';

interface DoctorOptions extends DoctorArguments, DataArguments {
  readonly strict: boolean;
}

const text = { type: 'string', requiresArg: true } as const;
const graceMs = 500;

export const doctorCommand: CommandBody<DoctorOptions> = {
  builder: (yargs): Argv<DoctorOptions> =>
    yargs
      .option('end', {
        choices: ['both', 'node', 'cluster'],
        default: 'both',
        describe: 'What to check: this node (as root), the cluster, or both',
      })
      .options(nodeOptions)
      .options(daemonPlaceOptions)
      .option('http', {
        ...text,
        default: process.env['PLEXUS_HTTP'] ?? '127.0.0.1:9913',
        describe: "The daemon's HTTP address, used if its observe.sock is unavailable; off: no HTTP",
      })
      .option('kubeconfig', {
        ...text,
        default: process.env['PLEXUS_KUBECONFIG'],
        describe: 'kubeconfig file; default: KUBECONFIG, the credentials of this pod, or ~/.kube/config',
      })
      .option('node', { ...text, describe: 'In the cluster, check only this node, its daemon and its pods' })
      .option('as', {
        ...text,
        describe:
          "Account whose permissions to check, system:serviceaccount:NAMESPACE:NAME; default: the daemon's account",
      })
      .option('reports', {
        ...text,
        describe: 'Folder with the output of doctor --end node -o json from other nodes, one file NODE.json for each',
      })
      .option('timeout', {
        type: 'number',
        requiresArg: true,
        default: 10,
        describe: 'Time limit of each check in seconds; all checks run concurrently',
      })
      .option('strict', {
        type: 'boolean',
        default: false,
        describe: 'Count warnings as errors in the exit status',
      })
      .options(namedDataOptions)
      .check(checkTemplate)
      .check(({ timeout }) => (timeout > 0 && timeout <= 3600) || '--timeout must be above 0 and at most 3600')
      .example('$0 doctor', 'On a node, as root, or with a kubeconfig anywhere')
      .example('$0 doctor --end cluster --node worker-3', 'Check one node from the cluster')
      .example('$0 doctor --strict -o json', 'For a script')
      .example('$0 doctor -o name', 'The checks that are not ok; plexus explain takes each')
      .epilogue(
        'Exit status: 0 no errors, 1 errors (with --strict: errors or warnings), 2 nothing could be checked. See docs/doctor.md.',
      ),
  handler: async (options) => {
    const { timeout, strict } = options;
    // Loaded only here, with the rules of src/validate and their schemas.
    const [{ checksFor }, { runChecks }] = await Promise.all([
      import('../doctor-checks.ts'),
      import('../../doctor/index.ts'),
    ]);
    const findings = await runChecks(await checksFor(options, process.env), { checkMs: timeout * 1000, graceMs });
    const sorted = worstFirst(findings);
    await printData(options, {
      data: sorted,
      names: () => [...new Set(sorted.filter(({ severity }) => severity !== 'ok').map(({ id }) => id))],
      text: () => findingsText(sorted),
    });
    const first = findings.find(({ severity }) => severity !== 'unknown');
    if (first === undefined)
      throw nothingLookedAt({
        why: [...new Set(findings.map(({ what, why }) => why ?? what))].join('; '),
      });
    if (findings.some(({ severity }) => severity === 'error' || (strict && severity === 'warning')))
      throw findingsMade({});
  },
};
