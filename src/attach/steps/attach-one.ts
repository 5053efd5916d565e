import {
  type JsonObject,
  type Result,
  decodeResult,
  encodeResult,
  mergeResults,
  parseResult,
} from '../../cni/index.ts';
import { deviceGone } from '../../errors/index.ts';
import { type Attachment, type AttachmentRecord, settleRoutes } from '../../plan/index.ts';
import type { PluginExit } from '../../host/index.ts';
import { addList } from '../../runtime/index.ts';
import { type DelegateDeps, type Operation, delegateCall, runtimeDeps } from './call.ts';
import type { AttachDeps } from '../deps.ts';
import { failedAddOf, watchedHost } from '../sandbox/never-made.ts';
import type { RecordProgress } from '../sandbox/record-progress.ts';
import { setRoutes } from './routes.ts';

/** The dependencies of making an attachment. */
export type AttachOneDeps = DelegateDeps & Pick<AttachDeps, 'devices'>;

/**
 * Makes one attachment that its record holds as intended. Runs its plugins and notes the result of each, so that the
 * attachment can be undone after a crash at any step. Its entry is `attached` when this resolves. Rejects with the
 * failure of a plugin, or with deviceGone.
 */
export async function attachOne(
  attachment: Attachment,
  progress: RecordProgress,
  { operation, deps }: { readonly operation: Operation; readonly deps: AttachOneDeps },
  signal: AbortSignal,
): Promise<void> {
  const started = deps.now();
  signal.throwIfAborted();
  const first = initialResult(attachment);
  const { network, interfaceName, deviceInfo } = attachment;
  if (deviceInfo !== undefined) await deps.deviceInfo.prepare(deviceInfo.file, deviceInfo.from);
  const host = watchedHost(deps.host);
  const onResult = async (result: Result, isLast: boolean): Promise<void> => {
    const { failedAdd: _ofEarlier, ...entry } = intendedEntryOf(attachment, progress);
    progress.put(attachment, { ...entry, result: recordable(result, attachment) });
    if (!isLast) await progress.note();
  };
  const added = await addList(
    delegateCall(attachment, operation),
    first,
    { ...runtimeDeps({ ...deps, host }), onResult },
    signal,
  ).catch(async (thrown: unknown) => {
    const failedAdd = failedAddOf(host.ends);
    if (failedAdd !== undefined) progress.put(attachment, { ...intendedEntryOf(attachment, progress), failedAdd });
    throw await reasonFor(thrown, attachment, deps);
  });
  const { result, kernel } = settleRoutes(attachment, first === undefined ? added : mergeResults(first, added));
  await setRoutes({ attachment, kernel, netns: operation.netns ?? '' }, deps, signal);
  const info = deviceInfo === undefined ? undefined : await writtenInfo(deviceInfo.file, operation, deps);
  deps.report({ kind: 'attached', sandbox: operation.containerId, network, interfaceName, ms: deps.now() - started });
  progress.put(attachment, {
    state: 'attached',
    attachment,
    result: recordable(result, attachment),
    ...(info !== undefined && { deviceInfo: info }),
  });
  void progress.note(); // overlaps the next attachment's plugins
}

/** Returns the entry of an attachment whose first plugin has ended, and nothing else has happened. */
export function entryAfterFirst(attachment: Attachment, exit: PluginExit): AttachmentRecord {
  const entry = { state: 'intended', attachment } as const;
  const failedAdd = failedAddOf([exit]);
  if (failedAdd !== undefined) return { ...entry, failedAdd };
  if (exit.exitCode !== 0) return entry;
  try {
    const source = { source: 'the answer of a plugin', defaultVersion: attachment.configuration.cniVersion };
    return { ...entry, result: recordable(parseResult(exit.stdout, source), attachment) };
  } catch {
    return entry; // It is undone without a result, as after any ADD that failed so.
  }
}

/** Returns the current entry of an attachment that is not complete. */
function intendedEntryOf(attachment: Attachment, progress: RecordProgress) {
  const entry = progress.record().attachments.find((each) => each.attachment === attachment);
  return entry?.state === 'intended' ? entry : ({ state: 'intended', attachment } as const);
}

// a plugin whose device has disappeared fails with arbitrary errors, so check the device itself
async function reasonFor(
  thrown: unknown,
  { network, device }: Attachment,
  { devices }: Pick<AttachDeps, 'devices'>,
): Promise<unknown> {
  if (device === undefined || !(await devices.isGone(device))) return thrown;
  return deviceGone({ network, device: device.id }, { cause: thrown });
}

/** Returns the device information that the plugins and the device plugin wrote (NPWG-115). */
async function writtenInfo(
  file: string,
  { containerId, pod }: Operation,
  deps: DelegateDeps,
): Promise<JsonObject | undefined> {
  const { info, problem } = await deps.deviceInfo.read(file);
  if (problem !== undefined)
    deps.report({ kind: 'problem', sandbox: containerId, ...(pod !== undefined && { pod }), error: problem });
  return info;
}

const initialResult = (attachment: Attachment): Result | undefined =>
  attachment.initialResult &&
  decodeResult(attachment.initialResult, { source: 'prevResult', defaultVersion: attachment.configuration.cniVersion });

// kept in its own version so that no field is lost (CNI-80)
const recordable = (result: Result, attachment: Attachment): JsonObject =>
  encodeResult(result, result.cniVersion ?? attachment.configuration.cniVersion);
