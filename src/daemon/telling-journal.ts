import type { Journal, RecordKey } from '../journal/index.ts';
import type { Report } from '../report/index.ts';

/** A journal whose listings tell of each file that cannot be read, once: whoever lists wants the others. */
export function tellingJournal(journal: Journal, report: Report): Journal {
  const told = new Set<string>();
  return {
    ...journal,
    list: async (pick) => {
      const listing = await journal.list(pick);
      for (const error of listing.damaged.filter(({ message }) => !told.has(message))) {
        told.add(error.message);
        report({ kind: 'problem', error });
      }
      return listing;
    },
  };
}

/** A journal that tells how long each change of it took. */
export function timedJournal(journal: Journal, report: Report): Journal {
  const timed = async (operation: 'write' | 'note' | 'remove', work: Promise<void>): Promise<void> => {
    const started = performance.now();
    await work;
    report({ kind: 'journal-written', operation, ms: performance.now() - started });
  };
  return {
    ...journal,
    write: (record) => timed('write', journal.write(record)),
    note: (record) => timed('note', journal.note(record)),
    remove: (key) => timed('remove', journal.remove(key)),
  };
}

/** A journal that calls `onPending` after each write of a record whose status is still to be published. */
export const notifyingJournal = (journal: Journal, onPending: (key: RecordKey) => void): Journal => ({
  ...journal,
  write: async (record) => {
    await journal.write(record);
    if (record.pendingStatus !== undefined) onPending(record);
  },
});
