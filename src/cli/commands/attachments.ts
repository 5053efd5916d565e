import { existsSync } from 'node:fs';
import type { Argv } from 'yargs';
import { defaultDeviceInfoDir } from '../../npwg/index.ts';
import { type PlexusError, notOnNode, operationCancelled, summaryOf } from '../../errors/index.ts';
import { type RecordKey, deferredCalls, fileJournal, unattachedPods } from '../../journal/index.ts';
import type { SandboxRecord } from '../../plan/index.ts';
import {
  type Besides,
  attachmentColumns,
  attachmentRows,
  attachmentsText,
  forgottenText,
  outcomesText,
} from '../../view/index.ts';
import type { CommandBody } from '../command-table.ts';
import { forgetByHand } from '../forget.ts';
import { type ObjectListing, checkListing, listingFlags, listingOptions, printListing } from '../listing.ts';
import { type NodeChoice, nodeChoiceOptions, runOnNode, watchOnNode } from '../on-node.ts';
import { type ExitStatus, json, say, sayJsonList } from '../output.ts';
import {
  type RepairableRecord,
  type RepairOutcome,
  type RepairPlaces,
  checkByHand,
  detachByHand,
  repairableRecord,
} from '../repair.ts';
import { type RecordSelection, chosenRecords, hasSelection } from '../select-records.ts';
import {
  type NodeListing,
  type NodeWatchArguments,
  checkWatch,
  nodeWatchOptions,
  printProblems,
  watchNode,
} from '../watch.ts';
import { flag, podNamed } from '../words.ts';

interface Options extends NodeChoice, RecordSelection, NodeWatchArguments {
  readonly action: string;
  readonly 'dry-run': boolean;
  readonly 'cni-dir': string;
  readonly 'cni-path': string;
  readonly 'device-info-dir': string;
  readonly force: boolean;
}

export const attachmentsCommand = (end: (status: ExitStatus) => void): CommandBody<Options> => ({
  builder: (yargs): Argv<Options> => exampled(withOptions(yargs)),
  handler: ({ pod, ...options }) => run(pod === undefined ? options : { ...options, ...onePod(pod) }, end),
});

function onePod(word: string): { readonly pod: string; readonly namespace?: string } {
  const { name: pod, ...named } = podNamed(word);
  return { pod, ...named };
}

const text = { type: 'string', requiresArg: true } as const;
const switchedOff = { type: 'boolean', default: false } as const;

const withOptions = (yargs: Argv<object>): Argv<Options> =>
  yargs
    .positional('action', {
      choices: ['list', 'show', 'check', 'detach', 'forget'],
      default: 'list',
      describe:
        'list: all; show: sandboxes in full; check: some or all; detach: some, now; forget: some, without detaching',
    })
    .positional('sandboxes', {
      type: 'string',
      array: true,
      describe: 'Container IDs of sandboxes, or their beginnings',
    })
    .option('pod', { ...text, describe: 'The sandboxes of this pod: NAME, NAMESPACE/NAME or pod/NAME' })
    .option('namespace', { ...text, alias: 'n', default: 'default', describe: 'Namespace of the pod' })
    .option('network', { ...text, describe: 'The sandboxes with an attachment to this network: namespace/name' })
    .option('all', { ...switchedOff, describe: 'Every sandbox of the node' })
    .option('abandoned', { ...switchedOff, describe: 'Every sandbox that has only abandoned attachments' })
    .option('dry-run', { ...switchedOff, describe: 'detach, forget: only show what would be done' })
    .option('force', {
      ...switchedOff,
      describe: 'forget: also what is not abandoned; detach: also while the namespace exists',
    })
    .option('cni-dir', {
      ...text,
      default: process.env['PLEXUS_CNI_DIR'] ?? '/var/lib/cni/plexus',
      describe: "The daemon's cniDir",
    })
    .option('cni-path', {
      ...text,
      default: process.env['PLEXUS_CNI_BIN_DIR'] ?? '/opt/cni/bin',
      describe: 'check, detach: folders with CNI plugins, with ":" between them',
    })
    .option('device-info-dir', {
      ...text,
      default: process.env['PLEXUS_DEVICE_INFO_DIR'] ?? defaultDeviceInfoDir,
      describe: "detach, forget: the daemon's deviceInfoDir",
    })
    .options(nodeWatchOptions)
    .options(listingOptions)
    .options(nodeChoiceOptions);

const exampled = (yargs: Argv<Options>): Argv<Options> =>
  yargs
    .check((options) => missingSandboxes(options) ?? true)
    .check(
      ({ action, output }) => action === 'list' || ['table', 'json'].includes(output) || `${action}: -o table or json`,
    )
    .check(checkListing(attachmentColumns))
    .check(checkWatch)
    .check(({ action, watch }) => action === 'list' || !watch || '--watch is only for list')
    .example('$0 attachments', 'Every attachment of this node')
    .example('$0 attachments --node worker-3', 'Every attachment of that node')
    .example('$0 attachments --node worker-3 -w', 'The same, and then those that change')
    .example('$0 attachments check', 'Compare all of them with the journal; run this on the host')
    .example('$0 attachments check 4f1c -o json', 'The same for one sandbox, for a script')
    .example('$0 attachments detach 4f1c', 'Undo what is left of a deleted sandbox now; run this on the host')
    .example('$0 attachments forget 4f1c 77ab', 'Forget two sandboxes that the daemon could not undo')
    .example('$0 attachments forget --abandoned --node worker-3', 'The same for every abandoned sandbox of that node')
    .example('$0 attachments forget --network shop/storage --dry-run', 'What would be forgotten')
    .epilogue('The journal has no labels of pods: --pod and --network select. plexus pods -l selects by label.');

