import { isJsonObject } from '../cni/index.ts';
import type { Path } from '../errors/index.ts';
import type { PodMetadata } from '../npwg/index.ts';
import { type Finding, finding, objectInvalid } from './finding.ts';
import { valueAt } from './values.ts';

/** Annotations that are no texts: no cluster takes them. */
export function notTexts(object: unknown, path: Path): readonly Finding[] {
  const annotations = valueAt(object, path) ?? {};
  if (!isJsonObject(annotations))
    return [finding(objectInvalid, path, { value: annotations }, 'annotations must be an object')];
  return Object.entries(annotations)
    .filter(([, value]) => typeof value !== 'string')
    .map(([key, value]) =>
      finding(objectInvalid, [...path, key], { value }, `annotation ${key} is not a string`, 'Quote it.'),
    );
}

/** The pod, as its annotations are read. */
export function podOfObject(object: unknown, annotations: Path): PodMetadata {
  const { name, generateName, namespace } = (valueAt(object, ['metadata']) ?? {}) as Readonly<
    Record<string, string | undefined>
  >;
  const inside = valueAt(object, annotations) as PodMetadata['annotations'] | undefined;
  return {
    namespace: namespace === undefined || namespace === '' ? 'default' : namespace,
    name: name ?? generateName ?? '',
    annotations: inside ?? {},
  };
}

/** How many devices of a resource the containers and sidecars ask for (K8S-04). */
export function limitsOf(object: unknown, path: Path): ReadonlyMap<string, number> {
  const listOf = (key: string): readonly unknown[] => {
    const list = valueAt(object, [...path, 'spec', key]);
    return Array.isArray(list) ? list : [];
  };
  const sidecars = listOf('initContainers').filter((each) => asObject(each)['restartPolicy'] === 'Always');
  const limits = new Map<string, number>();
  for (const container of [...listOf('containers'), ...sidecars]) {
    const wanted = {
      ...asObject(valueAt(container, ['resources', 'requests'])),
      ...asObject(valueAt(container, ['resources', 'limits'])),
    };
    for (const [name, count] of Object.entries(wanted))
      limits.set(name, (limits.get(name) ?? 0) + (Number(count) || 0));
  }
  return limits;
}

/** The pod's own names of its ResourceClaims. */
export function claimsOf(object: unknown, path: Path): readonly string[] {
  const claims = valueAt(object, [...path, 'spec', 'resourceClaims']);
  return Array.isArray(claims)
    ? claims.flatMap((each) => asObject(each)['name'] ?? []).filter((name) => typeof name === 'string')
    : [];
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> => (isJsonObject(value) ? value : {});
