import type { PlexusError } from '../errors/index.ts';
import type { SandboxRecord } from '../plan/index.ts';

/** Names one record: a sandbox and the interface it was called with. */
export interface RecordKey {
  readonly containerId: string;
  readonly ifName: string;
}
/** What `pick` returned of each record, and what could not be read. */
export interface Listing<T> {
  readonly found: readonly T[];
  /** Files that could not be read: damaged ones were set aside, those of a newer version stay. */
  readonly damaged: readonly PlexusError[];
}
/**
 * Durable record of what is attached. A write has reached the disk when it resolves. fileUnusable, recordDamaged,
 * recordNewer.
 */
export interface Journal {
  read(key: RecordKey): Promise<SandboxRecord | undefined>;
  write(record: SandboxRecord): Promise<void>;
  /**
   * Notes how far the attachments of a record have come that has been written as intended; `read` and `list` put it
   * into the record. Outlives this process, not a failure of the machine, which takes away the sandbox as well. A
   * complete record, or its removal, ends it.
   */
  note(record: SandboxRecord): Promise<void>;
  /**
   * Whether a record of that name was found damaged, by anybody, and is still kept: what it held may still be attached.
   */
  wasSetAside(key: RecordKey): Promise<boolean>;
  /** Ends a record that has been undone, which is remembered for a while. Also when there is none. */
  remove(key: RecordKey): Promise<void>;
  /** Remembers for a while that nothing of a sandbox is attached, although there is no record. Never rejects. */
  markUndone(key: RecordKey): Promise<void>;
  /**
   * Whether a sandbox without a record has been undone, as far as that is remembered: the last hundreds of a node are.
   */
  wasUndone(key: RecordKey): Promise<boolean>;
  /**
   * Reads all records, one after the other, and keeps what `pick` returns of each; undefined is left out. A record may
   * hold megabytes: the journal never holds two of them, and a caller that picks a few fields bounds the memory of its
   * listing. The event loop runs between two records. `read` returns a record that is needed as a whole.
   */
  list<T>(pick: (record: SandboxRecord) => T | undefined | Promise<T | undefined>): Promise<Listing<T>>;
}