async function run(options: Options, end: (status: ExitStatus) => void): Promise<void> {
  const { 'cni-dir': folder, node, pod } = options;
  if (node !== undefined || (pod !== undefined && !existsSync(folder))) return end(await elsewhere(options));
  if (!existsSync(folder)) throw notOnNode({ what: `it has no folder ${folder}` });
  return runHere(options);
}

function elsewhere(options: Options): Promise<ExitStatus> {
  const { action, sandboxes = [], pod, namespace, network, ...flags } = options;
  const words = [
    'attachments',
    action,
    ...sandboxes,
    ...(pod === undefined ? [] : [...flag('pod', pod), ...flag('namespace', namespace)]),
    ...flag('network', network),
    ...(['all', 'abandoned', 'dry-run', 'force'] as const).flatMap((name) => flag(name, flags[name])),
    ...listingFlags(flags),
  ];
  const runThere = options.watch ? watchOnNode : runOnNode;
  return runThere(options, words, pod === undefined ? undefined : { namespace, name: pod });
}

async function runHere(options: Options): Promise<void> {
  const { action } = options;
  if (options.watch) return watchNode(options, () => nodeListing(options));
  const { records, damaged, isWhole } = await selectedRecords(options);
  printProblems(damaged.map((error) => summaryOf(error)));
  await actions[action]?.(records, options, isWhole);
  // The content of a damaged record could not be checked.
  if (action === 'check' && isWhole && damaged[0] !== undefined) throw damaged[0];
}

interface SelectedRecords {
  readonly records: readonly RepairableRecord[];
  readonly damaged: readonly PlexusError[];
  /** Whether these are all records of the node. */
  readonly isWhole: boolean;
}

async function selectedRecords(options: Options): Promise<SelectedRecords> {
  const { action, 'cni-dir': folder } = options;
  const { found, damaged } = await fileJournal(`${folder}/journal`).list(repairableRecord);
  const isWhole = !hasSelection(options) && (action === 'list' || action === 'check');
  return { records: isWhole ? found : chosenRecords(found, { ...options, folder }), damaged, isWhole };
}

async function nodeListing(options: Options): Promise<NodeListing> {
  const { records, damaged, isWhole } = await selectedRecords(options);
  return {
    listing: await listingOf(records, options['cni-dir'], isWhole),
    problems: damaged.map((error) => summaryOf(error)),
  };
}

async function listingOf(
  records: readonly RepairableRecord[],
  folder: string,
  isWhole: boolean,
): Promise<ObjectListing> {
  const rows = attachmentRows(records, isWhole ? await besidesIn(folder) : {});
  return {
    data: rows,
    text: ({ msSince, ...style }) => attachmentsText(rows, msSince, style),
    names: () => [...new Set(rows.map(({ sandbox }) => sandbox))].filter((each) => each !== ''),
  };
}

type Action = (records: readonly RepairableRecord[], options: Options, isWhole: boolean) => Promise<void>;

const actions: Readonly<Record<string, Action>> = {
  list: async (records, { 'cni-dir': folder, ...listing }, isWhole) =>
    printListing(listing, await listingOf(records, folder, isWhole)),
  show: async (records, { 'cni-dir': folder }) => sayJsonList(inFull(records, folder)),
  check: async (records, options) =>
    printOutcome(await checkByHand(records, placesOf(options), interruptSignal('check')), 'CHECK', options),
  detach: async (records, options) => {
    const how = { force: options.force, isDry: options['dry-run'] };
    printOutcome(await detachByHand(records, how, placesOf(options), interruptSignal('detach')), 'OUTCOME', options);
  },
  forget: async (records, { 'cni-dir': folder, 'device-info-dir': deviceInfoDir, force, output, ...options }) => {
    const { rows, error } = await forgetByHand(records, { folder, deviceInfoDir, force, isDry: options['dry-run'] });
    say(output === 'json' ? json(rows) : forgottenText(rows));
    if (error !== undefined) throw error;
  },
};

const placesOf = (options: Options): RepairPlaces => ({
  folder: options['cni-dir'],
  path: options['cni-path'].split(':'),
  env: environment(),
  deviceInfoDir: options['device-info-dir'],
});

const besidesIn = async (folder: string): Promise<Besides> => ({
  deferred: await deferredCalls(`${folder}/deferred`).list(),
  unattached: await unattachedPods(folder).read(),
});

async function* inFull(keys: readonly RecordKey[], folder: string): AsyncGenerator<SandboxRecord> {
  const journal = fileJournal(`${folder}/journal`);
  for (const key of keys) {
    const record = await journal.read(key);
    if (record !== undefined) yield record;
  }
}

const environment = (): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined));

/** Returns a signal for SIGINT and SIGTERM, which kill a running plugin and release the lock. */
function interruptSignal(action: string): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.once(name, () => stop.abort(operationCancelled({ command: action, reason: `received ${name}` })));
  return stop.signal;
}

function printOutcome({ rows, error }: RepairOutcome, heading: string, { output }: Options): void {
  say(output === 'json' ? json(rows) : outcomesText(rows, heading));
  if (error !== undefined) throw error;
}

/** The message for an action that requires sandboxes but got none. */
function missingSandboxes(options: Options): string | undefined {
  const { action } = options;
  if (hasSelection(options) || action === 'list' || action === 'check') return undefined;
  return `Specify the sandboxes to ${action}: container IDs, or their beginnings, as plexus attachments list shows them; or --pod, --network, --abandoned or --all.`;
}
