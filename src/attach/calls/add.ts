import { type AddInvocation, type JsonObject, encodeForRuntime } from '../../cni/index.ts';
import { networksDigest } from '../../cluster/index.ts';
import { type PlexusError, asPlexusError, at } from '../../errors/index.ts';
import { isStaticPod, wantsDebug } from '../../npwg/index.ts';
import {
  type PendingStatus,
  type Plan,
  type PlanInputs,
  type SandboxRecord,
  lastingSettings,
  makePlan,
  newRecord,
} from '../../plan/index.ts';
import { type Operation, operationOf } from '../steps/call.ts';
import { type Changed, change, undoFailedAdd } from '../sandbox/change.ts';
import { withDeadline } from '../steps/deadline.ts';
import type { AttachDeps } from '../deps.ts';
import { reportClaims } from '../notify/report-claims.ts';
import { reportAttached, reportFailed, reportWarnings } from '../notify/events.ts';
import { inputsAfterLeftovers } from '../sandbox/leftovers.ts';
import { assertMayUse } from '../steps/permission.ts';
import { withSandboxLock, inPhase } from '../steps/phase.ts';
import { networkStatusText, publishStatus } from '../notify/publish.ts';
import { resultOf } from '../sandbox/recorded-result.ts';
import { atOnce, turnOf } from '../steps/turn.ts';

/**
 * Attaches a pod to its default network and then to its additional networks, in order. The journal is written before
 * the first plugin runs; if one attachment fails, all of them are undone. Returns the result of the default network in
 * the caller's cniVersion (CNI-15, CNI-24). Rejects with a PlexusError. CNI specification, section 2, "ADD"; NPWG
 * standard, sections 4 to 7.
 */
export function add(invocation: AddInvocation, deps: AttachDeps, outer: AbortSignal): Promise<JsonObject> {
  const { containerId } = invocation;
  return withDeadline({ command: 'ADD', seconds: deps.settings.deadlines.addSeconds }, outer, (signal) =>
    withSandboxLock({ containerId, command: 'ADD' }, deps, signal, async () => {
      const operation = operationOf(invocation, deps);
      try {
        return await addLocked(invocation, operation, deps, signal);
      } catch (thrown) {
        const error = located(asPlexusError(thrown), operation);
        await reportFailed(invocation, error, deps);
        throw error;
      }
    }),
  );
}

async function addLocked(
  invocation: AddInvocation,
  operation: Operation,
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { containerId } = operation;
  const { inputs, plan } = await planFor(invocation, operation, deps, signal);
  if (inputs.pod !== undefined && wantsDebug(inputs.pod.annotations))
    deps.report({ kind: 'debug-asked', sandbox: containerId });
  for (const { text } of [...plan.warnings, ...plan.notes])
    deps.report({ kind: 'warning', sandbox: containerId, ...podOfOperation(operation), text });
  const intended = {
    ...newRecord(plan, invocation, recordedPod(inputs), new Date(deps.now()).toISOString()),
    ...(inputs.pod !== undefined && { networksDigest: networksDigest(inputs.pod.annotations) }),
    ...recordedSettings(invocation),
    bootId: deps.bootId,
  };
  const requested = { attach: plan.attachments, detach: [] };
  const { record, noted, onDisk } = await change(intended, requested, { sandbox: 'begins', operation, deps, signal });
  try {
    const result = resultForRuntime(record, invocation);
    await finish(
      { record, noted, onDisk },
      plan.warnings.map(({ text }) => text),
      deps,
      signal,
    );
    return result;
  } catch (thrown) {
    await Promise.allSettled([noted]); // a late note must not recreate the record
    await undoFailedAdd(record, operation, deps); // an ADD that fails this late is undone like any other (NPWG-97)
    throw thrown;
  }
}

/**
 * Returns the plan and its inputs. If planning fails, nothing is attached; the journal then marks the sandbox as undone
 * so that DEL does not treat it as one whose record was lost.
 */
async function planFor(
  invocation: AddInvocation,
  operation: Operation,
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<{ inputs: PlanInputs; plan: Plan }> {
  try {
    const inputs = await inputsAfterLeftovers(invocation, operation, deps, signal);
    const { turn = atOnce } = deps;
    const plan = await inPhase('plan', operation.containerId, deps, () =>
      turn(turnOf(inputs.pod), () => makePlan(inputs)),
    );
    await assertMayUse(inputs, deps, signal);
    return { inputs, plan };
  } catch (thrown) {
    if ((await deps.journal.read(invocation).catch(() => 'unknown')) === undefined)
      await deps.journal.markUndone(invocation);
    throw thrown;
  }
}

function recordedSettings({ config }: AddInvocation): Pick<SandboxRecord, 'callSettings'> {
  const callSettings = lastingSettings(config);
  return Object.keys(callSettings).length === 0 ? {} : { callSettings };
}

function recordedPod({ pod }: PlanInputs): SandboxRecord['pod'] {
  if (pod === undefined) return undefined;
  const { annotations, ...identity } = pod;
  return {
    ...identity,
    ...(isStaticPod(annotations) && { isStatic: true }),
    ...(wantsDebug(annotations) && { debug: true }),
  };
}

// Writes the complete record while the status is being published. If the process is killed in between, the runtime gets
// no result and sends a DEL.
async function finish(
  { record, noted, onDisk }: Pick<Changed, 'record' | 'noted' | 'onDisk'>,
  warnings: readonly string[],
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<void> {
  const later = statusForLater(record, deps);
  const complete = { ...record, complete: true, ...(later !== undefined && { pendingStatus: later }) };
  const writing = Promise.all([onDisk(), noted.then(() => deps.journal.complete(complete))]);
  // Start the write before formatting the status so that the two overlap.
  const publishing = noted.then(() => (later === undefined ? publishStatus(record, deps, signal) : undefined));
  const reported = Promise.all([
    reportAttached(record, deps, signal),
    reportWarnings(record, warnings, deps, signal),
    reportClaims({ record }, deps, signal),
  ]);
  const [status, written] = await Promise.allSettled([publishing, writing, reported]);
  if (written.status === 'rejected') throw written.reason;
  if (status.status === 'rejected') throw status.reason;
  if (status.value !== undefined) await deps.journal.write({ ...complete, pendingStatus: status.value });
}

/** The status that the process publishes after the answer; undefined if the ADD has to publish it. */
function statusForLater(record: SandboxRecord, deps: AttachDeps): PendingStatus | undefined {
  const { settings, publishesLater = false, cluster } = deps;
  const isForLater =
    !settings.statusBeforeAnswer && publishesLater && cluster !== undefined && record.pod !== undefined;
  return isForLater ? { text: networkStatusText(record, deps) } : undefined;
}

function resultForRuntime(record: SandboxRecord, invocation: AddInvocation): JsonObject {
  const own = record.attachments.find(({ attachment }) => attachment.isDefault);
  const result = own === undefined ? undefined : resultOf(own);
  if (result === undefined) throw new Error('the plan has no default network');
  return encodeForRuntime(result, invocation.cniVersion);
}

const podOfOperation = (operation: Operation) => (operation.pod === undefined ? {} : { pod: operation.pod });

const located = (error: PlexusError, operation: Operation): PlexusError =>
  at(error, { step: 'ADD', ...podOfOperation(operation) });
