import { type JsonObject, type Result, decodeResult, encodeResult, mergeResults } from '../cni/index.ts';
import { asPlexusError, deviceGone } from '../errors/index.ts';
import {
  type Attachment,
  type AttachmentRecord,
  type FailedAdd,
  type SandboxRecord,
  settleRoutes,
  withAttachment,
} from '../plan/index.ts';
import { type RuntimeDeps, addList } from '../runtime/index.ts';
import { type Operation, delegateCall, runtimeDeps } from './call.ts';
import { withDeadline } from './deadline.ts';
import type { AttachDeps } from './deps.ts';
import { groupsOf, together } from './groups.ts';
import { failedAddOf, watchedHost } from './never-made.ts';
import { setRoutes } from './routes.ts';
import { undoAll } from './undo.ts';

/** A record with its results, and its notes on the way to the journal: a later write has to wait for them. */
export interface Attached {
  readonly record: SandboxRecord;
  readonly noted: Promise<void>;
}

/**
 * Attaches every intended attachment of a record, one after the other (NPWG-100) unless the configuration or a NAD says
 * that some may go together (groups.ts), and returns the record with their results. When one fails, those that run
 * beside it are stopped, all that were attempted are undone, and the first cause is thrown (NPWG-96, NPWG-97); what
 * could not be undone stays in the journal for DEL.
 */
