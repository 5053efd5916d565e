import type { DelInvocation } from '../../cni/index.ts';
import { type PlexusError, asPlexusError, at, attachmentsLeft } from '../../errors/index.ts';
import { type SandboxRecord, isAbandoned } from '../../plan/index.ts';
import { abandonedIfDue } from '../sandbox/abandon.ts';
import { type DelegateDeps, type Operation, attachmentName, operationOf } from '../steps/call.ts';
import { change } from '../sandbox/change.ts';
import { withDeadline } from '../steps/deadline.ts';
import type { AttachDeps } from '../deps.ts';
import { reportAbandoned } from '../notify/events.ts';
import { withSandboxLock } from '../steps/phase.ts';
import { lostRecord } from '../sandbox/lost-record.ts';
import { isPathOfAnother, namespaceNow, sandboxPaths } from '../sandbox/sandbox-namespace.ts';
import { type UndoFailure, undoAll } from '../sandbox/undo.ts';

/**
 * Detaches every attachment in the journal's record of a sandbox, last one first, without reading pods, NADs or the API
 * server. If the journal has no record, DEL
 * - succeeds if the sandbox was detached before (CNI-25, K8S-66);
 * - uses the record that Multus left;
 * - otherwise derives the attachments from the call's configuration (lost-record.ts).
 * Attachments that cannot be detached stay in the journal, and DEL rejects with attachmentsLeft, which names them
 * (NPWG-98, NPWG-99). Once all of them are abandoned, DEL succeeds and the daemon retries in the background. CNI
 * specification, section 2, "DEL".
 */
export function del(invocation: DelInvocation, deps: AttachDeps, outer: AbortSignal): Promise<void> {
  const claim = { containerId: invocation.containerId, command: 'DEL', onBusy: deps.cancel };
  return withDeadline({ command: 'DEL', seconds: deps.settings.deadlines.delSeconds }, outer, (signal, secondsLeft) =>
    withSandboxLock(claim, deps, signal, () => delLocked(invocation, { ...deps, secondsLeft }, signal)),
  );
}

/**
 * Carries out a DEL that was answered before it ran, unless a later call has already done so. The runtime has removed
 * the namespace, or is about to.
 */
export function delDeferred(invocation: DelInvocation, deps: AttachDeps, outer: AbortSignal): Promise<void> {
  const { containerId, ifName } = invocation;
  return withDeadline({ command: 'DEL', seconds: deps.settings.deadlines.delSeconds }, outer, (signal, secondsLeft) =>
    withSandboxLock({ containerId, command: 'DEL' }, deps, signal, async () => {
      if (await deps.deferred.has({ containerId, ifName }))
        await settleDeferred(invocation, { ...deps, secondsLeft }, signal);
    }),
  );
}

/**
 * Carries out a deferred DEL while the caller holds the sandbox's lock. Plugins get the namespace only if it still
 * belongs to the sandbox.
 */
export async function settleDeferred(
  invocation: Omit<DelInvocation, 'command'>,
  deps: AttachDeps & DelegateDeps,
  signal: AbortSignal,
): Promise<void> {
  const { netns: _maybeReused, ...rest } = invocation;
  const record = await deps.journal.read(invocation).catch(() => undefined); // delLocked handles a damaged record
  const isOwn =
    record !== undefined &&
    (await namespaceNow(record, deps.host, signal)) === 'own' &&
    !isPathOfAnother(record, await sandboxPaths(deps.journal));
  await delLocked({ ...rest, command: 'DEL', ...(isOwn && { netns: record.netns }) }, deps, signal);
}

