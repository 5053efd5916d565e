import type { DeferredCalls, Journal } from '../journal/index.ts';
import type { JournalNumbers } from '../observe/index.ts';
import { isAbandoned } from '../plan/index.ts';

/** Counts the journal's contents for the metrics. */
export async function journalNumbers(journal: Journal, deferred: Pick<DeferredCalls, 'list'>): Promise<JournalNumbers> {
  const numbers = { sandboxes: 0, detaching: 0, abandoned: 0, pendingStatus: 0 };
  const attachments = new Map<string, number>();
  await journal.list((record) => {
    numbers.sandboxes++;
    if (record.pendingStatus !== undefined) numbers.pendingStatus++;
    for (const entry of record.attachments) {
      if (entry.state === 'detaching') numbers.detaching++;
      if (isAbandoned(entry)) numbers.abandoned++;
      const { network } = entry.attachment;
      attachments.set(network, (attachments.get(network) ?? 0) + 1);
    }
    return undefined;
  });
  return { ...numbers, deferred: (await deferred.list()).length, attachments };
}
