import type { JsonObject } from '../cni/index.ts';
import { type NadRef, nadGroup, nadKey, nadPlural } from '../npwg/index.ts';
import { nadsOfPod } from '../validate/index.ts';
import { changePod, preparePod } from './change-pod.ts';
import {
  type Networks,
  allowed,
  isBeingDeleted,
  judgeDeletion,
  judgeNadWrite,
  judgePodWrite,
  mayBeForced,
} from './judge.ts';
import { judgeUse } from './judge-use.ts';
import type { ClusterNad } from './cluster-nad.ts';
import type { Policy } from './options.ts';
import { annotationsOf, objectAt } from './pod-parts.ts';
import type { AdmissionRequest, Decision } from './review.ts';
import type { Sources } from './sources.ts';

/** What decisions depend on, and how they share the thread. */
export interface DecisionParts {
  readonly sources: Sources;
  readonly policy: Policy;
  /** Runs work when it is the turn of a namespace. */
  readonly turn: <T>(namespace: string, work: () => T) => Promise<T>;
}

/** Work on a request that timed out while it waited for its turn is not done. */
const turnsOf =
  (namespace: string, { turn }: DecisionParts, signal: AbortSignal) =>
  async <T>(work: () => T): Promise<T> =>
    turn(namespace, () => {
      signal.throwIfAborted();
      return work();
    });

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
  const { found } = await networksOf(placed(prepared.pod, request), namespace, parts, signal);
  const change = { sent, prepared, namespace, nads: found, classResources: sources.classResources() };
  return inTurn(() => changePod(change, policy, switches));
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
  const networks = await networksOf(pod, namespace, parts, signal);
  const mode = request.kind === 'Pod' ? policy.pods : policy.templates;
  const use = { request, object: pod, networks: networks.found };
  const more = mode === 'off' ? [] : await judgeUse(use, { sources: parts.sources, policy }, signal);
  return inTurn(() => judgePodWrite(request, { networks, more }, policy));
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

/** How many networks that the watch has not delivered are read for one request. */
const mostReads = 16;
/** For how many missing networks of a request a similar name is suggested: each is compared with all networks. */
const mostSuggestions = 3;

async function networksOf(
  pod: JsonObject,
  namespace: string,
  parts: DecisionParts,
  signal: AbortSignal,
): Promise<Networks> {
  const { sources, policy } = parts;
  const named = await turnsOf(namespace, parts, signal)(() => nadsOfPod(pod, policy.settings));
  const refs = [...new Map(named.map((ref): [string, NadRef] => [nadKey(ref), ref])).values()];
  // One pod may name a thousand networks that do not exist; each would cause an API request.
  const keys = new Set(sources.nadKeys());
  const unknown = refs.filter((ref) => !keys.has(nadKey(ref))).slice(mostReads);
  const wanted = refs.filter((ref) => !unknown.includes(ref));
  const known = await Promise.all(wanted.map((ref) => sources.nad(ref, signal)));
  const found = new Map(
    known.flatMap((each): [string, ClusterNad][] => (each === undefined ? [] : [[each.key, each]])),
  );
  const missing = refs.length - found.size;
  return { found, others: missing > 0 && missing <= mostSuggestions ? [...keys] : [] };
}
