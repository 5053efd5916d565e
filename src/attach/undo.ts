import { type CniVersion, type JsonObject, type Result, decodeResult } from '../cni/index.ts';
import { type PlexusError, asPlexusError, isNetnsMissing } from '../errors/index.ts';
import type { Host } from '../host/index.ts';
import type { AttachmentRecord } from '../plan/index.ts';
import { delList } from '../runtime/index.ts';
import { type DelegateDeps, type Operation, delegateCall, recordedResult, runtimeDeps } from './call.ts';

export type Undone = { readonly left: AttachmentRecord; readonly error: PlexusError };

/**
 * Detaches the given attachments, last one first, and tries every one. Returns those that are still attached, in
 * the order they were given, with the reason; an empty list means that all is undone (NPWG-98).
 */
export async function undoAll(records: readonly AttachmentRecord[], operation: Operation, deps: DelegateDeps, signal: AbortSignal): Promise<readonly Undone[]> {
  const left: Undone[] = [];
  for (const record of records.toReversed()) {
    const error = await undoOne(record, operation, deps, signal);
    if (error !== undefined) left.unshift({ left: stillAttached(record, error, deps.now()), error });
  }
  return left;
}

async function undoOne(record: AttachmentRecord, operation: Operation, deps: DelegateDeps, signal: AbortSignal): Promise<PlexusError | undefined> {
  const { attachment } = record;
  const started = deps.now();
  try {
    const host = record.state === 'intended' ? withoutMissingPlugins(deps.host) : deps.host;
    await delAnyhow(record, operation, { ...deps, host }, signal);
    if (attachment.deviceInfo !== undefined) await deps.deviceInfo.remove(attachment.deviceInfo.file);
  } catch (thrown) {
    const error = asPlexusError(thrown);
    deps.report({ kind: 'problem', sandbox: operation.containerId, error });
    return error;
  }
  deps.report({
    kind: 'detached',
    sandbox: operation.containerId,
    network: attachment.network,
    interfaceName: attachment.interfaceName,
    ms: deps.now() - started,
  });
  return undefined;
}

// Some plugins (host-device, sriov) fail when they cannot open a namespace that is gone, and succeed when they are given none,
// as the specification allows at DEL and as runtimes do: only then is there something that a repetition could do better.
async function delAnyhow(record: AttachmentRecord, operation: Operation, deps: DelegateDeps, signal: AbortSignal): Promise<void> {
  const del = (netns: string | undefined): Promise<void> =>
    delList(delegateCall(record.attachment, { ...operation, netns }), resultOf(record), runtimeDeps(deps), signal);
  try {
    await del(operation.netns);
  } catch (thrown) {
    if (operation.netns === undefined || !(await isGone(operation.netns, deps, signal))) throw thrown;
    await del(undefined);
  }
}

const isGone = (netns: string, { host }: DelegateDeps, signal: AbortSignal): Promise<boolean> =>
  host.listLinks(netns, signal).then(
    () => false,
    (thrown: unknown) => isNetnsMissing(thrown),
  );

// An attachment that never came to its end and whose plugin is missing: that plugin has never run, so it left nothing.
const withoutMissingPlugins = (host: Host): Host => ({
  ...host,
  runPlugin: async (run, signal) => {
    try {
      return await host.runPlugin(run, signal);
    } catch (thrown) {
      if (asPlexusError(thrown).id !== 'PLX-PLUGIN-MISSING') throw thrown;
      return { exitCode: 0, stdout: '', stderr: '' };
    }
  },
});

/** The recorded result for prevResult; decoded leniently, because a record of ours always holds one. */
export function resultOf(record: AttachmentRecord): Result | undefined {
  const json = recordedResult(record);
  return json === undefined ? undefined : decode(json, record.attachment.configuration.cniVersion);
}
const decode = (json: JsonObject, defaultVersion: CniVersion): Result => decodeResult(json, { source: 'recorded result', defaultVersion });

function stillAttached(record: AttachmentRecord, error: PlexusError, now: number): AttachmentRecord {
  const result = recordedResult(record);
  const before = record.state === 'detaching' ? record : undefined;
  return {
    state: 'detaching',
    attachment: record.attachment,
    ...(result !== undefined && { result }),
    attempts: (before?.attempts ?? 0) + 1,
    lastError: error.message,
    failingSince: before?.failingSince ?? new Date(now).toISOString(),
    ...(before?.abandonedAt !== undefined && { abandonedAt: before.abandonedAt }),
  };
}
