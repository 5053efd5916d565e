import { isJsonObject } from '../cni/index.ts';
import { type Path, keyText } from '../errors/index.ts';
import {
  defaultNetworkKey,
  defaultNetworksKey,
  deviceContainerKey,
  nadAnnotationKeys,
  networkStatusKey,
  networksKey,
} from '../npwg/index.ts';
import { didYouMean } from '../plan/index.ts';
import { type Finding, annotationUnknown, finding, keyAt, misplaced } from './finding.ts';
import { valueAt } from './values.ts';

/** The known annotations of a NetworkAttachmentDefinition, and those of a pod. */
export const nadAnnotations: readonly string[] = nadAnnotationKeys;
export const podAnnotations: readonly string[] = [
  networksKey,
  defaultNetworkKey,
  networkStatusKey,
  `${networkStatusKey.replace('network-', 'networks-')}`,
  defaultNetworksKey,
  deviceContainerKey,
];

/** Reports keys that resemble a known annotation, because no program reads them. */
export function checkAnnotations(object: unknown, path: Path, known: readonly string[]): readonly Finding[] {
  const annotations = valueAt(object, path);
  if (!isJsonObject(annotations)) return [];
  return Object.keys(annotations).flatMap((key) => {
    const meant = known.includes(key) ? undefined : nearest(key, known);
    if (meant === undefined) return [];
    const text = `no program reads the annotation ${JSON.stringify(key)}; did you mean ${JSON.stringify(meant)}?`;
    return [finding(annotationUnknown, keyAt([...path, key]), { key, meant }, text)];
  });
}

// At most a few letters of either part may differ: annotations of other programs are no longer than ours.
function nearest(key: string, known: readonly string[]): string | undefined {
  const [domain = '', name = ''] = key.split('/');
  return known.find((each) => {
    const [itsDomain = '', itsName = ''] = each.split('/');
    return (
      didYouMean(domain, [itsDomain]) !== undefined &&
      didYouMean(name, [itsName]) !== undefined &&
      (domain === itsDomain || name === itsName)
    );
  });
}

/**
 * Reports annotations for pods in a place where they have no effect: on the owner, among labels, or beside metadata.
 */
export function checkMisplaced(object: unknown, pod: Path): readonly Finding[] {
  const right = [...pod, 'metadata', 'annotations'];
  return [networksKey, defaultNetworkKey].flatMap((key) => {
    if (valueAt(object, [...right, key]) !== undefined) return [];
    const path = wrongPlaces(pod)
      .map((place) => [...place, key])
      .find((each) => valueAt(object, each) !== undefined);
    if (path === undefined) return [];
    const kind = String(valueAt(object, ['kind']));
    const text = `annotation ${key} in ${keyText(path.slice(0, -1))} of a ${kind} does nothing: pods get the annotations of ${keyText(right)}`;
    return [finding(misplaced, keyAt(path), { key, belongs: right }, text, `Move it to ${keyText(right)}.`)];
  });
}

const wrongPlaces = (pod: Path): readonly Path[] => [
  ...(pod.length === 0
    ? []
    : [['metadata', 'annotations'], ['annotations'], ['metadata', 'labels'], ['spec', 'annotations']]),
  ...[
    ['annotations'],
    ['metadata'],
    ['metadata', 'labels'],
    ['spec', 'annotations'],
    ['spec', 'metadata', 'annotations'],
  ].map((path) => [...pod, ...path]),
];
