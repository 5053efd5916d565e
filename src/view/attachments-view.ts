import { type AttachmentRecord, type SandboxRecord, isAbandoned } from '../plan/index.ts';
import { ageText } from './age.ts';
import { type Column, type TableStyle, table } from './table.ts';

/** One attachment of the journal, for people and scripts. */
export interface AttachmentRow {
  readonly sandbox: string;
  readonly pod: string;
  readonly interface: string;
  readonly network: string;
  /**
   * intended: its ADD has not finished; detaching: a DEL failed; abandoned: pod deletion proceeded, the daemon retries
   * in the background; deferred: its DEL was deferred while the daemon was unavailable; unattached: no attachment
   * exists, although the running pod requests it.
   */
  readonly state: 'intended' | 'attached' | 'detaching' | 'abandoned' | 'deferred' | 'unattached';
  readonly createdAt: string;
  readonly attempts: number;
  readonly why: string;
}

type OutcomeWord =
  | 'ok'
  | 'skipped'
  | 'failed'
  | 'detached'
  | 'would be detached'
  | 'forgotten'
  | 'would be forgotten'
  | 'left';

/** The outcome of a command for one attachment. */
export interface OutcomeRow {
  readonly sandbox: string;
  readonly pod: string;
  readonly interface: string;
  readonly network: string;
  readonly outcome: OutcomeWord;
  readonly why: string;
}

/** The row of one attachment with its outcome. */
export const outcomeRow = (
  record: SandboxRecord,
  entry: AttachmentRecord,
  outcome: OutcomeRow['outcome'],
  why = '',
): OutcomeRow => withOutcome(rowOf(record, entry), outcome, why);

/** A row of a listing with its outcome. */
export const withOutcome = (
  { sandbox, pod, interface: name, network }: AttachmentRow,
  outcome: OutcomeRow['outcome'],
  why: string,
): OutcomeRow => ({
  sandbox,
  pod,
  interface: name,
  network,
  outcome,
  why,
});

/** Formats rows as a table; `heading` is the heading of the outcome column. */
export const outcomesText = (rows: readonly OutcomeRow[], heading: string): string =>
  rows.length === 0
    ? 'nothing is attached'
    : table(
        ['SANDBOX', 'POD', 'INTERFACE', 'NETWORK', heading, 'WHY'],
        rows.map(({ sandbox, pod, interface: name, network, outcome, why }) => [
          sandbox.slice(0, 13),
          pod,
          name,
          network,
          outcome,
          why,
        ]),
      );

/** Formats the outcome of forgetting, one line for each attachment. */
export const forgottenText = (rows: readonly OutcomeRow[]): string =>
  rows.length === 0
    ? 'nothing to forget: every sandbox has attachments that are still in use'
    : rows.map(forgottenLine).join('\n');

function forgottenLine({ sandbox, pod, interface: name, network, outcome, why }: OutcomeRow): string {
  const verb = outcome === 'forgotten' ? 'forgot' : outcome === 'left' ? 'kept' : 'would forget';
  return `${verb} ${name} (${network}) of ${pod || sandbox}${outcome === 'left' ? `: ${why}` : ''}`;
}

/** A pod that requests networks and was never attached. */
export interface UnattachedRow {
  readonly namespace: string;
  readonly name: string;
  readonly networks: string;
  readonly why: string;
}
/** Additional state of the node. */
export interface Besides {
  /** Sandboxes whose DEL is deferred. */
  readonly deferred?: readonly { readonly containerId: string; readonly ifName: string }[];
  readonly unattached?: readonly UnattachedRow[];
}

/** What a listing keeps of a record; omits configurations and results, which may be large. */
export interface ListedRecord {
  readonly containerId: string;
  readonly ifName: string;
  readonly rows: readonly AttachmentRow[];
}

export const listedRecord = (record: SandboxRecord): ListedRecord => ({
  containerId: record.containerId,
  ifName: record.ifName,
  rows: record.attachments.map((entry) => rowOf(record, entry)),
});

/** Builds the rows of a journal's attachments, sorted by pod and interface. */
export const attachmentRows = (
  records: readonly ListedRecord[],
  { deferred = [], unattached = [] }: Besides = {},
): readonly AttachmentRow[] =>
  records
    .flatMap((record) => {
      const isDeferred = deferred.some(
        ({ containerId, ifName }) => containerId === record.containerId && ifName === record.ifName,
      );
      return isDeferred ? record.rows.map(asDeferred) : record.rows;
    })
    .concat(unattached.map(unattachedRow))
    .toSorted((a, b) => compare(a.pod, b.pod) || compare(a.sandbox, b.sandbox) || compare(a.interface, b.interface));

const asDeferred = (row: AttachmentRow): AttachmentRow => ({
  ...row,
  state: 'deferred',
  why: row.why || 'its DEL is deferred: the daemon was unavailable',
});

const unattachedRow = ({ namespace, name, networks, why }: UnattachedRow): AttachmentRow => ({
  sandbox: '',
  pod: `${namespace}/${name}`,
  interface: '',
  network: networks,
  state: 'unattached',
  createdAt: '',
  attempts: 0,
  why,
});

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const rowOf = ({ containerId, pod, createdAt }: SandboxRecord, entry: AttachmentRecord): AttachmentRow => ({
  sandbox: containerId,
  pod: pod === undefined ? '' : `${pod.namespace}/${pod.name}`,
  interface: entry.attachment.interfaceName,
  network: entry.attachment.network,
  state: isAbandoned(entry) ? 'abandoned' : entry.state,
  createdAt,
  attempts: entry.state === 'detaching' ? entry.attempts : 0,
  why: entry.state === 'detaching' ? entry.lastError : '',
});

/** Formats rows as a table; `msSince` returns the milliseconds since a time in ISO 8601. */
export const attachmentsText = (
  rows: readonly AttachmentRow[],
  msSince: (time: string) => number,
  style: TableStyle = {},
): string =>
  rows.length === 0
    ? 'nothing is attached'
    : table(
        attachmentColumns,
        rows.map(({ sandbox, pod, interface: name, network, state, createdAt, attempts, why }) => [
          style.isWide === true ? sandbox : sandbox.slice(0, 13),
          pod,
          name,
          network,
          state,
          { text: ageText(msSince(createdAt)), order: msSince(createdAt) },
          attempts === 0 ? '' : String(attempts),
          why,
        ]),
        style,
      );

/** The columns of attachmentsText. */
export const attachmentColumns: readonly (string | Column)[] = [
  'SANDBOX',
  'POD',
  { heading: 'INTERFACE', drop: 4 },
  { heading: 'NETWORK', drop: 3 },
  'STATE',
  { heading: 'AGE', drop: 2 },
  { heading: 'TRIES', drop: 1 },
  'WHY',
];
