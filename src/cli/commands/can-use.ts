import type { Argv } from 'yargs';
import { type ClusterArguments, clusterOptions, namespaceOption } from '../cluster-options.ts';
import type { CommandBody } from '../command-table.ts';
import { type ExitStatus, type Format, outputOption, print, runSearch } from '../output.ts';

export interface CanUseArguments extends ClusterArguments {
  readonly network: string;
  readonly namespace?: string | undefined;
  readonly as?: string | undefined;
  readonly 'as-group': readonly string[];
}
interface Options extends CanUseArguments {
  readonly output: Format;
}

export const canUseCommand = (end: (status: ExitStatus) => void): CommandBody<Options> => ({
  builder: (yargs): Argv<Options> =>
    yargs
      .positional('network', { type: 'string', demandOption: true, describe: 'Network: NAME or NAMESPACE/NAME' })
      .options({
        ...clusterOptions,
        namespace: { ...namespaceOption, describe: 'Namespace of a network without one; default: that of the context' },
        as: {
          type: 'string',
          requiresArg: true,
          describe: 'The user; for the ServiceAccount of pods: system:serviceaccount:NAMESPACE:NAME; default: yourself',
        },
        'as-group': {
          type: 'string',
          array: true,
          requiresArg: true,
          default: [],
          describe: 'Group of the user; may be repeated. The groups of a ServiceAccount are known',
        },
        output: outputOption,
      })
      .check(({ as, 'as-group': groups }) => as !== undefined || groups.length === 0 || '--as-group needs --as.')
      .check(({ network }) => !network.includes(',') || 'Name one network.')
      .example(
        '$0 can-use storage/san --as system:serviceaccount:shop:db',
        'May pods with ServiceAccount db of namespace shop use the network?',
      )
      .epilogue('Exit status: 0 the network may be used, 1 it may not, 2 failure. See docs/permissions.md.'),
  handler: ({ output, ...question }) =>
    runSearch(end, async () => {
      const { useAnswer, useText } = await import('../can-use.ts');
      const answer = await useAnswer(question);
      await print(output, { data: answer, text: () => useText(answer) });
      return answer.mayUse ? 0 : 1;
    }),
});
