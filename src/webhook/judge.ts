import { type JsonObject, sizeOfJson } from '../cni/index.ts';
import { type PlexusError, deviceMissing, nadInUse, nadNotFound, resourceNotRequested } from '../errors/index.ts';
import {
  type Labels,
  type NadRef,
  defaultNetworkKey,
  forceDeleteKey,
  nadKey,
  networkStatusKey,
  networksKey,
  parseDefaultNetwork,
  parseSelections,
  parseStatus,
} from '../npwg/index.ts';
import {
  type Finding,
  findingOf,
  judgeNad,
  judgePod,
  judgePolicy,
  labelsOfName,
  podContext,
  podPathOf,
} from '../validate/index.ts';
import type { JudgedClusterNad } from './cluster-nad.ts';
import type { Policy } from './options.ts';
import { annotationsOf, objectAt, stringAt } from './pod-parts.ts';
import type { AdmissionRequest, Decision } from './review.ts';
import { verdictOf } from './verdict.ts';

/** Nothing to say about a write. */
export const allowed: Decision = { warnings: [] };

/** Whether an object is being deleted: nothing that it still contains will run. */
export const isBeingDeleted = (object: JsonObject | undefined): boolean =>
  objectAt(object, 'metadata')['deletionTimestamp'] !== undefined;

/** Decides about a NetworkAttachmentDefinition that is created or changed, in a namespace with these labels. */
export function judgeNadWrite(
  { object, name, namespace }: AdmissionRequest,
  namespaceLabels: Labels | undefined,
  { nads: mode, settings }: Policy,
): Decision {
  if (mode === 'off' || object === undefined || isBeingDeleted(object)) return allowed;
  const { pluginPolicies: policies } = settings;
  const judged = judgeNad(identified(object, { name, namespace }));
  const labels = { ...namespaceLabels, ...labelsOfName(namespace) };
  return verdictOf([...judged.findings, ...judgePolicy(judged, { labels, policies })], mode);
}

/** The networks that an object's pod names, as the caller found them. */
export interface Networks {
  /** Those that exist, by namespace/name. */
  readonly found: ReadonlyMap<string, JudgedClusterNad>;
  /** The keys of others, for suggestions. */
  readonly others: readonly string[];
  /** Why none of them was read. */
  readonly problem?: PlexusError;
}

/** Decides about a pod, or about a workload with a pod template. `more`: findings that needed requests. */
export function judgePodWrite(
  request: AdmissionRequest,
  { networks, more }: { readonly networks: Networks; readonly more: readonly Finding[] },
  policy: Policy,
): Decision {
  const { object, name, namespace, kind } = request;
  const isPod = kind === 'Pod';
  const mode = isPod ? policy.pods : policy.templates;
  if (mode === 'off' || object === undefined || isBeingDeleted(object)) return allowed;
  const { problem } = networks;
  if (problem !== undefined) {
    const path = [...podPathOf(object), 'metadata', 'annotations', networksKey];
    return verdictOf([findingOf(problem, path), ...more], mode);
  }
  const context = podContext(
    [...networks.found.values()].map(({ judged }) => judged),
    {
      settings: policy.settings,
      isWhole: true,
      clusterNads: networks.others.map((key) => [key, undefined] as const),
    },
  );
  const findings = judgePod({ ...identified(object, { name, namespace }), kind }, context);
  const own = isPod ? findings : findings.flatMap((each) => ofTemplate(each, policy));
  return verdictOf([...own, ...more], mode);
}

/**
 * A template may be applied before its networks, and its pods get their devices when they are created: both are no
 * mistakes of the template.
 */
function ofTemplate(found: Finding, { inject }: Policy): readonly Finding[] {
  if (found.rule === nadNotFound.id) return [{ ...found, severity: 'warning' }];
  const isAboutDevices = found.rule === deviceMissing.id || found.rule === resourceNotRequested.id;
  return inject && isAboutDevices ? [] : [found];
}

/** The object with the name and namespace of the request, which an object that is being created may lack. */
function identified(
  object: JsonObject,
  { name, namespace }: { readonly name: string; readonly namespace: string },
): JsonObject {
  const metadata = objectAt(object, 'metadata');
  const hasName = metadata['name'] !== undefined || metadata['generateName'] !== undefined;
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(!hasName && name !== '' && { name }),
      ...(namespace !== '' && { namespace }),
    },
  };
}

/** Whether the owner of a NetworkAttachmentDefinition allows deleting it while pods use it. */
export const mayBeForced = (nad: JsonObject | undefined): boolean => annotationsOf(nad)[forceDeleteKey] === 'true';

const mostNamed = 5;

/** Decides about the deletion of a NetworkAttachmentDefinition that these pods use. */
export function judgeDeletion(nad: NadRef, users: readonly string[], { nads: mode }: Policy): Decision {
  if (users.length === 0) return allowed;
  const pods = users.slice(0, mostNamed);
  return verdictOf([findingOf(nadInUse({ nad: nadKey(nad), pods, more: users.length - pods.length }), [])], mode);
}

// That of a pod with a thousand networks has fewer. Any author of a pod can write one.
const mostStatusValues = 32 * 1024;

/**
 * Whether a pod uses a network: its annotations name it, or its status states that it is attached, as for a network that
 * is being removed from a running pod.
 */
export function usesNad(pod: unknown, nad: NadRef, multusNamespace: string): boolean {
  const annotations = annotationsOf(pod);
  const namespace = stringAt(pod, 'metadata', 'namespace');
  const contains = (read: () => readonly string[]): boolean => {
    try {
      return read().includes(nadKey(nad));
    } catch {
      return false;
    }
  };
  const { [networksKey]: networks, [defaultNetworkKey]: first, [networkStatusKey]: status } = annotations;
  // Parsing takes much longer. JSON may contain any letter as an escape sequence.
  if (![networks, first, status].some((text) => text?.includes(nad.name) === true || text?.includes('\\') === true))
    return false;
  return (
    contains(() => parseSelections(networks, namespace).selections.map((each) => nadKey(each.nad))) ||
    (first !== undefined && contains(() => [nadKey(parseDefaultNetwork(first, multusNamespace).nad)])) ||
    (status !== undefined &&
      sizeOfJson(status).elements <= mostStatusValues &&
      contains(() => parseStatus(status).map(({ name }) => name)))
  );
}
