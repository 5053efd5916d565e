import { deviceInfoFiles } from '../devices/index.ts';
import { type CheckedRecord, type RepairDeps, checkSandbox, detachSandbox } from '../attach/index.ts';
import type { Env } from '../cni/index.ts';
import {
  asPlexusError,
  attachmentsDiffer,
  attachmentsLeft,
  is,
  pluginMissing,
  pluginsElsewhere,
  podMayBeAlive,
} from '../errors/index.ts';
import { findPlugin, guardedHost, localHost } from '../host/index.ts';
import { fileJournal, fileLocks } from '../journal/index.ts';
import { type SandboxRecord, isAbandoned, parseSettings } from '../plan/index.ts';
import { quiet } from '../report/index.ts';
import { type ListedRecord, type OutcomeRow, listedRecord, outcomeRow, withOutcome } from '../view/index.ts';

/** The folders of a command that works on a node's journal. */
export interface RepairPlaces {
  /** cniDir. */
  readonly folder: string;
  /** Folders with plugins. */
  readonly path: readonly string[];
  readonly env: Env;
  readonly deviceInfoDir: string;
}
/** What is kept of a record until it is processed: all records of a node may not fit into memory at once. */
export interface RepairableRecord extends ListedRecord {
  readonly isAbandoned: boolean;
  /** Types of its plugins. */
  readonly plugins: readonly string[];
}

export const repairableRecord = (record: SandboxRecord): RepairableRecord => ({
  ...listedRecord(record),
  isAbandoned: record.attachments.every(isAbandoned),
  plugins: record.attachments.flatMap(({ attachment }) => attachment.configuration.plugins.map(({ type }) => type)),
});

/** The output of a command, and the error it ends with. */
export interface RepairOutcome {
  readonly rows: readonly OutcomeRow[];
  readonly error?: Error;
}

const repairDeps = ({ folder, path, env, deviceInfoDir }: RepairPlaces, command: 'CHECK' | 'DEL'): RepairDeps => ({
  settings: parseSettings({ cniVersion: '1.0.0', name: 'plexus', type: 'plexus-cni', delegates: [{ type: 'none' }] })
    .settings, // For its deadlines.
  host: guardedHost(localHost(), { command }), // The daemon can write records, so they are not trusted.
  journal: fileJournal(`${folder}/journal`),
  locks: fileLocks(`${folder}/locks`),
  deviceInfo: deviceInfoFiles(deviceInfoDir),
  report: quiet,
  now: Date.now,
  path,
  env,
});

/** Checks all attachments of some records, one at a time. Continues after failures. Rejects with pluginsElsewhere. */
export async function checkByHand(
  records: readonly RepairableRecord[],
  places: RepairPlaces,
  signal: AbortSignal,
): Promise<RepairOutcome> {
  await assertPlugins(records, places.path);
  const deps = repairDeps(places, 'CHECK');
  const rows: OutcomeRow[] = [];
  for (const record of records) rows.push(...(await checkOne(record, deps, signal)));
  const failed = rows.filter(({ outcome }) => outcome === 'failed').length;
  return { rows, ...(failed > 0 && { error: attachmentsDiffer({ failed, checked: rows.length }) }) };
}

async function checkOne(
  record: RepairableRecord,
  deps: RepairDeps,
  signal: AbortSignal,
): Promise<readonly OutcomeRow[]> {
  try {
    return rowsOf(await checkSandbox(record, deps, signal));
  } catch (thrown) {
    const { message } = asPlexusError(thrown);
    return record.rows.map((row) => withOutcome(row, 'failed', message));
  }
}

const rowsOf = (checked: CheckedRecord | undefined): readonly OutcomeRow[] =>
  checked?.attachments.map(({ entry, outcome }) => {
    const why = outcome.kind === 'failed' ? outcome.error.message : outcome.kind === 'skipped' ? outcome.why : '';
    return outcomeRow(checked.record, entry, outcome.kind, why);
  }) ?? [];

export interface Detaching {
  /** Also detach while the namespace of a sandbox exists. */
  readonly force: boolean;
  /** Only report what would be detached. */
  readonly isDry: boolean;
}

/**
 * Undoes all attachments of a sandbox's records. Continues after failures of plugins, and after a sandbox whose
 * namespace exists unless it is the only one. Rejects with pluginsElsewhere, podMayBeAlive.
 */
export async function detachByHand(
  records: readonly RepairableRecord[],
  { force, isDry }: Detaching,
  places: RepairPlaces,
  signal: AbortSignal,
): Promise<RepairOutcome> {
  await assertPlugins(records, places.path);
  const rows: OutcomeRow[] = [];
  for (const record of records)
    rows.push(
      ...(isDry
        ? record.rows.map((row) => withOutcome(row, 'would be detached', ''))
        : await detachOne(record, { force, isOnly: records.length === 1 }, places, signal)),
    );
  const left = rows.filter(({ outcome }) => outcome === 'left');
  const names = left.map((row) => `${row.interface} (${row.network})`);
  return {
    rows,
    ...(left.length > 0 && { error: attachmentsLeft({ left: names, problems: left.map(({ why }) => why) }) }),
  };
}

async function detachOne(
  record: RepairableRecord,
  { force, isOnly }: { readonly force: boolean; readonly isOnly: boolean },
  places: RepairPlaces,
  signal: AbortSignal,
): Promise<readonly OutcomeRow[]> {
  try {
    const detached = await detachSandbox(record, force, repairDeps(places, 'DEL'), signal);
    return [
      ...(detached?.done.map((entry) => outcomeRow(detached.record, entry, 'detached')) ?? []),
      ...(detached?.remaining.map(({ entry, error }) => outcomeRow(detached.record, entry, 'left', error.message)) ??
        []),
    ];
  } catch (thrown) {
    if (isOnly || !is(thrown, podMayBeAlive)) throw thrown;
    return record.rows.map((row) => withOutcome(row, 'left', thrown.message));
  }
}

// Without any of the plugins, this is not the host: namespaces are not visible either, and every finding would be
// wrong.
async function assertPlugins(records: readonly RepairableRecord[], path: readonly string[]): Promise<void> {
  const plugins = [...new Set(records.flatMap((record) => record.plugins))];
  const found = await Promise.all(plugins.map((plugin) => isThere(plugin, path)));
  if (plugins.length > 0 && !found.includes(true)) throw pluginsElsewhere({ plugins, folders: path });
}

const isThere = (plugin: string, path: readonly string[]): Promise<boolean> =>
  findPlugin(plugin, path).then(
    () => true,
    (error: unknown) => !is(error, pluginMissing),
  );
