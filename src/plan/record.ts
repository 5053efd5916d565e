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

/** How an ADD ended at a plugin that failed: the plugin was not killed, and answered with a CNI error object. */
export interface FailedAdd {
  /** Index of the plugin in the chain. The plugins before it succeeded; those after it never ran. */
  readonly plugin: number;
  /** The plugin's answer. */
  readonly answer: string;
}

/**
 * The state of one attachment. `result` is in the version that its last plugin wrote and contains the final default
 * routes (NPWG-58).
 */
export type AttachmentRecord =
  /** `result`: the result of the completed plugins of the chain, for undoing the others. */
  | {
      readonly state: 'intended';
      readonly attachment: Attachment;
      readonly result?: JsonObject;
      readonly failedAdd?: FailedAdd;
      /** Attached instead if this attachment fails: the one it replaces, or itself while it is being restored. */
      readonly fallback?: Attachment;
    }
  | {
      readonly state: 'attached';
      readonly attachment: Attachment;
      readonly result: JsonObject;
      readonly deviceInfo?: JsonObject;
      /** Default routes that its plugins added and Plexus removed, because another attachment has the default route. */
      readonly withdrawnRoutes?: readonly JsonObject[];
      /** Indexes of the plugins whose CHECK has succeeded once. From then on, a failure of that CHECK counts. */
      readonly soundChecks?: readonly number[];
    }
  | {
      readonly state: 'detaching';
      readonly attachment: Attachment;
      readonly result?: JsonObject;
      readonly attempts: number;
      readonly lastError: string;
      /** ISO 8601: when it first failed. */
      readonly failingSince?: string;
      /** ISO 8601: when it was abandoned. From then on DEL succeeds, and Plexus retries in the background. */
      readonly abandonedAt?: string;
      readonly failedAdd?: FailedAdd;
      /** Attached once this one is detached. */
      readonly fallback?: Attachment;
    };

/** A status that is not in the API yet and is written later. */
export interface PendingStatus {
  readonly text: string;
}
/** The state of a sandbox, stored in one journal file: everything that DEL, CHECK and GC need. */
export interface SandboxRecord {
  readonly formatVersion: 1;
  readonly containerId: string;
  /** CNI_IFNAME of the call; one sandbox may have calls with different values. */
  readonly ifName: string;
  readonly netns: string;
  /** `name` and cniVersion of the caller's configuration. */
  readonly networkName: string;
  readonly cniVersion: CniVersion;
  readonly pod?: Omit<PodMetadata, 'annotations'> & { readonly isStatic?: true; readonly debug?: true };
  /**
   * Whether the sandbox is live: its ADD has ended, and no DEL has begun. Each attachment of a live sandbox has its own
   * state. A sandbox that is not live can only be undone.
   */
  readonly complete: boolean;
  /** The boot in which the sandbox was created; no sandbox survives a reboot. Absent in records of early versions. */
  readonly bootId?: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601: when the last change of the live sandbox began. Absent before the first one. */
  readonly changedAt?: string;
  readonly attachments: readonly AttachmentRecord[];
  /**
   * Digest of the networks annotation that the attachments correspond to. Absent in records of early versions, which do
   * not prove what the pod requested: their attachments do not follow the annotation.
   */
  readonly networksDigest?: string;
  /** The settings in the runtime's configuration, for later changes of the sandbox. */
  readonly callSettings?: JsonObject;
  readonly pendingStatus?: PendingStatus;
}

type PlannedCall = Pick<AddInvocation, 'containerId' | 'ifName' | 'netns' | 'networkName' | 'cniVersion'>;

/** Creates the record of a plan before anything is attached. */
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

/** Whether this attachment could not be undone but DEL was answered with success. */
export const isAbandoned = (entry: AttachmentRecord): boolean =>
  entry.state === 'detaching' && entry.abandonedAt !== undefined;

/** Returns the record with the new state of one attachment. */
export const withAttachment = (record: SandboxRecord, index: number, entry: AttachmentRecord): SandboxRecord => ({
  ...record,
  attachments: record.attachments.with(index, entry),
});

