import { existsSync } from 'node:fs';
import type { Argv } from 'yargs';
import { kubeletDevices } from '../../devices/index.ts';
import { asPlexusError, notOnNode, summaryOf } from '../../errors/index.ts';
import { fileJournal } from '../../journal/index.ts';
import { deviceColumns, deviceRows, deviceUses, devicesText } from '../../view/index.ts';
import type { CommandBody } from '../command-table.ts';
import { checkListing, listingFlags, listingOptions, printListing } from '../listing.ts';
import { type NodeChoice, nodeChoiceOptions, runOnNode, watchOnNode } from '../on-node.ts';
import { type ExitStatus, runSearch } from '../output.ts';
import {
  type NodeListing,
  type NodeWatchArguments,
  checkWatch,
  nodeWatchOptions,
  printProblems,
  watchNode,
} from '../watch.ts';

interface Options extends NodeChoice, NodeWatchArguments {
  readonly 'kubelet-dir': string;
  readonly 'cni-dir': string;
}

export const devicesCommand = (end: (status: ExitStatus) => void): CommandBody<Options> => ({
  builder: (yargs): Argv<Options> =>
    yargs
      .option('kubelet-dir', {
        type: 'string',
        requiresArg: true,
        default: process.env['PLEXUS_KUBELET_DIR'] ?? '/var/lib/kubelet',
        describe: "Kubelet's folder (its --root-dir)",
      })
      .option('cni-dir', {
        type: 'string',
        requiresArg: true,
        default: process.env['PLEXUS_CNI_DIR'] ?? '/var/lib/cni/plexus',
        describe: "The daemon's cniDir",
      })
      .options(nodeWatchOptions)
      .options(listingOptions)
      .check(checkListing(deviceColumns))
      .check(checkWatch)
      .options(nodeChoiceOptions)
      .example('$0 devices --node worker-3', 'Every device of that node that is allocated to a pod')
      .example('$0 devices', 'Every device of this node that is allocated to a pod')
      .example('$0 devices -o json', 'The same, for a script')
      .example('$0 devices --node worker-3 -w', 'The same, and then the devices that change')
      .epilogue(
        'There is no selector, because kubelet reports no labels. Exit status: 0 success, 1 kubelet is unavailable (only the journal is shown), 2 failure.',
      ),
  handler: (options) =>
    runSearch(end, async () => {
      if (options.node !== undefined)
        return (options.watch ? watchOnNode : runOnNode)(options, ['devices', ...listingFlags(options)]);
      if (!existsSync(options['cni-dir'])) throw notOnNode({ what: `it has no folder ${options['cni-dir']}` });
      if (options.watch) {
        await watchNode(options, (signal) => readDevices(options, signal));
        return 0;
      }
      const { listing, problems, isKubeletKnown } = await readDevices(options);
      printProblems(problems);
      await printListing(options, listing);
      return isKubeletKnown ? 0 : 1;
    }),
});

const kubeletMs = 20_000;

async function readDevices(
  { 'kubelet-dir': kubeletDir, 'cni-dir': cniDir }: Options,
  signal?: AbortSignal,
): Promise<NodeListing & { readonly isKubeletKnown: boolean }> {
  const limit = AbortSignal.timeout(kubeletMs);
  const { found, damaged } = await fileJournal(`${cniDir}/journal`).list(deviceUses);
  const problems: string[] = [];
  const allocations = await kubeletDevices({ kubeletDir })
    .all(signal === undefined ? limit : AbortSignal.any([signal, limit]))
    .catch((thrown: unknown) => void problems.push(summaryOf(asPlexusError(thrown))));
  const rows = deviceRows(allocations ?? undefined, found.flat());
  const isKubeletKnown = allocations !== undefined;
  return {
    listing: {
      data: rows,
      text: (style) => devicesText(rows, { ...style, isKubeletKnown }),
      names: () => rows.map(({ device }) => device),
    },
    problems: [...problems, ...damaged.map((error) => summaryOf(error))],
    isKubeletKnown,
  };
}
