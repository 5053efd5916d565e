import type { PlexusError } from '../errors/index.ts';
import type { Replaced } from '../files/index.ts';
import type { SandboxRecord } from '../plan/index.ts';

/** Names one record: a sandbox and the interface it was called with. */
export interface RecordKey {
  readonly containerId: string;
  readonly ifName: string;
}
/** The values that `pick` returned, and the files that could not be read. */
export interface Listing<T> {
  readonly found: readonly T[];
  /** Files that could not be read: damaged ones were set aside, those of a newer version stay. */
  readonly damaged: readonly PlexusError[];
}
/**
 * The durable record of attachments. A write is on the disk when it resolves. Methods reject with fileUnusable,
 * recordDamaged or recordNewer.
 */
export interface Journal {
  /** The signal ends waiting for the turn to read a large record, where a journal has such turns. */
  read(key: RecordKey, signal?: AbortSignal): Promise<SandboxRecord | undefined>;
  write(record: SandboxRecord): Promise<void>;
  /**
   * Writes the record of a sandbox before its plugins run. When it resolves, other processes see the record, and it
   * survives the end of this one; when `onDisk` resolves, it survives a failure of the machine.
   */
  begin(record: SandboxRecord): Promise<Replaced>;
  /**
   * Replaces the record of `begin`, whose `onDisk` the caller awaits as well. After a failure of the machine, one of the
   * two is there.
   */
  complete(record: SandboxRecord): Promise<void>;
  /**
   * Notes the results of a record's attachments that `noted`, its state at the last note or write, did not have; `read`
   * and `list` merge all notes into the record. A note survives the end of this process, but not a failure of the
   * machine, which ends the sandbox, too. Writing the complete record, or removing it, deletes its notes.
   */
  note(record: SandboxRecord, noted: SandboxRecord): Promise<void>;
  /** Whether a damaged record of that name was set aside, so that its attachments may still exist. */
  wasSetAside(key: RecordKey): Promise<boolean>;
  /**
   * Removes the record of an undone sandbox and marks the sandbox as undone. Resolves also if there is no record. Does
   * not wait for the disk: a record that reappears after a failure of the machine is undone again.
   */
  remove(key: RecordKey): Promise<void>;
  /** Marks a sandbox without a record as undone. Never rejects. */
  markUndone(key: RecordKey): Promise<void>;
  /**
   * Whether a sandbox without a record is marked as undone. A node keeps the marks of the last few hundred sandboxes.
   */
  wasUndone(key: RecordKey): Promise<boolean>;
  /**
   * Reads all records one after the other and returns what `pick` returns for each, without undefined. A record may
   * have megabytes: `list` holds one at a time, and all running lists together hold one large record, so a caller that
   * picks a few fields needs little memory; `pick` must not list again. The event loop
   * runs between two records. Use `read` for a whole record.
   */
  list<T>(pick: (record: SandboxRecord) => T | undefined | Promise<T | undefined>): Promise<Listing<T>>;
}