/**
 * Returns the rest of a record that is being undone. It can only be undone, and its pending status is dropped, because
 * the pod may get another sandbox soon.
 */
export function remainderOf(
  { pendingStatus: _ofNobody, ...record }: SandboxRecord,
  attachments: readonly AttachmentRecord[],
): SandboxRecord {
  return { ...record, complete: false, attachments };
}

/** Encodes the text of a journal file: JSON that ends with its own checksum. */
export function encodeRecord(record: SandboxRecord): string {
  const body = formatJson(record as unknown as JsonObject).slice(0, -1);
  return body + sealOf(body);
}

/**
 * Decodes the text of a journal file; `file` is for messages. Throws recordNewer for a complete record of a later
 * format, and recordDamaged for anything else that is not a complete, unchanged record.
 */
export function decodeRecord(text: string, file: string): SandboxRecord {
  const body = text.slice(0, -sealOf('').length);
  if (text !== body + sealOf(body))
    throw recordDamaged({ file, problem: 'it was truncated or changed: its checksum is missing or wrong' });
  const json = parsedRecord(`${body}}`, file);
  if (!isJsonObject(json)) throw recordDamaged({ file, problem: 'it is not an object' });
  const { formatVersion } = json;
  // checked after the checksum, so that a flipped digit does not look like a newer format
  if (typeof formatVersion === 'number' && Number.isInteger(formatVersion) && formatVersion > 1)
    throw recordNewer({ file, formatVersion });
  const problem = recordProblem(json);
  if (problem !== undefined) throw recordDamaged({ file, problem });
  return json as unknown as SandboxRecord;
}

// Plexus detaches exactly what a record states, so a flipped digit could name another sandbox or address.
const sealOf = (body: string): string => `,"checksum":"${checksumOf(body)}"}\n`;

/** Computes FNV-1a, which any change of a single character changes. */
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
  ['networksDigest', (value) => isAbsentOr(isText, value)],
  ['callSettings', (value) => isAbsentOr(isJsonObject, value)],
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
  if (state === 'attached')
    return (
      isJsonObject(value['result']) &&
      isAbsentOr(Array.isArray, value['soundChecks']) &&
      isAbsentOr(isListOfObjects, value['withdrawnRoutes'])
    );
  return state === 'detaching' && typeof value['attempts'] === 'number' && isText(value['lastError']);
}

const isListOfObjects = (value: unknown): boolean => Array.isArray(value) && value.every(isJsonObject);

const isAbsentOr = (isGood: (value: unknown) => boolean, value: unknown): boolean =>
  value === undefined || isGood(value);

const isFailedAdd = (value: unknown): boolean =>
  value === undefined || (isJsonObject(value) && typeof value['plugin'] === 'number' && isText(value['answer']));

function isAttachment(value: unknown): boolean {
  if (!isJsonObject(value) || !isText(value['interfaceName']) || !isText(value['network']) || !isText(value['cniArgs']))
    return false;
  const { configuration, runtimeConfig, defaultRoute, selection } = value;
  if (!isAbsentOr((each) => isJsonObject(each) && isNadRef(each['nad']), selection)) return false;
  if (!isJsonObject(defaultRoute) || !isJsonObject(defaultRoute['v4']) || !isJsonObject(defaultRoute['v6']))
    return false;
  return isJsonObject(runtimeConfig) && isConfiguration(configuration);
}

const isNadRef = (value: unknown): boolean =>
  isJsonObject(value) && isText(value['name']) && isText(value['namespace']);

const isConfiguration = (value: unknown): boolean =>
  isJsonObject(value) &&
  isText(value['name']) &&
  isCniVersion(value['cniVersion']) &&
  Array.isArray(value['plugins']) &&
  value['plugins'].every(isPlugin);

const isPlugin = (value: unknown): boolean =>
  isJsonObject(value) && isText(value['type']) && Array.isArray(value['capabilities']) && isJsonObject(value['json']);
