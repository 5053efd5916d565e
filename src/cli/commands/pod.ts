import type { Argv, CommandModule } from 'yargs';
import { podNotFound } from '../../errors/index.ts';
import { podIn, podText, topologyOf } from '../../view/index.ts';
import { type ScopeArguments, clusterFor, scopeFor, scopeOptions } from '../cluster-options.ts';
import { type ExitStatus, type Format, runSearch, outputOption, msSince, paintFor, print } from '../output.ts';
import { printNotes } from '../read-topology.ts';
import { withProblems } from './pods.ts';

interface Options extends ScopeArguments {
  readonly name: string;
  readonly output: Format;
}

const longestMs = 300_000;

export const podCommand = (end: (status: ExitStatus) => void): CommandModule<object, Options> => ({
  command: 'pod <name>',
  describe: 'Show the networks of one pod: interfaces, addresses and problems',
  builder: (yargs): Argv<Options> =>
    yargs
      .positional('name', { type: 'string', demandOption: true, describe: 'Name of the pod' })
      .options({
        ...scopeOptions,
        'all-namespaces': {
          ...scopeOptions['all-namespaces'],
          describe: 'Compare its addresses with those of pods of all namespaces',
        },
      })
      .option('output', outputOption)
      .example('$0 pod db-0 -n shop', 'The networks of db-0')
      .example('$0 pod db-0 -n shop -A', 'The same, with its addresses compared with those of all pods')
      .epilogue('Exit status: 0 success, 1 its networks have a problem, 2 failure.'),
  handler: ({ output, name, ...scope }) =>
    runSearch(end, async () => {
      const cluster = await clusterFor(scope);
      const namespace = scope.namespace ?? cluster.namespace;
      const overview = await cluster.read(scopeFor(scope, cluster), AbortSignal.timeout(longestMs));
      const summary = overview.pods.find((each) => each.namespace === namespace && each.name === name);
      if (summary === undefined) throw podNotFound({ pod: `${namespace}/${name}` });
      printNotes(overview.notes);
      const topology = topologyOf(overview);
      const pod = podIn(topology, summary);
      const problems = topology.problems.filter((_, index) => pod.problems.includes(index));
      await print(output, {
        data: withProblems(pod, topology),
        text: () => podText(pod, problems, { msSince, paint: paintFor(process.stdout, process.env) }),
      });
      return problems.some(({ severity }) => severity === 'error') ? 1 : 0;
    }),
});
