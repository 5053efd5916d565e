import { type PlexusError, asPlexusError, isNetnsMissing } from '../../errors/index.ts';
import type { Host } from '../../host/index.ts';
import type { AttachmentRecord } from '../../plan/index.ts';
import { delList } from '../../runtime/index.ts';
import { type DelegateDeps, type Operation, delegateCall, runtimeDeps, sharingTime } from '../steps/call.ts';
import { type PluginEnd, wasNeverMade, watchedHost } from './never-made.ts';
import { resultOf } from './recorded-result.ts';
import { startDelSequence } from './sequences.ts';

export type UndoFailure = { readonly entry: AttachmentRecord; readonly error: PlexusError };

/**
 * Detaches the given attachments, last one first. Those that failed before follow the others, which are therefore
 * tried even if time runs out. Returns those that are still attached, in the given order, with the reason; an entry
 * that was not tried is unchanged. Returns an empty list if all are undone (NPWG-98).
 */
export async function undoAll(
  records: readonly AttachmentRecord[],
  operation: Operation | ((entry: AttachmentRecord) => Operation),
  deps: DelegateDeps,
  signal: AbortSignal,
): Promise<readonly UndoFailure[]> {
  const left = new Map<AttachmentRecord, UndoFailure>();
  const ordered = undoOrder(records);
  const operationFor = typeof operation === 'function' ? operation : (): Operation => operation;
  const sequence = startDelSequence(ordered, operationFor, deps, signal);
  const host = sequence === undefined ? deps.host : { ...deps.host, runPlugin: sequence.runPlugin };
  try {
    for (const record of ordered) {
      const isTried = !signal.aborted;
      const isLastPlugin = record === ordered.at(-1) && record.attachment.configuration.plugins.length <= 1;
      const timed = { ...(isLastPlugin ? deps : sharingTime(deps)), host };
      const error = await undoOne(record, operationFor(record), timed, signal);
      if (error !== undefined)
        left.set(record, { entry: isTried ? stillAttached(record, error, deps.now()) : record, error });
    }
  } finally {
    await sequence?.stop();
  }
  return records.flatMap((record) => left.get(record) ?? []);
}

const undoOrder = (records: readonly AttachmentRecord[]): readonly AttachmentRecord[] =>
  records.toReversed().toSorted((one, other) => attemptsOf(one) - attemptsOf(other));

const attemptsOf = (record: AttachmentRecord): number => (record.state === 'detaching' ? record.attempts : 0);

async function undoOne(
  record: AttachmentRecord,
  operation: Operation,
  deps: DelegateDeps,
  signal: AbortSignal,
): Promise<PlexusError | undefined> {
  const { attachment } = record;
  const started = deps.now();
  try {
    const hasEnded = record.state !== 'intended';
    if (!hasEnded)
      await deps.host.settle({ containerId: operation.containerId, interfaceName: attachment.interfaceName }, signal);
    const host = hasEnded ? deps.host : withoutMissingPlugins(deps.host);
    await delUnlessNeverMade(record, operation, { ...deps, host }, signal);
    const { network, interfaceName } = attachment;
    if (attachment.deviceInfo !== undefined)
      await deps.deviceInfo.remove({ network, containerId: operation.containerId, interfaceName });
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

async function delUnlessNeverMade(
  record: AttachmentRecord,
  operation: Operation,
  deps: DelegateDeps,
  signal: AbortSignal,
): Promise<void> {
  let ends: readonly PluginEnd[] = [];
  try {
    await delWithFallback(record, operation, deps, { signal, onEnds: (latest) => (ends = latest) });
  } catch (thrown) {
    if (!(await wasNeverMade(record, ends, operation, { deps, signal }))) throw thrown;
  }
}

interface DelOptions {
  readonly signal: AbortSignal;
  /** Called with how each plugin of the chain ended, in the chain's order. */
  readonly onEnds: (ends: readonly PluginEnd[]) => void;
}

// Runs DEL, and if it fails because of the namespace, again without one. Some plugins (host-device, sriov) fail if they
// cannot open a missing namespace but succeed without one, which the specification allows at DEL and runtimes do.
async function delWithFallback(
  record: AttachmentRecord,
  operation: Operation,
  deps: DelegateDeps,
  { signal, onEnds }: DelOptions,
): Promise<void> {
  const del = async (netns: string | undefined): Promise<void> => {
    const host = watchedHost(deps.host);
    const call = delegateCall(record.attachment, { ...operation, netns });
    const last = call.configuration.plugins.length - 1;
    // DEL runs the chain backwards and may stop early
    const inOrder = (): readonly PluginEnd[] => call.configuration.plugins.map((_, index) => host.ends[last - index]);
    await delList(call, resultOf(record), runtimeDeps({ ...deps, host }), signal).finally(() => onEnds(inOrder()));
  };
  try {
    await del(operation.netns);
  } catch (thrown) {
    if (operation.netns === undefined || !(await canUndoWithoutNetns(record, operation.netns, deps, signal)))
      throw thrown;
    await del(undefined);
  }
}

// Returns whether the namespace or the interface is missing. host-device fails at DEL if its device was absent at ADD,
// because it cannot find the interface.
async function canUndoWithoutNetns(
  record: AttachmentRecord,
  netns: string,
  { host }: DelegateDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const wasRefused = record.state !== 'attached' && record.failedAdd !== undefined;
  try {
    const links = await host.listLinks(netns, signal);
    return wasRefused && links.every(({ name }) => name !== record.attachment.interfaceName);
  } catch (thrown) {
    return isNetnsMissing(thrown);
  }
}

// For an attachment that was never completed: a missing plugin has never run, so it left nothing and its DEL succeeds.
const withoutMissingPlugins = (host: Host): Host => ({
  ...host,
  runPlugin: async (run, ...signals) => {
    try {
      return await host.runPlugin(run, ...signals);
    } catch (thrown) {
      if (asPlexusError(thrown).id !== 'PLX-PLUGIN-MISSING') throw thrown;
      return { exitCode: 0, stdout: '', stderr: '' };
    }
  },
});

function stillAttached(record: AttachmentRecord, { message }: PlexusError, now: number): AttachmentRecord {
  const failed = {
    state: 'detaching',
    attempts: 1,
    lastError: message,
    failingSince: new Date(now).toISOString(),
  } as const;
  if (record.state === 'attached') return { ...failed, attachment: record.attachment, result: record.result };
  if (record.state === 'intended') return { ...record, ...failed };
  const { attempts, failingSince = failed.failingSince } = record;
  return { ...record, ...failed, attempts: attempts + 1, failingSince };
}
