import { existsSync } from 'node:fs';
import type { Argv } from 'yargs';
import { kubeletDevices } from '../../devices/index.ts';
import { asPlexusError, notOnNode, summaryOf } from '../../errors/index.ts';
import { fileJournal } from '../../journal/index.ts';
import { deviceColumns, deviceRows, deviceUses, devicesText } from '../../view/index.ts';
import type { CommandBody } from '../command-table.ts';
import { type ListingArguments, checkListing, listingFlags, listingOptions, printListing } from '../listing.ts';
import { type NodeChoice, nodeChoiceOptions, runOnNode } from '../on-node.ts';
import { type ExitStatus, runSearch } from '../output.ts';

interface Options extends NodeChoice, ListingArguments {
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
      .options(listingOptions)
      .check(checkListing(deviceColumns))
      .options(nodeChoiceOptions)
      .example('$0 devices --node worker-3', 'Every device of that node that is allocated to a pod')
      .example('$0 devices', 'Every device of this node that is allocated to a pod')
      .example('$0 devices -o json', 'The same, for a script')
      .epilogue('Exit status: 0 success, 1 kubelet is unavailable (only the journal is shown), 2 failure.'),
  handler: ({ 'kubelet-dir': kubeletDir, 'cni-dir': cniDir, ...choice }) =>
    runSearch(end, async () => {
      if (choice.node !== undefined) return runOnNode(choice, ['devices', ...listingFlags(choice)]);
      if (!existsSync(cniDir)) throw notOnNode({ what: `it has no folder ${cniDir}` });
      const { found, damaged } = await fileJournal(`${cniDir}/journal`).list(deviceUses);
      const allocations = await kubeletDevices({ kubeletDir })
        .all(AbortSignal.timeout(20_000))
        .catch((thrown: unknown) => void process.stderr.write(`plexus: ${summaryOf(asPlexusError(thrown))}\n`));
      for (const error of damaged) process.stderr.write(`plexus: ${summaryOf(error)}\n`);
      const rows = deviceRows(allocations ?? undefined, found.flat());
      await printListing(choice, {
        data: rows,
        text: (style) => devicesText(rows, { ...style, isKubeletKnown: allocations !== undefined }),
        names: () => rows.map(({ device }) => device),
      });
      return allocations === undefined ? 1 : 0;
    }),
});
