import type { AddInvocation } from '../../cni/index.ts';
import { alreadyAttached } from '../../errors/index.ts';
import type { PlanInputs } from '../../plan/index.ts';
import type { Operation } from '../steps/call.ts';
import { change } from './change.ts';
import { settleDeferred } from '../calls/del.ts';
import type { AttachDeps } from '../deps.ts';
import { gatherInputs } from '../steps/inputs.ts';
import { inPhase } from '../steps/phase.ts';
import { waitForReadiness } from '../steps/readiness.ts';

/**
 * The step before an ADD: finishes what earlier calls left of the sandbox (a deferred DEL or an interrupted ADD) and
 * gathers the inputs of the plan. Rejects with alreadyAttached if the sandbox is attached, or with the failure if the
 * leftovers cannot be undone.
 */
export async function inputsAfterLeftovers(
  invocation: AddInvocation,
  operation: Operation,
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<PlanInputs> {
  const { containerId } = operation;
  const gather = (): Promise<PlanInputs> =>
    inPhase('inputs', containerId, deps, () => gatherInputs(invocation, deps, signal));
  const waitsForReadiness = deps.settings.readinessIndicatorFile !== undefined;
  // gathered concurrently with the leftover check, which rarely finds anything
  const early = waitsForReadiness ? undefined : gather();
  early?.catch(() => {}); // awaited below unless its result is stale by then
  const [isDeferred, before] = await Promise.all([deps.deferred.has(invocation), deps.journal.read(invocation)]);
  // otherwise the deferred DEL would detach what this ADD attaches
  if (isDeferred) await settleDeferred(invocation, deps, signal);
  if (isDeferred || before !== undefined) await undoUnfinished(invocation, operation, deps, signal);
  if (waitsForReadiness) await inPhase('readiness', containerId, deps, () => waitForReadiness(deps, signal));
  return early !== undefined && !isDeferred && before === undefined ? early : gather();
}

// Undoes the intended attachments of an ADD that was interrupted because its process was killed. A live sandbox must
// not be attached again (CNI-62).
async function undoUnfinished(
  invocation: AddInvocation,
  operation: Operation,
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<void> {
  const before = await deps.journal.read(invocation);
  if (before === undefined) return;
  if (before.complete) throw alreadyAttached({ sandbox: before.containerId, interfaceName: before.ifName });
  const requested = { attach: [], detach: before.attachments };
  const { remaining } = await change(before, requested, { sandbox: 'ends', operation, deps, signal });
  if (remaining[0] !== undefined) throw remaining[0].error;
}
