import type { JsonObject } from '../cni/index.ts';
import { nadGroup, nadPlural } from '../npwg/index.ts';
import { changePod, preparePod } from './change-pod.ts';
import { type DecisionParts, turnsOf } from './decision-parts.ts';
import { allowed, isBeingDeleted, judgeDeletion, judgeNadWrite, judgePodWrite, mayBeForced } from './judge.ts';
import { judgeUse } from './judge-use.ts';
import { annotationsOf, objectAt } from './pod-parts.ts';
import type { AdmissionRequest, Decision } from './review.ts';
import { withNetworks } from './pod-networks.ts';

/** Decides about a request in the mutating webhook. Rejects with apiUnavailable or apiRefused. */
export async function mutateWrite(
  request: AdmissionRequest,
  parts: DecisionParts,
  signal: AbortSignal,
): Promise<Decision> {
  const { object: sent, namespace, operation } = request;
  const { sources, policy } = parts;
  const inTurn = turnsOf(namespace, parts, signal);
  const isNewPod = request.resource === 'pods' && request.group === '' && operation === 'CREATE';
  if (!isNewPod || sent === undefined || isMirror(sent)) return allowed;
  const switches = sources.switches();
  const defaultNetworks = await sources.defaultNetworks(namespace, signal);
  const prepared = await inTurn(() => preparePod(sent, namespace, { switches, defaultNetworks }));
  const subject = { pod: placed(prepared.pod, request), namespace };
  return withNetworks(subject, parts, signal, async ({ found }) => {
    const change = { sent, prepared, namespace, nads: found, classResources: sources.classResources() };
    return inTurn(() => changePod(change, policy, switches));
  });
}

/** Decides about a request in the validating webhook. Rejects with apiUnavailable or apiRefused. */
export async function validateWrite(
  request: AdmissionRequest,
  parts: DecisionParts,
  signal: AbortSignal,
): Promise<Decision> {
  const { policy } = parts;
  const isNad = request.resource === nadPlural && request.group === nadGroup;
  if (request.operation === 'DELETE') return isNad ? judgeNadDeletion(request, parts, signal) : allowed;
  const { object, namespace } = request;
  const inTurn = turnsOf(namespace, parts, signal);
  if (isNad) {
    const labels = await labelsFor(request, parts, signal);
    return inTurn(() => judgeNadWrite(request, labels, policy));
  }
  if (object === undefined || isBeingDeleted(object) || isMirror(object)) return allowed;
  const pod = placed(object, request);
  const mode = request.kind === 'Pod' ? policy.pods : policy.templates;
  return withNetworks({ pod, namespace }, parts, signal, async (networks) => {
    const use = { request, object: pod, networks: networks.found };
    const more = mode === 'off' ? [] : await judgeUse(use, { sources: parts.sources, policy }, signal);
    return inTurn(() => judgePodWrite(request, { networks, more }, policy));
  });
}

/** The labels of a namespace, if policies select by them. */
async function labelsFor({ namespace }: AdmissionRequest, { sources, policy }: DecisionParts, signal: AbortSignal) {
  const { nads, settings } = policy;
  return nads === 'off' || settings.pluginPolicies.length === 0 ? {} : sources.namespaceLabels(namespace, signal);
}

/** kubelet creates the mirror of a static pod, which runs whatever the API server decides. */
const isMirror = (pod: JsonObject): boolean => annotationsOf(pod)['kubernetes.io/config.mirror'] !== undefined;

async function judgeNadDeletion(
  { name, namespace, oldObject }: AdmissionRequest,
  parts: DecisionParts,
  signal: AbortSignal,
): Promise<Decision> {
  const { sources, policy } = parts;
  if (policy.nads === 'off' || mayBeForced(oldObject)) return allowed;
  const nad = { namespace, name };
  const users = await sources.podsUsing(nad, policy.settings, signal);
  // The controller that empties a namespace deletes its pods and networks in any order.
  if (users.length === 0 || (await sources.isNamespaceDeleted(namespace, signal))) return allowed;
  return judgeDeletion(nad, users, policy);
}

/** The object with its kind and namespace, which the API server may have sent without. */
const placed = (object: JsonObject, { kind, namespace }: AdmissionRequest): JsonObject => ({
  ...object,
  kind,
  metadata: { ...objectAt(object, 'metadata'), ...(namespace !== '' && { namespace }) },
});
