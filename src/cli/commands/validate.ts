import type { Argv, CommandModule } from 'yargs';
import { asPlexusError, summaryOf } from '../../errors/index.ts';

interface ValidateArguments {
  readonly files?: readonly string[] | undefined;
  readonly config?: string | undefined;
  readonly cluster: boolean;
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly output: string;
  readonly strict: boolean;
}

/** `exit` is told the exit status, which says more here than elsewhere. */
export const validateCommand = (exit: (status: 0 | 1 | 2) => void): CommandModule<object, ValidateArguments> => ({
  command: 'validate [files..]',
  describe: 'Check networks, pods and configurations before anything runs; touches nothing',
  builder: (yargs): Argv<ValidateArguments> =>
    yargs
      .positional('files', { type: 'string', array: true, describe: 'YAML, JSON and CNI configuration files; folders with all below them; - for stdin' })
      .option('config', { type: 'string', requiresArg: true, describe: 'CNI configuration of Plexus (or Multus) on the node: pods are planned with it' })
      .option('cluster', { type: 'boolean', default: false, describe: 'Look up in the cluster which networks there are besides' })
      .option('kubeconfig', { type: 'string', requiresArg: true, describe: 'cluster: the kubeconfig; without it, KUBECONFIG or ~/.kube/config' })
      .option('context', { type: 'string', requiresArg: true, describe: 'cluster: a context of the kubeconfig other than its current one' })
      .option('output', { alias: 'o', choices: ['table', 'json', 'sarif'], default: 'table', describe: 'How to print it' })
      .option('strict', { type: 'boolean', default: false, describe: 'Warnings count as errors' })
      .example('$0 validate networks/ pod.yaml', 'Two files or folders, offline')
      .example('helm template chart | $0 validate -', 'What a chart makes')
      .example('$0 validate --cluster pod.yaml', 'A pod against the networks of the cluster')
      .example('$0 validate --strict -o sarif . > plexus.sarif', 'For a CI job')
      .epilogue('Exit status: 0 no errors (with --strict: no warnings either), 1 there are some, 2 it could not be run. See docs/validate.md.'),
  handler: async (options) => {
    try {
      const { runValidate } = await import('../validate-files.ts');
      const { output, ...rest } = options;
      const { text, failed } = await runValidate({ ...rest, files: options.files ?? [], output, colours: coloursOn(process.stdout) });
      process.stdout.write(`${text}\n`);
      exit(failed ? 1 : 0);
    } catch (thrown) {
      process.stderr.write(`plexus: ${summaryOf(asPlexusError(thrown))}\n`);
      exit(2);
    }
  },
});

// https://no-color.org
const coloursOn = (stdout: NodeJS.WriteStream): boolean => stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
