import type { Argv } from 'yargs';
import type { Overview } from '../../cluster/index.ts';
import { type Topology, networkColumns, networksText, problemCount, topologyOf } from '../../view/index.ts';
import type { CommandBody } from '../command-table.ts';
import { type ScopeArguments, scopeOptions, selectorOption } from '../cluster-options.ts';
import { type ObjectListing, checkListing, listingOptions, listingWatch, printListing } from '../listing.ts';
import { type ExitStatus, runSearch } from '../output.ts';
import { readWidest } from '../read-topology.ts';
import { type WatchArguments, checkWatch, watchOption } from '../watch.ts';
import { watchOverview } from '../watch-topology.ts';

type Options = ScopeArguments & WatchArguments;

export const networksCommand = (end: (status: ExitStatus) => void): CommandBody<Options> => ({
  builder: (yargs): Argv<Options> =>
    yargs
      .options({
        ...scopeOptions,
        namespace: { ...scopeOptions.namespace, describe: 'Only the networks of this namespace and of its pods' },
      })
      .option('selector', {
        ...selectorOption,
        describe: 'Only NetworkAttachmentDefinitions with these labels, such as team=data,tier!=test',
      })
      .option('watch', watchOption)
      .options(listingOptions)
      .check(checkListing(networkColumns))
      .check(checkWatch)
      .example('$0 networks', 'All networks of the cluster')
      .example('$0 networks -n shop', 'The networks of namespace shop, and those that its pods use')
      .example('$0 networks -l team=data -w', 'The networks with a label, and then those that change')
      .example('$0 networks -o yaml', 'All of them, for a script')
      .epilogue(
        'PODS counts the pods of all namespaces; --selector does not change it. Exit status: 0 success, 2 failure.',
      ),
  handler: (options) =>
    runSearch(end, async () => {
      const namespace = options['all-namespaces'] ? undefined : options.namespace;
      const { cluster, scope, overview } = await readWidest(options);
      if (options.watch) {
        const show = listingWatch(options);
        await watchOverview(cluster, scope, (now) => show(networkListing(now, namespace, false)));
      } else await printListing(options, networkListing(overview, namespace, true));
      return 0;
    }),
});

function networkListing(overview: Overview, namespace: string | undefined, isCounted: boolean): ObjectListing {
  const topology = topologyOf(overview);
  const isShown = shownNetworks(overview, namespace, topology);
  const networks = topology.networks.filter(({ name }) => isShown(name));
  const data = networks.map((each) => ({
    ...each,
    problems: each.problems.flatMap((index) => topology.problems[index] ?? []),
  }));
  const isWhole = namespace === undefined && overview.selectedNads === undefined;
  const count = isCounted
    ? problemCount(isWhole ? topology.problems : data.flatMap(({ problems }) => problems))
    : undefined;
  return {
    data,
    text: (style) =>
      `${networksText({ networks }, style)}${count === undefined ? '' : `\n\n${count}: see pods --problems`}`,
    names: () => networks.map(({ name }) => name),
  };
}

/** Tests whether a network is selected, and is in the namespace or has or is requested by one of its pods. */
function shownNetworks(
  { selectedNads }: Overview,
  namespace: string | undefined,
  { pods }: Topology,
): (name: string) => boolean {
  const selected = selectedNads === undefined ? undefined : new Set(selectedNads);
  const used = new Set(
    pods
      .filter((pod) => pod.namespace === namespace)
      .flatMap(({ attachments }) => attachments.map(({ network }) => network)),
  );
  return (name) =>
    selected?.has(name) !== false && (namespace === undefined || used.has(name) || name.startsWith(`${namespace}/`));
}