export async function attachAll(
  intended: SandboxRecord,
  operation: Operation,
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<Attached> {
  const course = courseOf(intended, deps);
  const attempted = new Set<Attachment>();
  const attachAt = async (index: number, stop: AbortSignal): Promise<void> => {
    const attachment = intended.attachments[index]?.attachment;
    if (attachment === undefined) return;
    attempted.add(attachment);
    const onResult = async (result: Result, isLast: boolean): Promise<void> => {
      const reached = course.reach(
        index,
        { state: 'intended', attachment, result: recordable(result, attachment) },
        !isLast,
      );
      if (!isLast) await reached;
    };
    const onRefused = (failedAdd: FailedAdd): void =>
      void course.reach(index, { ...intendedAt(course.record(), index, attachment), failedAdd }, false);
    void course.reach(index, await attachOne(attachment, operation, { ...deps, onResult, onRefused }, stop), true); // overlaps the next delegate's run
  };
  try {
    const attachments = intended.attachments.map(({ attachment }) => attachment);
    for (const group of groupsOf(attachments, deps.settings.attachmentConcurrency))
      await together(group, attachAt, signal);
    return { record: course.record(), noted: course.noted() };
  } catch (thrown) {
    await settled(course.noted());
    const record = course.record();
    await undoFailedAdd(
      { ...record, attachments: record.attachments.filter(({ attachment }) => attempted.has(attachment)) },
      operation,
      deps,
    );
    throw asPlexusError(thrown);
  }
}

/** An attachment that has not come to its end, with what is known of it. */
function intendedAt(
  { attachments }: SandboxRecord,
  index: number,
  attachment: Attachment,
): AttachmentRecord & { readonly state: 'intended' } {
  const entry = attachments[index];
  return entry?.state === 'intended' ? entry : { state: 'intended', attachment };
}

interface Course {
  readonly record: () => SandboxRecord;
  /** When all notes so far are written. */
  readonly noted: () => Promise<void>;
  /** What an attachment has come to. `isNoted`: for whoever finds the record when this process is killed. */
  readonly reach: (index: number, entry: AttachmentRecord, isNoted: boolean) => Promise<void>;
}

/**
 * Notes are written one after the other, each with all that is known by then. The last one is not: the whole record
 * follows.
 */
function courseOf(intended: SandboxRecord, { journal }: AttachDeps): Course {
  let record = intended;
  let written = intended;
  let noted = Promise.resolve();
  const note = async (): Promise<void> => {
    if (written === record || record.attachments.every(({ state }) => state === 'attached')) return;
    written = record;
    await journal.note(record);
  };
  return {
    record: () => record,
    noted: () => noted,
    reach: (index, entry, isNoted) => {
      record = withAttachment(record, index, entry);
      if (!isNoted) return noted;
      noted = noted.then(note);
      noted.catch(() => {}); // awaited later: until then its failure is nobody's, which would end the process
      return noted;
    },
  };
}

type Watching = Required<Pick<RuntimeDeps, 'onResult'>> & { readonly onRefused: (failedAdd: FailedAdd) => void };

async function attachOne(
  attachment: Attachment,
  operation: Operation,
  deps: AttachDeps & Watching,
  signal: AbortSignal,
): Promise<AttachmentRecord> {
  const started = deps.now();
  signal.throwIfAborted();
  const first = initialResult(attachment);
  const { network, interfaceName, deviceInfo } = attachment;
  if (deviceInfo !== undefined) await deps.deviceInfo.prepare(deviceInfo.file, deviceInfo.from);
  const host = watchedHost(deps.host);
  const added = await addList(
    delegateCall(attachment, operation),
    first,
    { ...runtimeDeps({ ...deps, host }), onResult: deps.onResult },
    signal,
  ).catch(async (thrown: unknown) => {
    const failedAdd = failedAddOf(host.ends);
    if (failedAdd !== undefined) deps.onRefused(failedAdd);
    throw await reasonFor(thrown, attachment, deps);
  });
  const { result, kernel } = settleRoutes(attachment, first === undefined ? added : mergeResults(first, added));
  await setRoutes({ attachment, kernel, netns: operation.netns ?? '' }, deps, signal);
  const info = deviceInfo === undefined ? undefined : await writtenInfo(deviceInfo.file, operation, deps);
  deps.report({ kind: 'attached', sandbox: operation.containerId, network, interfaceName, ms: deps.now() - started });
  return {
    state: 'attached',
    attachment,
    result: recordable(result, attachment),
    ...(info !== undefined && { deviceInfo: info }),
  };
}

// a plugin whose device has disappeared says all sorts of things
async function reasonFor(thrown: unknown, { network, device }: Attachment, { devices }: AttachDeps): Promise<unknown> {
  if (device === undefined || !(await devices.isGone(device))) return thrown;
  return deviceGone({ network, device: device.id }, { cause: thrown });
}

/** What the plugins and the device plugin say of the device (NPWG-115). */
async function writtenInfo(
  file: string,
  { containerId, pod }: Operation,
  deps: AttachDeps,
): Promise<JsonObject | undefined> {
  const { info, problem } = await deps.deviceInfo.read(file);
  if (problem !== undefined)
    deps.report({ kind: 'problem', sandbox: containerId, ...(pod !== undefined && { pod }), error: problem });
  return info;
}

const initialResult = (attachment: Attachment): Result | undefined =>
  attachment.initialResult &&
  decodeResult(attachment.initialResult, { source: 'prevResult', defaultVersion: attachment.configuration.cniVersion });

// kept in the version it came in, so that nothing of it is lost (CNI-80)
const recordable = (result: Result, attachment: Attachment): JsonObject =>
  encodeResult(result, result.cniVersion ?? attachment.configuration.cniVersion);

// whether that write worked no longer matters: the undo below writes the record again
const settled = (write: Promise<void>): Promise<void> => write.catch(() => {});

/**
 * Undoes what an ADD attempted; what cannot be undone stays in the journal for DEL, as does what cannot be struck off.
 * Never rejects.
 */
export async function undoFailedAdd(attempted: SandboxRecord, operation: Operation, deps: AttachDeps): Promise<void> {
  const seconds = deps.settings.deadlines.delSeconds;
  const left = await withDeadline(
    { command: 'undo of ADD', seconds },
    new AbortController().signal,
    (signal, secondsLeft) => undoAll(attempted.attachments, operation, { ...deps, secondsLeft }, signal),
  );
  const kept = { ...attempted, attachments: left.map((undone) => undone.left) };
  await (left.length === 0 ? deps.journal.remove(attempted) : deps.journal.write(kept)).catch((thrown: unknown) => {
    deps.report({ kind: 'problem', sandbox: operation.containerId, error: asPlexusError(thrown) });
  });
}
