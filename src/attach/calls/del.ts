import type { DelInvocation } from '../../cni/index.ts';
import { type PlexusError, asPlexusError, at, attachmentsLeft } from '../../errors/index.ts';
import { type SandboxRecord, isAbandoned } from '../../plan/index.ts';
import { abandonedIfDue } from '../sandbox/abandon.ts';
import { type DelegateDeps, type Operation, attachmentName, operationOf } from '../steps/call.ts';
import { change } from '../sandbox/change.ts';
import { withDeadline } from '../steps/deadline.ts';
import type { AttachDeps } from '../deps.ts';
import { tellAbandoned } from '../notify/events.ts';
import { holdingSandbox } from '../steps/phase.ts';
import { lostRecord } from '../sandbox/lost-record.ts';
import { isPathOfAnother, namespaceNow, sandboxPaths } from '../sandbox/sandbox-namespace.ts';
import { type Undone, undoAll } from '../sandbox/undo.ts';

/**
 * Detaches everything the journal holds for a sandbox, last attachment first; needs neither pod, NAD nor API server. A
 * sandbox that is not in the journal is detached already (CNI-25, K8S-66), or one that Multus attached and left a
 * record of, or one without a record: its default network is detached by the configuration of the call
 * (lost-record.ts). What could not be undone stays in the journal, and the error names it (NPWG-98, NPWG-99), until it
 * is abandoned: DEL then succeeds, and the daemon goes on. CNI specification, section 2, "DEL".
 */
export function del(invocation: DelInvocation, deps: AttachDeps, outer: AbortSignal): Promise<void> {
  const claim = { containerId: invocation.containerId, command: 'DEL', onBusy: deps.cancel };
  return withDeadline({ command: 'DEL', seconds: deps.settings.deadlines.delSeconds }, outer, (signal, secondsLeft) =>
    holdingSandbox(claim, deps, signal, () => delLocked(invocation, { ...deps, secondsLeft }, signal)),
  );
}

/**
 * A DEL that was answered before it was carried out: as `del`, unless a later call has settled it. The runtime has
 * removed the namespace, or is about to.
 */
export function delDeferred(invocation: DelInvocation, deps: AttachDeps, outer: AbortSignal): Promise<void> {
  const { containerId, ifName } = invocation;
  return withDeadline({ command: 'DEL', seconds: deps.settings.deadlines.delSeconds }, outer, (signal, secondsLeft) =>
    holdingSandbox({ containerId, command: 'DEL' }, deps, signal, async () => {
      if (await deps.deferred.has({ containerId, ifName }))
        await settleDeferred(invocation, { ...deps, secondsLeft }, signal);
    }),
  );
}

/**
 * Carries out what a deferred DEL left to do, while the sandbox is held. Its namespace is entered only if it still is
 * the sandbox's own.
 */
export async function settleDeferred(
  invocation: Omit<DelInvocation, 'command'>,
  deps: AttachDeps & DelegateDeps,
  signal: AbortSignal,
): Promise<void> {
  const { netns: _maybeReused, ...rest } = invocation;
  const record = await deps.journal.read(invocation).catch(() => undefined); // a damaged one is for delLocked
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
    const failed = await undoAll(detach, operation, deps, signal); // the journal's file is not ours to change
    if (failed.length === 0) return deps.deferred.remove(invocation);
    throw leftBehind(failed, operation);
  }
  const keep = async (all: readonly Undone[]): Promise<readonly Undone[]> =>
    (from === 'unknown' ? await withoutGuesses(all, operation, deps, signal) : all).map(abandonedIfDue(deps));
  const wanted = { attach: [], detach };
  const { left } = await change(record, wanted, { sandbox: 'ends', operation, deps, signal, keep });
  await deps.multusState.remove(invocation.containerId); // what is left is in our journal now
  const areAllAbandoned = left.every((undone) => isAbandoned(undone.left)); // also when nothing is left
  if (areAllAbandoned) await deps.deferred.remove(invocation);
  const before = new Set(detach.filter(isAbandoned).map(({ attachment }) => attachment));
  const abandoned = left
    .map((undone) => undone.left)
    .filter((entry) => isAbandoned(entry) && !before.has(entry.attachment));
  await tellAbandoned({ ...record, attachments: abandoned }, deps, signal);
  if (!areAllAbandoned) throw leftBehind(left, operation); // otherwise the pod need not wait any longer
}

const leftBehind = (left: readonly Undone[], { pod }: Operation): PlexusError => {
  const context = {
    left: left.map((undone) => attachmentName(undone.left.attachment)),
    problems: left.map((undone) => undone.error.message),
  };
  return at(attachmentsLeft(context, { cause: left[0]?.error }), { step: 'DEL', ...(pod !== undefined && { pod }) });
};

interface Found {
  readonly record: SandboxRecord | undefined;
  /**
   * Its origin. `newer`: a newer version wrote the journal's file, which stays as it is; `unknown`: there was no record
   * at all, so it is unknown whether the networks of the annotations were ever attached.
   */
  readonly from: 'record' | 'newer' | 'unknown';
}

// A damaged record has been set aside by the journal, and one of a newer version cannot be read: what the pod and the
// configuration say now is the best that is left to undo by, so that nothing is silently leaked. The same holds for a
// sandbox that the journal does not know, unless it was undone: it ran before Plexus was installed, or its record was
// lost.
async function recordOf(invocation: DelInvocation, deps: AttachDeps, signal: AbortSignal): Promise<Found> {
  try {
    const record = (await deps.journal.read(invocation)) ?? (await deps.multusState.read(invocation));
    if (record !== undefined) return { record, from: 'record' };
    // by the daemon's rounds, or a DEL that was cut off
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
 * Drops failures of networks that may never have been attached: only one whose link is in the sandbox fails the DEL.
 */
async function withoutGuesses(
  left: readonly Undone[],
  { netns }: Operation,
  { host }: AttachDeps,
  signal: AbortSignal,
): Promise<readonly Undone[]> {
  const guesses = left.filter(({ left: { attachment } }) => !attachment.isDefault);
  if (guesses.length === 0) return left;
  const links = netns === undefined ? [] : await host.listLinks(netns, signal).catch(() => []);
  const isThere = ({ left: { attachment } }: Undone): boolean =>
    links.some(({ name }) => name === attachment.interfaceName);
  return left.filter((undone) => !guesses.includes(undone) || isThere(undone));
}
