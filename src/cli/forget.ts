import { deviceInfoFiles } from '../devices/index.ts';
import { stillInUse } from '../errors/index.ts';
import { fileJournal, fileLocks } from '../journal/index.ts';
import { isAbandoned } from '../plan/index.ts';
import { type AttachmentRow, type OutcomeRow, listedRecord } from '../view/index.ts';
import type { RepairableRecord, RepairOutcome } from './repair.ts';

export interface Forgetting {
  /** cniDir. */
  readonly folder: string;
  readonly deviceInfoDir: string;
  /** Also forget attachments that are not abandoned. */
  readonly force: boolean;
  /** Only report what would be forgotten. */
  readonly isDry: boolean;
}

const lockSeconds = 30;

/**
 * Removes records from the journal without detaching. Continues after a record that is still in use, which it keeps.
 * Rejects with sandboxBusy if another operation holds a sandbox.
 */
export async function forgetByHand(records: readonly RepairableRecord[], how: Forgetting): Promise<RepairOutcome> {
  const rows: OutcomeRow[] = [];
  let error: Error | undefined;
  for (const record of records) {
    const { kept, forgotten } = await forgetOne(record, how);
    rows.push(...forgotten, ...kept);
    const names = kept.map((row) => `${row.interface} (${row.network})`);
    if (names.length > 0) error ??= stillInUse({ sandbox: record.containerId, names });
  }
  return { rows, ...(error !== undefined && { error }) };
}

interface Forgotten {
  readonly kept: readonly OutcomeRow[];
  readonly forgotten: readonly OutcomeRow[];
}

function forgetOne(key: RepairableRecord, how: Forgetting): Promise<Forgotten> {
  const { folder, deviceInfoDir, force, isDry } = how;
  const { containerId, ifName } = key;
  const journal = fileJournal(`${folder}/journal`);
  const lock = { containerId, command: 'forget' };
  return fileLocks(`${folder}/locks`).withSandbox(lock, AbortSignal.timeout(lockSeconds * 1000), async () => {
    const record = await journal.read({ containerId, ifName });
    if (record === undefined) return { kept: [], forgotten: [] };
    const { rows } = listedRecord(record);
    const isInUse = record.attachments.map((entry) => !force && !isAbandoned(entry));
    if (isInUse.includes(true))
      return {
        kept: rows.filter((_, index) => isInUse[index]).map((row) => outcome(row, 'left', 'it is not abandoned')),
        forgotten: [],
      };
    if (isDry) return { kept: [], forgotten: rows.map((row) => outcome(row, 'would be forgotten')) };
    await journal.remove({ containerId, ifName });
    for (const { attachment } of record.attachments) {
      const { network, interfaceName, deviceInfo } = attachment;
      if (deviceInfo !== undefined)
        await deviceInfoFiles(deviceInfoDir).remove({ network, containerId, interfaceName });
    }
    return { kept: [], forgotten: rows.map((row) => outcome(row, 'forgotten')) };
  });
}

const outcome = (row: AttachmentRow, word: OutcomeRow['outcome'], why = row.why): AttachmentRow & OutcomeRow => ({
  ...row,
  outcome: word,
  why,
});
