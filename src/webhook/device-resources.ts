import { type JsonObject, type JsonValue, parseJson } from '../cni/index.ts';
import { type PlexusError, deviceContainerUnknown } from '../errors/index.ts';
import { deviceContainerKey, injectedResourcesKey } from '../npwg/index.ts';
import { limitsOf } from '../validate/index.ts';
import { annotationsOf, objectAt, objectsAt, stringAt, withAnnotations } from './pod-parts.ts';

/** How many devices of each resource the networks of a pod need. */
export type Needed = ReadonlyMap<string, number>;

/**
 * `top-up`: adds what the containers lack. `honor`: adds the full count to what the container requests, as
 * network-resources-injector does with -honor-resources.
 */
export type ResourceMode = 'top-up' | 'honor';

/** The pod after the injection, or why nothing was injected. */
export interface WithResources {
  readonly pod: JsonObject;
  readonly problem?: PlexusError;
}

/**
 * Adds the devices that the networks of a pod need to the requests and limits of one container: the one that the
 * annotation device-container names, otherwise the first. Calling it again changes nothing.
 */
export function withDeviceResources(pod: JsonObject, needed: Needed, mode: ResourceMode): WithResources {
  const containers = objectsAt(pod, 'spec', 'containers');
  const names = containers.map((each) => stringAt(each, 'name'));
  const named = annotationsOf(pod)[deviceContainerKey];
  const index = named === undefined ? 0 : names.indexOf(named);
  if (needed.size === 0 || containers.length === 0) return { pod };
  if (index < 0)
    return { pod, problem: deviceContainerUnknown({ container: named?.slice(0, 100) ?? '', known: names }) };
  return mode === 'honor' ? { pod: honored(pod, needed, index) } : { pod: toppedUp(pod, needed, index) };
}

function toppedUp(pod: JsonObject, needed: Needed, index: number): JsonObject {
  const requested = limitsOf(pod, []);
  const container = objectsAt(pod, 'spec', 'containers')[index];
  const counts = [...needed].flatMap(([resource, count]): [string, number, number][] => {
    const missing = count - (requested.get(resource) ?? 0);
    const [request, limit] = (['requests', 'limits'] as const).map((part) => countIn(container, part, resource));
    if (missing <= 0 || request === undefined || limit === undefined) return [];
    // Kubernetes requires equal requests and limits for these resources.
    const total = Math.max(request, limit) + missing;
    return [[resource, total, total]];
  });
  return withCounts(pod, index, counts);
}

function honored(pod: JsonObject, needed: Needed, index: number): JsonObject {
  const container = objectsAt(pod, 'spec', 'containers')[index];
  const before = injectedBefore(pod);
  const counts = [...needed].flatMap(([resource, count]): [string, number, number][] => {
    const missing = count - (before.get(resource) ?? 0);
    const [request, limit] = (['requests', 'limits'] as const).map((part) => countIn(container, part, resource));
    return missing <= 0 || request === undefined || limit === undefined
      ? []
      : [[resource, request + missing, limit + missing]];
  });
  if (counts.length === 0) return pod;
  const injected = JSON.stringify(Object.fromEntries([...before, ...needed]));
  return withAnnotations(withCounts(pod, index, counts), { [injectedResourcesKey]: injected });
}

/** What an earlier call of the webhook added to the pod. */
function injectedBefore(pod: JsonObject): Needed {
  const text = annotationsOf(pod)[injectedResourcesKey];
  if (text === undefined) return new Map();
  try {
    const counts = Object.entries(objectAt({ counts: parseJson(text, injectedResourcesKey) }, 'counts'));
    return new Map(counts.filter((each): each is [string, number] => Number.isSafeInteger(each[1])));
  } catch {
    return new Map();
  }
}

/** The count of a resource in a container; undefined if it is not a plain number, such as `1k`. */
function countIn(container: JsonObject | undefined, part: 'requests' | 'limits', resource: string): number | undefined {
  const value = objectAt(container, 'resources', part)[resource] ?? 0;
  const text = typeof value === 'number' || typeof value === 'string' ? `${value}` : '';
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function withCounts(pod: JsonObject, index: number, counts: readonly [string, number, number][]): JsonObject {
  if (counts.length === 0) return pod;
  const spec = objectAt(pod, 'spec');
  const containers = (spec['containers'] as readonly JsonValue[]).map((each, position) =>
    position === index ? withResourceCounts(each as JsonObject, counts) : each,
  );
  return { ...pod, spec: { ...spec, containers } };
}

function withResourceCounts(container: JsonObject, counts: readonly [string, number, number][]): JsonObject {
  const resources = objectAt(container, 'resources');
  const requests = Object.fromEntries(counts.map(([resource, request]) => [resource, String(request)]));
  const limits = Object.fromEntries(counts.map(([resource, , limit]) => [resource, String(limit)]));
  return {
    ...container,
    resources: {
      ...resources,
      requests: { ...objectAt(resources, 'requests'), ...requests },
      limits: { ...objectAt(resources, 'limits'), ...limits },
    },
  };
}
