import type { DelInvocation } from '../cni/index.ts';
import { asPlexusError } from '../errors/index.ts';
import { type SandboxRecord, makePlan, newRecord } from '../plan/index.ts';
import type { AttachDeps } from './deps.ts';
import { gatherLostInputs } from './inputs.ts';

/**
 * What an ADD of this sandbox would attach today, as a record of intended attachments: stands in for a journal file
 * that was lost to damage (CNI-28). Undefined, with a report, when even that cannot be known.
 */
export async function plannedRecord(invocation: DelInvocation, deps: AttachDeps, signal: AbortSignal): Promise<SandboxRecord | undefined> {
  try {
    const inputs = await gatherLostInputs(invocation, deps, signal);
    return newRecord(makePlan(inputs), { ...invocation, netns: invocation.netns ?? '' }, inputs.pod, new Date(deps.now()).toISOString());
  } catch (thrown) {
    deps.report({ kind: 'problem', sandbox: invocation.containerId, error: asPlexusError(thrown) });
    return undefined;
  }
}
