import type { JsonObject } from '../cni/index.ts';
import type { PlexusError } from '../errors/index.ts';
import type { SandboxRecord } from '../plan/index.ts';

/** Names one record: a sandbox and the interface it was called with. */
export interface RecordKey {
  readonly containerId: string;
  readonly ifName: string;
}
export interface Listing {
  readonly records: readonly SandboxRecord[];
  /** Files that could not be read: damaged ones were set aside, those of a newer version stay. */
  readonly damaged: readonly PlexusError[];
}
/** The result of the plugins of a chain that have come to their end. */
export interface Progress {
  readonly interfaceName: string;
  readonly result: JsonObject;
}
/** Durable record of what is attached. A write has reached the disk when it resolves. fileUnusable, recordDamaged, recordNewer. */
export interface Journal {
  read(key: RecordKey): Promise<SandboxRecord | undefined>;
  write(record: SandboxRecord): Promise<void>;
  /**
   * Notes how far an intended attachment has come; `read` and `list` put it into its record. Outlives this process, not a failure
   * of the machine, which would take away what the note is for as well. A complete record, or its removal, ends it.
   */
  note(key: RecordKey & { readonly createdAt: string }, progress: Progress): Promise<void>;
  /** Also when there is none. */
  remove(key: RecordKey): Promise<void>;
  list(): Promise<Listing>;
}
