import type { Argv } from 'yargs';
import { podNotFound } from '../../errors/index.ts';
import { podIn, podText, topologyOf } from '../../view/index.ts';
import type { CommandBody } from '../command-table.ts';
import { type ScopeArguments, clusterFor, scopeFor, scopeOptions } from '../cluster-options.ts';
import { type DataArguments, checkTemplate, namedDataOptions, printData, terminalStyle } from '../listing.ts';
import { type ExitStatus, msSince, runSearch } from '../output.ts';
import { recentFailures } from '../recent-failures.ts';
import { readOverview } from '../read-topology.ts';
import { podNamed } from '../words.ts';
import { withProblems } from './pods.ts';

interface Options extends ScopeArguments, DataArguments {
  readonly name: string;
}

export const podCommand = (end: (status: ExitStatus) => void): CommandBody<Options> => ({
  builder: (yargs): Argv<Options> =>
    yargs
      .positional('name', { type: 'string', demandOption: true, describe: 'NAME, NAMESPACE/NAME or pod/NAME' })
      .options({
        ...scopeOptions,
        'all-namespaces': {
          ...scopeOptions['all-namespaces'],
          describe: 'Compare its addresses with those of pods of all namespaces',
        },
      })
      .options(namedDataOptions)
      .check(checkTemplate)
      .example('$0 pod db-0 -n shop', 'The networks of db-0')
      .example('$0 pod db-0 -n shop -A', 'The same, with its addresses compared with those of all pods')
      .epilogue('Exit status: 0 success, 1 its networks have a problem, 2 failure.'),
  handler: ({ name: word, ...given }) =>
    runSearch(end, async () => {
      const { name, ...named } = podNamed(word);
      const scope = { ...given, ...named };
      const cluster = await clusterFor(scope);
      const namespace = scope.namespace ?? cluster.namespace;
      const overview = await readOverview(cluster, scopeFor(scope, cluster), scope);
      const summary = overview.pods.find((each) => each.namespace === namespace && each.name === name);
      if (summary === undefined) throw podNotFound({ pod: `${namespace}/${name}` });
      const first = topologyOf(overview);
      // Without the reason in an Event, ask the daemon.
      const isUnexplained = podIn(first, summary).status.state === 'waiting';
      const failures = isUnexplained ? await recentFailures(summary, scope) : [];
      const topology = failures.length === 0 ? first : topologyOf({ ...overview, failures });
      const pod = podIn(topology, summary);
      const problems = topology.problems.filter((_, index) => pod.problems.includes(index));
      await printData(given, {
        data: withProblems(pod, topology),
        names: () => [`${pod.namespace}/${pod.name}`],
        text: () => podText(pod, problems, { msSince, ...terminalStyle() }),
      });
      return problems.some(({ severity }) => severity === 'error') ? 1 : 0;
    }),
});