async function delLocked(
  invocation: DelInvocation,
  deps: AttachDeps & DelegateDeps,
  signal: AbortSignal,
): Promise<void> {
  const { record, from } = await recordOf(invocation, deps, signal);
  if (record === undefined) return deps.deferred.remove(invocation);
  const operation = operationOf(invocation, deps);
  if (record.pod?.debug === true) deps.report({ kind: 'debug-asked', sandbox: operation.containerId });
  const detach = record.attachments;
  if (from === 'newer') {
    // this version must not change the file of a newer one
    const failed = await undoAll(detach, operation, deps, signal);
    if (failed.length === 0) return deps.deferred.remove(invocation);
    throw leftBehind(failed, operation);
  }
  const keep = async (all: readonly UndoFailure[]): Promise<readonly UndoFailure[]> =>
    (from === 'unknown' ? await withoutGuesses(all, operation, deps, signal) : all).map(abandonedIfDue(deps));
  const requested = { attach: [], detach };
  const { remaining } = await change(record, requested, { sandbox: 'ends', operation, deps, signal, keep });
  await deps.multusState.remove(invocation.containerId); // the journal now holds what remains
  const areAllAbandoned = remaining.every((failure) => isAbandoned(failure.entry)); // true also if nothing remains
  if (areAllAbandoned) await deps.deferred.remove(invocation);
  const before = new Set(detach.filter(isAbandoned).map(({ attachment }) => attachment));
  const abandoned = remaining
    .map((failure) => failure.entry)
    .filter((entry) => isAbandoned(entry) && !before.has(entry.attachment));
  await reportAbandoned({ ...record, attachments: abandoned }, deps, signal);
  if (!areAllAbandoned) throw leftBehind(remaining, operation); // otherwise the runtime need not retry
}

const leftBehind = (failures: readonly UndoFailure[], { pod }: Operation): PlexusError => {
  const context = {
    left: failures.map((each) => attachmentName(each.entry.attachment)),
    problems: failures.map((each) => each.error.message),
  };
  return at(attachmentsLeft(context, { cause: failures[0]?.error }), {
    step: 'DEL',
    ...(pod !== undefined && { pod }),
  });
};

interface FoundRecord {
  readonly record: SandboxRecord | undefined;
  /**
   * `newer`: a newer version wrote the journal's file, which must stay unchanged. `unknown`: there was no record, so it
   * is unknown whether the networks of the pod's annotations were ever attached.
   */
  readonly from: 'record' | 'newer' | 'unknown';
}

// Returns the record to detach from. If the record is damaged (the journal has set it aside) or written by a newer
// version, it is derived from the pod's annotations and the call's configuration instead, so that no attachment leaks.
// The same applies to a sandbox that the journal does not know and has not marked as undone: it was created before
// Plexus was installed, or its record was lost.
async function recordOf(invocation: DelInvocation, deps: AttachDeps, signal: AbortSignal): Promise<FoundRecord> {
  try {
    const record = (await deps.journal.read(invocation)) ?? (await deps.multusState.read(invocation));
    if (record !== undefined) return { record, from: 'record' };
    // set aside by a background controller or by a DEL that was interrupted
    if (await deps.journal.wasSetAside(invocation))
      return { record: await lostRecord(invocation, deps, signal), from: 'record' };
    if (await deps.journal.wasUndone(invocation)) return { record: undefined, from: 'record' };
    return { record: await lostRecord(invocation, deps, signal), from: 'unknown' };
  } catch (thrown) {
    const error = asPlexusError(thrown);
    const isNewer = error.id === 'PLX-RECORD-NEWER';
    if (error.id !== 'PLX-RECORD-DAMAGED' && !isNewer) throw error;
    deps.report({ kind: 'problem', sandbox: invocation.containerId, error });
    return { record: await lostRecord(invocation, deps, signal), from: isNewer ? 'newer' : 'record' };
  }
}

/**
 * Drops failures of additional networks that may never have been attached: such a network fails the DEL only if its
 * interface exists in the sandbox.
 */
async function withoutGuesses(
  failures: readonly UndoFailure[],
  { netns }: Operation,
  { host }: AttachDeps,
  signal: AbortSignal,
): Promise<readonly UndoFailure[]> {
  const guesses = failures.filter(({ entry: { attachment } }) => !attachment.isDefault);
  if (guesses.length === 0) return failures;
  const links = netns === undefined ? [] : await host.listLinks(netns, signal).catch(() => []);
  const isPresent = ({ entry: { attachment } }: UndoFailure): boolean =>
    links.some(({ name }) => name === attachment.interfaceName);
  return failures.filter((failure) => !guesses.includes(failure) || isPresent(failure));
}
