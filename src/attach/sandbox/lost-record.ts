import { type DelInvocation, type JsonObject, decodeResult, isJsonObject } from '../../cni/index.ts';
import { asPlexusError } from '../../errors/index.ts';
import {
  type AttachmentRecord,
  type Plan,
  type PlanInputs,
  type SandboxRecord,
  makeUndoPlan,
  newRecord,
} from '../../plan/index.ts';
import type { AttachDeps } from '../deps.ts';
import { gatherLostInputs } from '../steps/inputs.ts';

/**
 * Returns what DEL has to undo in a sandbox without a usable record: it was created before Plexus was installed, or its
 * record was lost or damaged (CNI-28). The default network is that of the node, with the runtime's prevResult; the
 * networks of the pod's annotations are those that an ADD would attach now, as far as they can be planned. Returns
 * undefined and reports the problem if even the default network is unknown.
 */
export async function lostRecord(
  invocation: DelInvocation,
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<SandboxRecord | undefined> {
  try {
    const inputs = await gatherLostInputs(invocation, deps, signal);
    const { plan, pod } = undoPlan(inputs, (error) =>
      deps.report({ kind: 'problem', sandbox: invocation.containerId, error: asPlexusError(error) }),
    );
    const record = newRecord(
      plan,
      { ...invocation, netns: invocation.netns ?? '' },
      pod,
      new Date(deps.now()).toISOString(),
    );
    return {
      ...record,
      attachments: record.attachments.map((entry) =>
        entry.attachment.isDefault ? withResult(entry, invocation) : entry,
      ),
    };
  } catch (thrown) {
    deps.report({ kind: 'problem', sandbox: invocation.containerId, error: asPlexusError(thrown) });
    return undefined;
  }
}

// if the annotation as a whole is invalid, nothing was attached for it, but the default network still has to be
// detached
function undoPlan(
  inputs: PlanInputs,
  leaveOut: (problem: unknown) => void,
): { readonly plan: Plan; readonly pod: PlanInputs['pod'] } {
  try {
    return { plan: makeUndoPlan(inputs, leaveOut), pod: inputs.pod };
  } catch (thrown) {
    const { pod, ...others } = inputs;
    if (pod === undefined) throw thrown;
    leaveOut(thrown);
    return { plan: makeUndoPlan(others, leaveOut), pod };
  }
}

/** Plexus or another program attached the default network. */
function withResult({ attachment }: AttachmentRecord, { config, cniVersion }: DelInvocation): AttachmentRecord {
  const result = resultIn(config, cniVersion);
  if (result !== undefined) return { state: 'attached', attachment, result };
  return { state: 'detaching', attachment, attempts: 0, lastError: 'no record of its ADD' };
}

/**
 * Returns prevResult, which runtimes pass from version 0.4.0 on. A result that cannot be decoded counts as absent, as
 * the specification allows at DEL.
 */
function resultIn({ prevResult }: JsonObject, cniVersion: DelInvocation['cniVersion']): JsonObject | undefined {
  if (!isJsonObject(prevResult)) return undefined;
  const result = { cniVersion, ...prevResult };
  try {
    decodeResult(result, { source: 'prevResult', defaultVersion: cniVersion });
    return result;
  } catch {
    return undefined;
  }
}
