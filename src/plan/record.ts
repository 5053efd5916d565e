import {
  type AddInvocation,
  type CniVersion,
  type JsonObject,
  type JsonValue,
  formatJson,
  isCniVersion,
  isJsonObject,
  parseJson,
} from '../cni/index.ts';
import { problemOf, recordDamaged, recordNewer } from '../errors/index.ts';
import type { PodMetadata } from '../npwg/index.ts';
import type { Attachment } from './attachment.ts';
import type { Plan } from './plan.ts';

/**
 * How an ADD ended at a plugin that refused it: the plugin was not killed, and its answer was an error object of CNI.
 */
export interface FailedAdd {
  /** Its place in the chain, from 0: the plugins before it succeeded, those after it never ran. */
  readonly plugin: number;
  /** What it answered. */
  readonly answer: string;
}

/**
 * What became of one attachment. `result` is in the version its last plugin wrote and shows the final default routes
 * (NPWG-58).
 */
export type AttachmentRecord =
  /** `result`: that of the plugins of its chain that have come to their end, for undoing the others. */
  | {
      readonly state: 'intended';
      readonly attachment: Attachment;
      readonly result?: JsonObject;
      readonly failedAdd?: FailedAdd;
      /** Attached again if this one cannot be: what it replaces, or itself while it is being restored. */
      readonly fallback?: Attachment;
    }
  | {
      readonly state: 'attached';
      readonly attachment: Attachment;
      readonly result: JsonObject;
      readonly deviceInfo?: JsonObject;
      /** Places in the chain of the plugins whose CHECK has succeeded: from then on, its failure counts. */
      readonly soundChecks?: readonly number[];
    }
  | {
      readonly state: 'detaching';
      readonly attachment: Attachment;
      readonly result?: JsonObject;
      readonly attempts: number;
      readonly lastError: string;
      /** ISO 8601, of the first failure. */
      readonly failingSince?: string;
      /** ISO 8601: from then on the runtime is told that it is detached, and Plexus goes on trying by itself. */
      readonly abandonedAt?: string;
      readonly failedAdd?: FailedAdd;
      /** Attached again as soon as this one is detached. */
      readonly fallback?: Attachment;
    };

/** A status that is not yet in the API (written later). */
export interface PendingStatus {
  readonly text: string;
}
/** What became of a plan: one journal file. Everything DEL, CHECK and GC need. */
export interface SandboxRecord {
  readonly formatVersion: 1;
  readonly containerId: string;
  /** CNI_IFNAME of the call: a sandbox may be called with several. */
  readonly ifName: string;
  readonly netns: string;
  /** `name` and cniVersion of the caller's configuration. */
  readonly networkName: string;
  readonly cniVersion: CniVersion;
  readonly pod?: Omit<PodMetadata, 'annotations'> & { readonly isStatic?: true; readonly debug?: true };
  /**
   * Whether the sandbox is live: its ADD came to its end, and no DEL has begun. Each attachment of a live sandbox has
   * its own state; the others are only good for undoing.
   */
  readonly complete: boolean;
  /**
   * Of the machine's start in which the sandbox was made: no sandbox outlives it. Absent in records of early versions.
   */
  readonly bootId?: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601: when the last change of the live sandbox began. Absent before the first one. */
  readonly changedAt?: string;
  readonly attachments: readonly AttachmentRecord[];
  readonly pendingStatus?: PendingStatus;
}

type PlannedCall = Pick<AddInvocation, 'containerId' | 'ifName' | 'netns' | 'networkName' | 'cniVersion'>;

/** The record of a plan before any of it is carried out. */
export const newRecord = (
  plan: Plan,
  call: PlannedCall,
  pod: SandboxRecord['pod'],
  createdAt: string,
): SandboxRecord => ({
  formatVersion: 1,
  containerId: call.containerId,
  ifName: call.ifName,
  netns: call.netns,
  networkName: call.networkName,
  cniVersion: call.cniVersion,
  ...(pod !== undefined && {
    pod: {
      namespace: pod.namespace,
      name: pod.name,
      ...(pod.uid !== undefined && { uid: pod.uid }),
      ...(pod.isStatic === true && { isStatic: true }),
      ...(pod.debug === true && { debug: true }),
    },
  }),
  complete: false,
  createdAt,
  attachments: plan.attachments.map((attachment) => ({ state: 'intended', attachment })),
});

/** Whether the runtime has been told that this attachment is detached, although it could not be undone. */
export const isAbandoned = (entry: AttachmentRecord): boolean =>
  entry.state === 'detaching' && entry.abandonedAt !== undefined;

/** The record with one attachment's new state. */
export const withAttachment = (record: SandboxRecord, index: number, entry: AttachmentRecord): SandboxRecord => ({
  ...record,
  attachments: record.attachments.with(index, entry),
});

/**
 * What is left of a record that is being undone: it is only good for undoing, and no status waits for it any more: its
 * pod may have another sandbox soon.
 */
