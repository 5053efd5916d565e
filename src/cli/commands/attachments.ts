import type { Argv, CommandModule } from 'yargs';
import { sandboxUnknown, stillInUse } from '../../errors/index.ts';
import { fileJournal, fileLocks } from '../../journal/index.ts';
import { type SandboxRecord, isAbandoned } from '../../plan/index.ts';
import { attachmentRows, attachmentsText } from '../../view/index.ts';

interface Options {
  readonly action: string;
  readonly sandbox?: string | undefined;
  readonly 'cni-dir': string;
  readonly output: string;
  readonly force: boolean;
}

const lockSeconds = 30;

export const attachmentsCommand: CommandModule<object, Options> = {
  command: 'attachments [action] [sandbox]',
  describe: "Show what is attached on this node, or forget what cannot be undone: the daemon's journal",
  builder: (yargs): Argv<Options> =>
    yargs
      .positional('action', { choices: ['list', 'show', 'forget'], default: 'list', describe: 'list all, show one sandbox in full, or forget one' })
      .positional('sandbox', { type: 'string', describe: 'Container ID of a sandbox, or its beginning' })
      .option('cni-dir', {
        type: 'string',
        requiresArg: true,
        default: process.env['PLEXUS_CNI_DIR'] ?? '/var/lib/cni/plexus',
        describe: "The daemon's cniDir",
      })
      .option('output', { alias: 'o', choices: ['table', 'json'], default: 'table', describe: 'How to print it' })
      .option('force', { type: 'boolean', default: false, describe: 'forget: also attachments that are not abandoned' })
      .example('$0 attachments', 'Every attachment of this node')
      .example('$0 attachments forget 4f1c', 'Drops what the daemon has given up to undo'),
  handler: async ({ action, sandbox, 'cni-dir': folder, output, force }) => {
    const { records } = await fileJournal(`${folder}/journal`).list();
    if (action === 'list' && sandbox === undefined)
      return say(output === 'json' ? json(attachmentRows(records)) : attachmentsText(attachmentRows(records), msSince));
    const found = recordsOf(records, sandbox ?? '', folder);
    if (action === 'forget') return forget(found, folder, force);
    say(output === 'json' || action === 'show' ? json(found) : attachmentsText(attachmentRows(found), msSince));
  },
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const msSince = (time: string): number => Date.now() - Date.parse(time);
const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** The records of exactly one sandbox. sandboxUnknown. */
function recordsOf(records: readonly SandboxRecord[], beginning: string, folder: string): readonly SandboxRecord[] {
  const ids = [...new Set(records.map(({ containerId }) => containerId).filter((id) => beginning !== '' && id.startsWith(beginning)))];
  const [only] = ids.includes(beginning) ? [beginning] : ids;
  if (only === undefined || (ids.length > 1 && only !== beginning)) throw sandboxUnknown({ sandbox: beginning, matches: ids, folder });
  return records.filter(({ containerId }) => containerId === only);
}

async function forget(records: readonly SandboxRecord[], folder: string, force: boolean): Promise<void> {
  const journal = fileJournal(`${folder}/journal`);
  for (const { containerId, ifName } of records) {
    await fileLocks(`${folder}/locks`).withSandbox({ containerId, command: 'forget' }, AbortSignal.timeout(lockSeconds * 1000), async () => {
      const record = await journal.read({ containerId, ifName });
      if (record === undefined) return;
      const kept = force ? [] : record.attachments.filter((entry) => !isAbandoned(entry));
      const names = kept.map(({ attachment }) => `${attachment.interfaceName} (${attachment.network})`);
      if (kept.length > 0) throw stillInUse({ sandbox: containerId, names });
      await journal.remove({ containerId, ifName });
      for (const row of attachmentRows([record])) say(`forgot ${row.interface} (${row.network}) of ${row.pod || row.sandbox}`);
    });
  }
}
