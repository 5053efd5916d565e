import type { Argv } from 'yargs';
import {
  type Topology,
  type TopologyPod,
  type TopologyProblem,
  podColumns,
  podsText,
  problemCount,
  problemsText,
  topologyOf,
} from '../../view/index.ts';
import type { CommandBody } from '../command-table.ts';
import { type ScopeArguments, clusterFor, scopeFor, scopeOptions, selectorOption } from '../cluster-options.ts';
import { type ObjectListing, checkListing, listingOptions, listingWatch, printListing } from '../listing.ts';
import { type ExitStatus, runSearch } from '../output.ts';
import { networksNamed, readTopology } from '../read-topology.ts';
import { type WatchArguments, checkWatch, watchOption } from '../watch.ts';
import { watchOverview } from '../watch-topology.ts';

interface Options extends ScopeArguments, WatchArguments {
  readonly network?: string | undefined;
  readonly problems: boolean;
}

export const podsCommand = (end: (status: ExitStatus) => void): CommandBody<Options> => ({
  builder: (yargs): Argv<Options> =>
    yargs
      .options(scopeOptions)
      .option('network', { type: 'string', requiresArg: true, describe: 'Only this network: name, or namespace/name' })
      .option('problems', {
        type: 'boolean',
        default: false,
        describe: 'Show only problems; exit status 1 if one is an error',
      })
      .option('selector', selectorOption)
      .option('watch', watchOption)
      .options(listingOptions)
      .check(checkListing(podColumns))
      .check(checkWatch)
      .check(({ watch, problems }) => !(watch && problems) || '--watch and --problems exclude each other')
      .example('$0 pods -A', 'Every attachment of the cluster')
      .example('$0 pods -n shop -l app=db -o wide', 'The pods with a label, with their owners')
      .example('$0 pods -A -o jsonpath=\'{range [*]}{.name}{"\\n"}{end}\'', 'Names, with a template of kubectl')
      .example('$0 pods --network storage', 'The pods in network storage, with their addresses')
      .example('$0 pods -A --problems', 'Duplicate addresses, missing attachments and networks, invalid annotations')
      .epilogue(
        'Exit status: 0 success, 1 --problems found an error (warnings do not count), 2 failure. The command compares the addresses of the pods it shows.',
      ),
  handler: ({ network, problems, ...scope }) =>
    runSearch(end, async () => {
      if (scope.watch) {
        await watchPods(scope, network);
        return 0;
      }
      const topology = await readTopology(scope);
      const networks = namedIn(topology, network);
      if (!problems) {
        await printListing(scope, attachmentView(topology, networks, scope.headers));
        return 0;
      }
      const wanted = networks === undefined ? topology.problems : problemsIn(topology, networks);
      await printListing(scope, {
        data: wanted,
        text: ({ paint = unpainted, msSince }) => problemsText(wanted, { msSince, paint }),
        names: () => [...new Set(wanted.flatMap(({ pods }) => pods))],
      });
      return wanted.some(({ severity }) => severity === 'error') ? 1 : 0;
    }),
});

async function watchPods(options: ScopeArguments & WatchArguments, network: string | undefined): Promise<void> {
  const cluster = await clusterFor(options);
  const show = listingWatch(options);
  await watchOverview(cluster, scopeFor(options, cluster), (overview) => {
    const topology = topologyOf(overview);
    show(attachmentView(topology, namedIn(topology, network), false));
  });
}

const unpainted = (text: string): string => text;

const namedIn = (topology: Topology, network: string | undefined): ReadonlySet<string> | undefined =>
  network === undefined ? undefined : networksNamed(topology, network);

/** The problems of some networks, and of the pods that have or request them. */
function problemsIn({ pods, problems }: Topology, networks: ReadonlySet<string>): readonly TopologyProblem[] {
  const inThem = pods.filter(({ attachments }) => attachments.some(({ network }) => networks.has(network)));
  const indexes = new Set(inThem.flatMap((pod) => pod.problems));
  return problems.filter(({ network = '' }, index) => networks.has(network) || indexes.has(index));
}

function attachmentView(
  topology: Topology,
  networks: ReadonlySet<string> | undefined,
  isCounted: boolean,
): ObjectListing {
  const inThem = (pod: TopologyPod): boolean =>
    networks === undefined || pod.attachments.some(({ network }) => networks.has(network));
  const pods = topology.pods.filter(inThem);
  const count = networks === undefined && isCounted ? problemCount(topology.problems) : undefined;
  return {
    data: pods.map((pod) => withProblems(pod, topology)),
    text: (style) =>
      `${podsText(pods, networks, style)}${count === undefined ? '' : `\n\n${count}: see pods --problems`}`,
    names: () => pods.map(({ namespace, name }) => `${namespace}/${name}`),
  };
}

/** A pod with its problems in full. */
export const withProblems = (pod: TopologyPod, { problems }: Topology): object => ({
  ...pod,
  problems: pod.problems.map((index) => problems[index]),
});