export function remainderOf(
  { pendingStatus: _ofNobody, ...record }: SandboxRecord,
  attachments: readonly AttachmentRecord[],
): SandboxRecord {
  return { ...record, complete: false, attachments };
}

/** The text of a journal file: JSON that ends with a checksum of itself. */
export function encodeRecord(record: SandboxRecord): string {
  const body = formatJson(record as unknown as JsonObject).slice(0, -1);
  return body + sealOf(body);
}

/**
 * The record in the text of a journal file; `file` is for messages. recordNewer for a whole record of a later format;
 * recordDamaged for anything else that is not a whole record of ours, unchanged since it was written.
 */
export function decodeRecord(text: string, file: string): SandboxRecord {
  const body = text.slice(0, -sealOf('').length);
  if (text !== body + sealOf(body))
    throw recordDamaged({ file, problem: 'it was truncated or changed: its checksum is missing or wrong' });
  const json = parsedRecord(`${body}}`, file);
  if (!isJsonObject(json)) throw recordDamaged({ file, problem: 'it is not an object' });
  const { formatVersion } = json;
  // only after the checksum: a flipped digit is no newer format
  if (typeof formatVersion === 'number' && Number.isInteger(formatVersion) && formatVersion > 1)
    throw recordNewer({ file, formatVersion });
  const problem = recordProblem(json);
  if (problem !== undefined) throw recordDamaged({ file, problem });
  return json as unknown as SandboxRecord;
}

// What a record says is detached as it says: after a flipped digit it would name another sandbox or address.
const sealOf = (body: string): string => `,"checksum":"${checksumOf(body)}"}\n`;

/** FNV-1a: any change of one character changes it. */
function checksumOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function parsedRecord(text: string, file: string): JsonValue {
  try {
    return parseJson(text, 'journal file');
  } catch (error) {
    throw recordDamaged({ file, problem: problemOf(error) }, { cause: error });
  }
}

const isText = (value: unknown): boolean => typeof value === 'string';

const recordRules: readonly (readonly [key: string, isGood: (value: unknown) => boolean])[] = [
  ['formatVersion', (value) => value === 1],
  ['containerId', isText],
  ['ifName', isText],
  ['netns', isText],
  ['networkName', isText],
  ['cniVersion', isCniVersion],
  ['complete', (value) => typeof value === 'boolean'],
  ['bootId', (value) => isAbsentOr(isText, value)],
  ['createdAt', isText],
  ['changedAt', (value) => isAbsentOr(isText, value)],
  ['attachments', (value) => Array.isArray(value) && value.every(isEntry)],
  [
    'pod',
    (value) => value === undefined || (isJsonObject(value) && isText(value['name']) && isText(value['namespace'])),
  ],
  ['pendingStatus', (value) => value === undefined || (isJsonObject(value) && isText(value['text']))],
];

function recordProblem(json: JsonObject): string | undefined {
  const bad = recordRules.find(([key, isGood]) => !isGood(json[key]));
  return bad && `${bad[0]} is missing or has the wrong type`;
}

function isEntry(value: unknown): boolean {
  if (!isJsonObject(value) || !isAttachment(value['attachment']) || !isFailedAdd(value['failedAdd'])) return false;
  const { state } = value;
  if (!isAbsentOr(isAttachment, value['fallback'])) return false;
  if (state === 'intended') return isAbsentOr(isJsonObject, value['result']);
  if (state === 'attached') return isJsonObject(value['result']) && isAbsentOr(Array.isArray, value['soundChecks']);
  return state === 'detaching' && typeof value['attempts'] === 'number' && isText(value['lastError']);
}

const isAbsentOr = (isGood: (value: unknown) => boolean, value: unknown): boolean =>
  value === undefined || isGood(value);

const isFailedAdd = (value: unknown): boolean =>
  value === undefined || (isJsonObject(value) && typeof value['plugin'] === 'number' && isText(value['answer']));

function isAttachment(value: unknown): boolean {
  if (!isJsonObject(value) || !isText(value['interfaceName']) || !isText(value['network']) || !isText(value['cniArgs']))
    return false;
  const { configuration, runtimeConfig, defaultRoute } = value;
  if (!isJsonObject(defaultRoute) || !isJsonObject(defaultRoute['v4']) || !isJsonObject(defaultRoute['v6']))
    return false;
  return isJsonObject(runtimeConfig) && isConfiguration(configuration);
}

const isConfiguration = (value: unknown): boolean =>
  isJsonObject(value) &&
  isText(value['name']) &&
  isCniVersion(value['cniVersion']) &&
  Array.isArray(value['plugins']) &&
  value['plugins'].every(isPlugin);

const isPlugin = (value: unknown): boolean =>
  isJsonObject(value) && isText(value['type']) && Array.isArray(value['capabilities']) && isJsonObject(value['json']);
