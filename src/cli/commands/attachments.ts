import type { Argv, CommandModule } from 'yargs';
import { deviceInfoFiles } from '../../devices/index.ts';
import { operationCancelled, sandboxUnknown, stillInUse, summaryOf } from '../../errors/index.ts';
import { type RecordKey, deferredCalls, fileJournal, fileLocks, unattachedPods } from '../../journal/index.ts';
import { defaultDeviceInfoDir } from '../../npwg/index.ts';
import { type SandboxRecord, isAbandoned } from '../../plan/index.ts';
import {
  type AttachmentRow,
  type Besides,
  attachmentRows,
  attachmentsText,
  listedRecord,
  outcomesText,
} from '../../view/index.ts';
import { json, say, sayJsonList } from '../output.ts';
import {
  type RepairableRecord,
  type RepairOutcome,
  type RepairPlaces,
  checkByHand,
  detachByHand,
  repairableRecord,
} from '../repair.ts';

interface Options {
  readonly action: string;
  readonly sandboxes?: readonly string[] | undefined;
  readonly abandoned: boolean;
  readonly 'cni-dir': string;
  readonly 'cni-path': string;
  readonly 'device-info-dir': string;
  readonly output: string;
  readonly force: boolean;
}

const lockSeconds = 30;
const actions = ['list', 'show', 'check', 'detach', 'forget'];

export const attachmentsCommand: CommandModule<object, Options> = {
  command: 'attachments [action] [sandboxes..]',
  describe: "Show, check, detach or forget the attachments of this node, as the daemon's journal records them",
  builder: (yargs): Argv<Options> =>
    yargs
      .positional('action', {
        choices: actions,
        default: 'list',
        describe:
          'list: all; show: sandboxes in full; check: some or all; detach: some, now; forget: some, without detaching',
      })
      .positional('sandboxes', {
        type: 'string',
        array: true,
        describe: 'Container IDs of sandboxes, or their beginnings',
      })
      .option('cni-dir', {
        type: 'string',
        requiresArg: true,
        default: process.env['PLEXUS_CNI_DIR'] ?? '/var/lib/cni/plexus',
        describe: "The daemon's cniDir",
      })
      .option('cni-path', {
        type: 'string',
        requiresArg: true,
        default: process.env['PLEXUS_CNI_BIN_DIR'] ?? '/opt/cni/bin',
        describe: 'check, detach: folders with CNI plugins, with ":" between them',
      })
      .option('device-info-dir', {
        type: 'string',
        requiresArg: true,
        default: process.env['PLEXUS_DEVICE_INFO_DIR'] ?? defaultDeviceInfoDir,
        describe: "detach, forget: the daemon's deviceInfoDir",
      })
      .option('output', {
        alias: 'o',
        requiresArg: true,
        choices: ['table', 'json'],
        default: 'table',
        describe: 'Output format',
      })
      .option('force', {
        type: 'boolean',
        default: false,
        describe: 'forget: also what is not abandoned; detach: also while the namespace exists',
      })
      .option('abandoned', {
        type: 'boolean',
        default: false,
        describe: 'forget: every sandbox that has only abandoned attachments',
      })
      .check((options) => missingSandboxes(options) ?? true)
      .example('$0 attachments', 'Every attachment of this node')
      .example('$0 attachments check', 'Compare all of them with the journal; run this on the host')
      .example('$0 attachments check 4f1c -o json', 'The same for one sandbox, for a script')
      .example('$0 attachments detach 4f1c', 'Undo what is left of a deleted sandbox now; run this on the host')
      .example('$0 attachments forget 4f1c 77ab', 'Forget two sandboxes that the daemon could not undo')
      .example('$0 attachments forget --abandoned', 'The same for every abandoned sandbox'),
  handler: run,
};

async function run(options: Options): Promise<void> {
  const { action, 'cni-dir': folder, 'cni-path': path, 'device-info-dir': deviceInfoDir, output, force } = options;
  const isJson = output === 'json';
  const { found: records, damaged } = await fileJournal(`${folder}/journal`).list(repairableRecord);
  for (const error of damaged) process.stderr.write(`plexus: ${summaryOf(error)}\n`);
  const { found, all } = chosenOf(records, options);
  const places: RepairPlaces = { folder, path: path.split(':'), env: environment(), deviceInfoDir };
  switch (action) {
    case 'check':
      printOutcome(await checkByHand(found, places, interruptSignal(action)), 'CHECK', isJson);
      if (all && damaged[0] !== undefined) throw damaged[0]; // The content of the damaged record could not be checked.
      return;
    case 'detach':
      return printOutcome(await detachByHand(found, force, places, interruptSignal(action)), 'OUTCOME', isJson);
    case 'forget':
      return forget(found, { folder, deviceInfoDir, force, isJson });
    case 'show':
      return sayJsonList(inFull(found, folder));
    default: {
      const rows = attachmentRows(found, all ? await besidesIn(folder) : {});
      say(isJson ? json(rows) : attachmentsText(rows, msSince));
    }
  }
}

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

