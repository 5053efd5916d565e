import { type JsonObject, type Result, decodeResult, encodeResult, mergeResults } from '../cni/index.ts';
import { asPlexusError, deviceGone } from '../errors/index.ts';
import { type Attachment, type AttachmentRecord, type SandboxRecord, settleRoutes, withAttachment } from '../plan/index.ts';
import { type RuntimeDeps, addList } from '../runtime/index.ts';
import { type Operation, delegateCall, runtimeDeps } from './call.ts';
import { withDeadline } from './deadline.ts';
import type { AttachDeps } from './deps.ts';
import { setRoutes } from './routes.ts';
import { undoAll } from './undo.ts';

/**
 * Attaches every intended attachment of a record, one after the other (NPWG-100), and returns the record with their
 * results. When one fails, those attempted so far are undone and the first cause is thrown (NPWG-96, NPWG-97); what
 * could not be undone stays in the journal for DEL.
 */
export async function attachAll(intended: SandboxRecord, operation: Operation, deps: AttachDeps, signal: AbortSignal): Promise<SandboxRecord> {
  let record = intended;
  let attempted = 0;
  let written = Promise.resolve();
  try {
    for (const { attachment } of intended.attachments) {
      attempted += 1;
      const index = attempted - 1;
      const onResult = async (result: Result, isLast: boolean): Promise<void> => {
        const reached = recordable(result, attachment);
        record = withAttachment(record, index, { state: 'intended', attachment, result: reached });
        if (!isLast) await deps.journal.note(intended, { interfaceName: attachment.interfaceName, result: reached });
      };
      record = withAttachment(record, index, await attachOne(attachment, operation, { ...deps, onResult }, signal));
      // overlaps the next delegate's run: that one is in the journal already, as intended
      written = inOrder(written, record, deps);
      written.catch(() => {}); // awaited below: until then its failure is nobody's, which would end the process
    }
    await written;
    return record;
  } catch (thrown) {
    await settled(written);
    await undoFailedAdd({ ...record, attachments: record.attachments.slice(0, attempted) }, operation, deps);
    throw asPlexusError(thrown);
  }
}

type OnResult = Required<Pick<RuntimeDeps, 'onResult'>>;

async function attachOne(attachment: Attachment, operation: Operation, deps: AttachDeps & OnResult, signal: AbortSignal): Promise<AttachmentRecord> {
  const started = deps.now();
  signal.throwIfAborted();
  const first = initialResult(attachment);
  const { network, interfaceName, deviceInfo } = attachment;
  if (deviceInfo !== undefined) await deps.deviceInfo.prepare(deviceInfo.file, deviceInfo.from);
  const added = await addList(delegateCall(attachment, operation), first, { ...runtimeDeps(deps), onResult: deps.onResult }, signal).catch(
    async (thrown: unknown) => {
      throw await reasonFor(thrown, attachment, deps);
    },
  );
  const { result, kernel } = settleRoutes(attachment, first === undefined ? added : mergeResults(first, added));
  await setRoutes({ attachment, kernel, netns: operation.netns ?? '' }, deps, signal);
  const info = deviceInfo === undefined ? undefined : await writtenInfo(deviceInfo.file, operation, deps);
  deps.report({ kind: 'attached', sandbox: operation.containerId, network, interfaceName, ms: deps.now() - started });
  return { state: 'attached', attachment, result: recordable(result, attachment), ...(info !== undefined && { deviceInfo: info }) };
}

// a plugin whose device has disappeared says all sorts of things
async function reasonFor(thrown: unknown, { network, device }: Attachment, { devices }: AttachDeps): Promise<unknown> {
  if (device === undefined || !(await devices.isGone(device))) return thrown;
  return deviceGone({ network, device: device.id }, { cause: thrown });
}

/** What the plugins and the device plugin say of the device (NPWG-115). */
async function writtenInfo(file: string, { containerId, pod }: Operation, deps: AttachDeps): Promise<JsonObject | undefined> {
  const { info, problem } = await deps.deviceInfo.read(file);
  if (problem !== undefined) deps.report({ kind: 'problem', sandbox: containerId, ...(pod !== undefined && { pod }), error: problem });
  return info;
}

const initialResult = (attachment: Attachment): Result | undefined =>
  attachment.initialResult && decodeResult(attachment.initialResult, { source: 'prevResult', defaultVersion: attachment.configuration.cniVersion });

// kept in the version it came in, so that nothing of it is lost (CNI-80)
const recordable = (result: Result, attachment: Attachment): JsonObject => encodeResult(result, result.cniVersion ?? attachment.configuration.cniVersion);

const inOrder = async (before: Promise<void>, record: SandboxRecord, deps: AttachDeps): Promise<void> => {
  await before;
  await deps.journal.write(record);
};

// whether that write worked no longer matters: the undo below writes the record again
const settled = (write: Promise<void>): Promise<void> => write.catch(() => {});

/** Undoes what an ADD attempted; what cannot be undone stays in the journal for DEL, as does what cannot be struck off. Never rejects. */
export async function undoFailedAdd(attempted: SandboxRecord, operation: Operation, deps: AttachDeps): Promise<void> {
  const seconds = deps.settings.deadlines.delSeconds;
  const left = await withDeadline({ command: 'undo of ADD', seconds }, new AbortController().signal, (signal) =>
    undoAll(attempted.attachments, operation, deps, signal),
  );
  const kept = { ...attempted, attachments: left.map((undone) => undone.left) };
  await (left.length === 0 ? deps.journal.remove(attempted) : deps.journal.write(kept)).catch((thrown: unknown) => {
    deps.report({ kind: 'problem', sandbox: operation.containerId, error: asPlexusError(thrown) });
  });
}
