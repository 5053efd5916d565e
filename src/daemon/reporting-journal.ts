import type { Journal, RecordKey } from '../journal/index.ts';
import type { SandboxRecord } from '../plan/index.ts';
import type { Report } from '../report/index.ts';

/**
 * Wraps a journal so that it reports each unreadable file once, when listing: callers of `list` want the readable ones.
 */
export function reportingJournal(journal: Journal, report: Report): Journal {
  const reported = new Set<string>();
  return {
    ...journal,
    list: async (pick) => {
      const listing = await journal.list(pick);
      for (const error of listing.damaged.filter(({ message }) => !reported.has(message))) {
        reported.add(error.message);
        report({ kind: 'problem', error });
      }
      return listing;
    },
  };
}

/** Wraps a journal so that it reports how long each change took. */
export function timedJournal(journal: Journal, report: Report): Journal {
  const timed = async <T>(operation: 'write' | 'note' | 'remove', work: Promise<T>): Promise<T> => {
    const started = performance.now();
    const done = await work;
    report({ kind: 'journal-written', operation, ms: performance.now() - started });
    return done;
  };
  return {
    ...journal,
    write: (record) => timed('write', journal.write(record)),
    begin: (record) => timed('write', journal.begin(record)),
    complete: (record) => timed('write', journal.complete(record)),
    note: (record, noted) => timed('note', journal.note(record, noted)),
    remove: (key) => timed('remove', journal.remove(key)),
  };
}

/** Wraps a journal so that it passes on each record after its write, and each key after its removal. */
export const notifyingJournal = (
  journal: Journal,
  on: { readonly written: (record: SandboxRecord) => void; readonly removed: (key: RecordKey) => void },
): Journal => ({
  ...journal,
  write: async (record) => {
    await journal.write(record);
    on.written(record);
  },
  complete: async (record) => {
    await journal.complete(record);
    on.written(record);
  },
  remove: async (key) => {
    await journal.remove(key);
    on.removed(key);
  },
});
