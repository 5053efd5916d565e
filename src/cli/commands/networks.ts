import type { Argv } from 'yargs';
import { type Topology, networkColumns, networksText, problemCount } from '../../view/index.ts';
import type { CommandBody } from '../command-table.ts';
import { type ScopeArguments, scopeOptions } from '../cluster-options.ts';
import { type ListingArguments, checkListing, listingOptions, printListing } from '../listing.ts';
import { type ExitStatus, msSince, runSearch } from '../output.ts';
import { readWholeTopology } from '../read-topology.ts';

type Options = ScopeArguments & ListingArguments;

export const networksCommand = (end: (status: ExitStatus) => void): CommandBody<Options> => ({
  builder: (yargs): Argv<Options> =>
    yargs
      .options({
        ...scopeOptions,
        namespace: { ...scopeOptions.namespace, describe: 'Only the networks of this namespace and of its pods' },
      })
      .options(listingOptions)
      .check(checkListing(networkColumns))
      .example('$0 networks', 'All networks of the cluster')
      .example('$0 networks -n shop', 'The networks of namespace shop, and those that its pods use')
      .example('$0 networks -o yaml', 'All of them, for a script')
      .epilogue('PODS counts the pods of all namespaces. Exit status: 0 success, 2 failure.'),
  handler: (scope) =>
    runSearch(end, async () => {
      const namespace = scope['all-namespaces'] ? undefined : scope.namespace;
      const topology = ofNamespace(await readWholeTopology(scope), namespace);
      const data = topology.networks.map((each) => ({
        ...each,
        problems: each.problems.flatMap((index) => topology.problems[index] ?? []),
      }));
      const problems = namespace === undefined ? topology.problems : data.flatMap((each) => each.problems);
      const count = problemCount(problems);
      await printListing(scope, {
        data,
        text: (style) =>
          `${networksText(topology, { ...style, msSince })}${
            count === undefined
              ? ''
              : `

${count}: see pods --problems`
          }`,
        names: () => topology.networks.map(({ name }) => name),
      });
      return 0;
    }),
});

/** The networks in a namespace, and those that its pods have or request. */
function ofNamespace(topology: Topology, namespace: string | undefined): Topology {
  if (namespace === undefined) return topology;
  const pods = topology.pods.filter((pod) => pod.namespace === namespace);
  const used = new Set(pods.flatMap(({ attachments }) => attachments.map(({ network }) => network)));
  const networks = topology.networks.filter(({ name }) => used.has(name) || name.startsWith(`${namespace}/`));
  return { ...topology, networks };
}
