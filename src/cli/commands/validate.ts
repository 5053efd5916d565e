import type { Argv } from 'yargs';
import type { CommandBody } from '../command-table.ts';
import { type ClusterArguments, clusterOptions } from '../cluster-options.ts';
import { type ExitStatus, runSearch, paintFor, say } from '../output.ts';

interface ValidateArguments extends ClusterArguments {
  readonly files?: readonly string[] | undefined;
  readonly config?: string | undefined;
  readonly cluster: boolean;
  readonly output: string;
  readonly strict: boolean;
}

export const validateCommand = (end: (status: ExitStatus) => void): CommandBody<ValidateArguments> => ({
  builder: (yargs): Argv<ValidateArguments> =>
    yargs
      .positional('files', {
        type: 'string',
        array: true,
        describe: 'YAML, JSON and CNI configuration files; folders, with everything below them; - for stdin',
      })
      .option('config', {
        type: 'string',
        requiresArg: true,
        describe: 'CNI configuration of Plexus (or Multus) on the node, used to plan pods',
      })
      .option('cluster', {
        type: 'boolean',
        default: false,
        describe: 'Also read the networks of the cluster',
      })
      .options(clusterOptions)
      .option('output', {
        alias: 'o',
        requiresArg: true,
        choices: ['table', 'json', 'sarif'],
        default: 'table',
        describe: 'Output format',
      })
      .option('strict', { type: 'boolean', default: false, describe: 'Warnings count as errors' })
      .check(({ files = [] }) => files.length > 0 || 'Specify the files or folders to check, or - for stdin.')
      .example('$0 validate networks/ pod.yaml', 'Two files or folders, offline')
      .example('helm template chart | $0 validate -', 'The output of a chart')
      .example('$0 validate --cluster pod.yaml', 'A pod against the networks of the cluster')
      .example('$0 validate --strict -o sarif . > plexus.sarif', 'For a CI job')
      .epilogue(
        'Exit status: 0 no errors, 1 errors (with --strict: errors or warnings), 2 failure. See docs/validate.md.',
      ),
  handler: (options) =>
    runSearch(end, async () => {
      const { runValidate } = await import('../validate-files.ts');
      const { text, failed } = await runValidate({
        ...options,
        files: options.files ?? [],
        paint: paintFor(process.stdout, process.env),
      });
      say(text);
      return failed ? 1 : 0;
    }),
});
