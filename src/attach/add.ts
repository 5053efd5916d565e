import { type AddInvocation, type JsonObject, encodeForRuntime } from '../cni/index.ts';
import { type PlexusError, alreadyAttached, asPlexusError, at } from '../errors/index.ts';
import { isStaticPod, wantsDebug } from '../npwg/index.ts';
import { type Plan, type PlanInputs, type SandboxRecord, makePlan, newRecord } from '../plan/index.ts';
import { type Attached, attachAll, undoFailedAdd } from './attach-all.ts';
import { type Operation, operationOf } from './call.ts';
import { withDeadline } from './deadline.ts';
import { settleDeferred } from './del.ts';
import type { AttachDeps } from './deps.ts';
import { tellClaims } from './tell-claims.ts';
import { tellAttached, tellFailed, tellWarnings } from './events.ts';
import { gatherInputs } from './inputs.ts';
import { holdingSandbox, inPhase } from './phase.ts';
import { publishStatus } from './publish.ts';
import { waitForReadiness } from './readiness.ts';
import { resultOf } from './recorded-result.ts';
import { atOnce, turnOf } from './turn.ts';
import { undoAll } from './undo.ts';

/**
 * Attaches a pod to its default network and to every further network it asks for, in order; records all of it
 * before it happens, and undoes everything when one fails. Returns the default network's result in the caller's
 * cniVersion (CNI-15, CNI-24). CNI specification, section 2, "ADD"; NPWG standard, sections 4 to 7.
 */
export function add(invocation: AddInvocation, deps: AttachDeps, outer: AbortSignal): Promise<JsonObject> {
  const { containerId } = invocation;
  return withDeadline({ command: 'ADD', seconds: deps.settings.deadlines.addSeconds }, outer, (signal) =>
    holdingSandbox({ containerId, command: 'ADD' }, deps, signal, async () => {
      const operation = operationOf(invocation, deps);
      try {
        return await addLocked(invocation, operation, deps, signal);
      } catch (thrown) {
        const error = located(asPlexusError(thrown), operation);
        await tellFailed(invocation, error, deps);
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
    bootId: deps.bootId,
  };
  await inPhase('journal', containerId, deps, () => deps.journal.write(intended)); // before anything runs (CNI-72)
  const { record, noted } = await attachAll(intended, operation, deps, signal);
  try {
    const result = resultForRuntime(record, invocation);
    await finish(
      { record, noted },
      plan.warnings.map(({ text }) => text),
      deps,
      signal,
    );
    return result;
  } catch (thrown) {
    await Promise.allSettled([noted]); // or a late note would be of no record
    await undoFailedAdd(record, operation, deps); // an ADD that fails this late is undone like any other (NPWG-97)
    throw thrown;
  }
}

/**
 * The plan and its inputs. If there is no plan, nothing is attached; a mark records that, so that DEL does not treat
 * the sandbox as one whose record was lost.
 */
async function planFor(
  invocation: AddInvocation,
  operation: Operation,
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<{ inputs: PlanInputs; plan: Plan }> {
  try {
    const inputs = await freshInputs(invocation, operation, deps, signal);
    const { turn = atOnce } = deps;
    return {
      inputs,
      plan: await inPhase('plan', operation.containerId, deps, () => turn(turnOf(inputs.pod), () => makePlan(inputs))),
    };
  } catch (thrown) {
    if ((await deps.journal.read(invocation).catch(() => 'unknown')) === undefined)
      await deps.journal.markUndone(invocation);
    throw thrown;
  }
}

/**
 * The inputs of the plan, when nothing is left of an earlier call of this sandbox. They are read while that is looked
 * at: mostly nothing is.
 */
async function freshInputs(
  invocation: AddInvocation,
  operation: Operation,
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<PlanInputs> {
  const { containerId } = operation;
  const gather = (): Promise<PlanInputs> =>
    inPhase('inputs', containerId, deps, () => gatherInputs(invocation, deps, signal));
  const waits = deps.settings.readinessIndicatorFile !== undefined;
  const early = waits ? undefined : gather();
  early?.catch(() => {}); // awaited below, if it is still of use then
  const [isDeferred, before] = await Promise.all([deps.deferred.has(invocation), deps.journal.read(invocation)]);
  if (isDeferred) await settleDeferred(invocation, deps, signal); // or it would take down what comes now
  if (isDeferred || before !== undefined) await clearUnfinished(invocation, operation, deps, signal);
  if (waits) await inPhase('readiness', containerId, deps, () => waitForReadiness(deps, signal));
  return early !== undefined && !isDeferred && before === undefined ? early : gather();
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

// The journal is written while the status is on its way: whoever is killed meanwhile has not answered, and gets a DEL.
async function finish(
  { record, noted }: Attached,
  warnings: readonly string[],
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<void> {
  const complete = { ...record, complete: true };
  const writing = noted.then(() => deps.journal.write(complete));
  // after it in the same breath: the disk has its work before the status is put into words
  const publishing = noted.then(() => publishStatus(record, deps, signal));
  const told = Promise.all([
    tellAttached(record, deps, signal),
    tellWarnings(record, warnings, deps, signal),
    tellClaims(record, deps, signal),
  ]);
  const [status, written] = await Promise.allSettled([publishing, writing, told]);
  if (written.status === 'rejected') throw written.reason;
  if (status.status === 'rejected') throw status.reason;
  if (status.value !== undefined) await deps.journal.write({ ...complete, pendingStatus: status.value });
}

// An ADD of this sandbox that was cut off (its process was killed) left intended attachments: they are undone first.
// One that came to its end must not be repeated (CNI-62).
async function clearUnfinished(
  invocation: AddInvocation,
  operation: Operation,
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<void> {
  const before = await deps.journal.read(invocation);
  if (before === undefined) return;
  if (before.complete) throw alreadyAttached({ sandbox: before.containerId, interfaceName: before.ifName });
  const [first] = await undoAll(before.attachments, operation, deps, signal);
  if (first !== undefined) throw first.error;
  await deps.journal.remove(invocation);
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
