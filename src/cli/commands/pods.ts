import type { Argv } from 'yargs';
import {
  type Topology,
  type TopologyPod,
  type TopologyProblem,
  podsText,
  problemCount,
  problemsText,
} from '../../view/index.ts';
import type { CommandBody } from '../command-table.ts';
import { type ScopeArguments, scopeOptions } from '../cluster-options.ts';
import {
  type ExitStatus,
  type Format,
  type Shown,
  runSearch,
  outputOption,
  msSince,
  paintFor,
  print,
} from '../output.ts';
import { networksNamed, readTopology } from '../read-topology.ts';

interface Options extends ScopeArguments {
  readonly network?: string | undefined;
  readonly problems: boolean;
  readonly output: Format;
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
      .option('output', outputOption)
      .example('$0 pods -A', 'Every attachment of the cluster')
      .example('$0 pods --network storage', 'The pods in network storage, with their addresses')
      .example('$0 pods -A --problems', 'Duplicate addresses, missing attachments and networks, invalid annotations')
      .epilogue(
        'Exit status: 0 success, 1 --problems found an error (warnings do not count), 2 failure. The command compares the addresses of the pods it shows.',
      ),
  handler: ({ output, network, problems, ...scope }) =>
    runSearch(end, async () => {
      const topology = await readTopology(scope);
      const networks = network === undefined ? undefined : networksNamed(topology, network);
      if (!problems) {
        await print(output, attachmentView(topology, networks));
        return 0;
      }
      const wanted = networks === undefined ? topology.problems : problemsIn(topology, networks);
      await print(output, {
        data: wanted,
        text: () => problemsText(wanted, { msSince, paint: paintFor(process.stdout, process.env) }),
      });
      return wanted.some(({ severity }) => severity === 'error') ? 1 : 0;
    }),
});

/** The problems of some networks, and of the pods that have or request them. */
function problemsIn({ pods, problems }: Topology, networks: ReadonlySet<string>): readonly TopologyProblem[] {
  const inThem = pods.filter(({ attachments }) => attachments.some(({ network }) => networks.has(network)));
  const indexes = new Set(inThem.flatMap((pod) => pod.problems));
  return problems.filter(({ network = '' }, index) => networks.has(network) || indexes.has(index));
}

function attachmentView(topology: Topology, networks: ReadonlySet<string> | undefined): Shown {
  const inThem = (pod: TopologyPod): boolean =>
    networks === undefined || pod.attachments.some(({ network }) => networks.has(network));
  const pods = topology.pods.filter(inThem);
  const count = networks === undefined ? problemCount(topology.problems) : undefined;
  return {
    data: pods.map((pod) => withProblems(pod, topology)),
    text: () =>
      `${podsText(pods, networks, paintFor(process.stdout, process.env))}${count === undefined ? '' : `\n\n${count}: see pods --problems`}`,
  };
}

/** A pod with its problems in full. */
export const withProblems = (pod: TopologyPod, { problems }: Topology): object => ({
  ...pod,
  problems: pod.problems.map((index) => problems[index]),
});
