import { podOfArgs, type AddInvocation } from '../../cni/index.ts';
import type { PodEvent } from '../../cluster/index.ts';
import { type ErrorId, type PlexusError, asPlexusError, summaryOf } from '../../errors/index.ts';
import type { AttachmentRecord, SandboxRecord } from '../../plan/index.ts';
import { escapeInvisible, maskText } from '../../report/index.ts';
import { withDeadline } from '../steps/deadline.ts';
import type { AttachDeps } from '../deps.ts';
import { resultOf } from '../sandbox/recorded-result.ts';

type PodOf = { readonly namespace: string; readonly name: string; readonly uid?: string };

// an Event is best effort and must not delay a pod
const eventSeconds = 3;

/** Sends one Normal Event, AddedInterface, per attachment (K8S-16). Reports failures instead of rejecting. */
export async function reportAttached(record: SandboxRecord, deps: AttachDeps, signal: AbortSignal): Promise<void> {
  const { pod } = record;
  if (pod === undefined || deps.cluster === undefined) return;
  await Promise.all(
    record.attachments.map((entry) =>
      send(pod, { type: 'Normal', reason: 'AddedInterface', message: addedText(entry) }, deps, signal),
    ),
  );
}

/** Returns the message of AddedInterface, the same as that of Multus. */
export const addedText = (entry: AttachmentRecord): string => {
  const { interfaceName, network } = entry.attachment;
  const ips = resultOf(entry)?.ips.map(({ address }) => address) ?? [];
  return `Add ${interfaceName} [${ips.join(' ')}] from ${network}`;
};

/** Sends one Warning Event, NetworkWarning, per warning about the pod's annotations and networks. */
export async function reportWarnings(
  record: SandboxRecord,
  warnings: readonly string[],
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<void> {
  const { pod } = record;
  if (pod === undefined || deps.cluster === undefined) return;
  await Promise.all(
    warnings.map((message) => send(pod, { type: 'Warning', reason: 'NetworkWarning', message }, deps, signal)),
  );
}

/** Reports each attachment of a record as just abandoned, as a step and as a Warning Event NetworkAbandoned. */
export async function reportAbandoned(record: SandboxRecord, deps: AttachDeps, signal: AbortSignal): Promise<void> {
  const { pod, containerId } = record;
  const sends = record.attachments.map(async (entry) => {
    if (entry.state !== 'detaching') return;
    const { network, interfaceName } = entry.attachment;
    const { attempts, lastError } = entry;
    deps.report({
      kind: 'abandoned',
      sandbox: containerId,
      ...(pod !== undefined && { pod: `${pod.namespace}/${pod.name}` }),
      network,
      interfaceName,
      attempts,
      lastError,
    });
    const message = `Could not detach ${interfaceName} from ${network} after ${attempts} attempts: ${lastError}. Pod deletion proceeds; Plexus keeps retrying in the background.`;
    if (pod !== undefined && deps.cluster !== undefined)
      await send(pod, { type: 'Warning', reason: 'NetworkAbandoned', message }, deps, signal);
  });
  await Promise.all(sends);
}

// errors without an Event: the pod does not exist, or the API server that would store the Event is what failed
const errorsWithoutEvent: readonly ErrorId[] = [
  'PLX-POD-NOT-FOUND',
  'PLX-POD-REPLACED',
  'PLX-API-UNAVAILABLE',
  'PLX-API-REFUSED',
  'PLX-OPERATION-CANCELLED',
  'PLX-NAME-INVALID',
];

/**
 * Sends one Warning Event with the reason a pod could not be attached: NoNetworkFound for a missing NAD, otherwise
 * AttachmentFailed.
 */
export async function reportFailed(invocation: AddInvocation, error: PlexusError, deps: AttachDeps): Promise<void> {
  const { namespace, name, uid } = podOfArgs(invocation.args);
  if (
    namespace === undefined ||
    name === undefined ||
    deps.cluster === undefined ||
    errorsWithoutEvent.includes(error.id)
  )
    return;
  const pod = { namespace, name, ...(uid !== undefined && { uid }) };
  const reason = error.id === 'PLX-NAD-NOT-FOUND' ? 'NoNetworkFound' : 'AttachmentFailed';
  // mask before shortening, because a truncated secret would not be recognized
  const sentence = escapeInvisible(maskText(error.message, deps.settings.maskedKeys));
  await send(pod, { type: 'Warning', reason, message: summaryOf(error, sentence) }, deps, new AbortController().signal);
}

async function send(pod: PodOf, event: PodEvent, deps: AttachDeps, outer: AbortSignal): Promise<void> {
  try {
    // may contain plugin output
    const shown = { ...event, message: escapeInvisible(maskText(event.message, deps.settings.maskedKeys)) };
    await withDeadline({ command: 'Event', seconds: eventSeconds }, outer, async (signal) =>
      deps.cluster?.recordEvent(pod, shown, signal),
    );
  } catch (thrown) {
    deps.report({
      kind: 'warning',
      pod: `${pod.namespace}/${pod.name}`,
      text: `could not write Event ${event.reason}: ${asPlexusError(thrown).message}`,
    });
  }
}