const msSince = (time: string): number => Date.now() - Date.parse(time);

const environment = (): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined));

/** Returns a signal for SIGINT and SIGTERM, which kill a running plugin and release the lock. */
function interruptSignal(action: string): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.once(name, () => stop.abort(operationCancelled({ command: action, reason: `received ${name}` })));
  return stop.signal;
}

function printOutcome({ rows, error }: RepairOutcome, heading: string, isJson: boolean): void {
  say(isJson ? json(rows) : outcomesText(rows, heading));
  if (error !== undefined) throw error;
}

/** The records that an action applies to; `all`: no sandbox was given. Throws sandboxUnknown. */
function chosenOf(
  records: readonly RepairableRecord[],
  { action, sandboxes = [], abandoned, 'cni-dir': folder }: Options,
): { readonly found: readonly RepairableRecord[]; readonly all: boolean } {
  if (sandboxes.length === 0 && (action === 'list' || action === 'check')) return { found: records, all: true };
  const every = action === 'forget' && abandoned ? records.filter((record) => record.isAbandoned) : undefined;
  return {
    found: [...new Set([...(every ?? []), ...sandboxes.flatMap((beginning) => recordsOf(records, beginning, folder))])],
    all: false,
  };
}

/** The message for an action that requires sandboxes but got none. */
function missingSandboxes({ action, sandboxes = [], abandoned }: Options): string | undefined {
  if (sandboxes.length > 0 || action === 'list' || action === 'check' || (action === 'forget' && abandoned))
    return undefined;
  const besides = action === 'forget' ? ', or --abandoned for all abandoned ones' : '';
  return `Specify the sandboxes to ${action}: container IDs, or their beginnings, as plexus attachments list shows them${besides}.`;
}

/** The records of exactly one sandbox. Throws sandboxUnknown. */
function recordsOf(
  records: readonly RepairableRecord[],
  beginning: string,
  folder: string,
): readonly RepairableRecord[] {
  const ids = [
    ...new Set(
      records.map(({ containerId }) => containerId).filter((id) => beginning !== '' && id.startsWith(beginning)),
    ),
  ];
  const [only] = ids.includes(beginning) ? [beginning] : ids;
  if (only === undefined || (ids.length > 1 && only !== beginning))
    throw sandboxUnknown({ sandbox: beginning, matches: ids, folder });
  return records.filter(({ containerId }) => containerId === only);
}

interface Forgetting {
  readonly folder: string;
  readonly deviceInfoDir: string;
  readonly force: boolean;
  readonly isJson: boolean;
}

async function forget(
  records: readonly RecordKey[],
  { folder, deviceInfoDir, force, isJson }: Forgetting,
): Promise<void> {
  const journal = fileJournal(`${folder}/journal`);
  const forgotten: AttachmentRow[] = [];
  for (const { containerId, ifName } of records) {
    await fileLocks(`${folder}/locks`).withSandbox(
      { containerId, command: 'forget' },
      AbortSignal.timeout(lockSeconds * 1000),
      async () => {
        const record = await journal.read({ containerId, ifName });
        if (record === undefined) return;
        const kept = force ? [] : record.attachments.filter((entry) => !isAbandoned(entry));
        const names = kept.map(({ attachment }) => `${attachment.interfaceName} (${attachment.network})`);
        if (kept.length > 0) throw stillInUse({ sandbox: containerId, names });
        await journal.remove({ containerId, ifName });
        for (const { attachment } of record.attachments) {
          const { network, interfaceName, deviceInfo } = attachment;
          if (deviceInfo !== undefined)
            await deviceInfoFiles(deviceInfoDir).remove({ network, containerId, interfaceName });
        }
        const rows = attachmentRows([listedRecord(record)]);
        forgotten.push(...rows);
        if (!isJson)
          for (const row of rows) say(`forgot ${row.interface} (${row.network}) of ${row.pod || row.sandbox}`);
      },
    );
  }
  if (isJson) say(json(forgotten));
  else if (records.length === 0) say('nothing to forget: every sandbox has attachments that are still in use');
}
