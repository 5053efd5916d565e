import { isJsonObject } from '../cni/index.ts';
import type { Path } from '../errors/index.ts';
import { defaultNetworkKey, nadGroup, nadKind, networksKey } from '../npwg/index.ts';
import { type Finding, finding, keyAt, unchecked } from './finding.ts';

/**
 * A note for an object of a kind without checks here that holds networks all the same: its networks are not checked.
 */
export function uncheckedFindings(object: unknown): readonly Finding[] {
  const found = firstNetworks(object, []);
  if (found === undefined) return [];
  const text = `${nameOf(object)} holds ${found.what}, and objects of this kind are not checked`;
  return [finding(unchecked, keyAt(found.path), {}, text)];
}

function nameOf(value: unknown): string {
  const { kind, metadata } = value as { readonly kind?: unknown; readonly metadata?: unknown };
  if (typeof kind !== 'string') return 'a file that is not a Kubernetes object';
  const name = isJsonObject(metadata) ? (metadata['name'] ?? metadata['generateName']) : undefined;
  return typeof name === 'string' ? `${kind} ${name}` : kind;
}

interface Networks {
  readonly path: Path;
  readonly what: string;
}

// deeper than anybody nests a chart's values
const mostLevels = 40;

/** The first place, from the top, that names networks of a pod or contains a NetworkAttachmentDefinition. */
function firstNetworks(value: unknown, path: Path): Networks | undefined {
  if (path.length > mostLevels || typeof value !== 'object' || value === null) return undefined;
  for (const [key, each] of Object.entries(value as object)) {
    const place = [...path, Array.isArray(value) ? Number(key) : key];
    const found = networksAt(key, each, place) ?? firstNetworks(each, place);
    if (found !== undefined) return found;
  }
  return undefined;
}

function networksAt(key: string, value: unknown, path: Path): Networks | undefined {
  if ([networksKey, defaultNetworkKey].includes(key) && value !== null && value !== '')
    return { path, what: `the annotation ${key}` };
  if (!isJsonObject(value)) return undefined;
  const { kind, apiVersion } = value;
  const isNad = kind === nadKind && typeof apiVersion === 'string' && apiVersion.startsWith(`${nadGroup}/`);
  return isNad ? { path, what: `a ${nadKind}` } : undefined;
}
