import { type JsonObject, isJsonObject } from '../cni/index.ts';
import { type PlexusError, asPlexusError, defaultNetworksInvalid } from '../errors/index.ts';
import { type NetworkSelection, defaultNetworksKey, nadKey, networksKey, parseSelections } from '../npwg/index.ts';

/** The value of the networks annotation with the default networks of the namespace added. */
export interface WithDefaults {
  /** Absent: the annotation stays as it is. */
  readonly networks?: string;
  /** Why the default networks were not added. */
  readonly problem?: PlexusError;
}

interface PodOf {
  readonly namespace: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly hostNetwork: boolean;
}

/**
 * Adds the default networks of a namespace to the networks that a pod requests. A network that the pod requests already
 * is not added, so a second call changes nothing. An annotation of the pod that cannot be parsed stays as it is, and
 * validation reports it.
 */
export function withDefaultNetworks(
  { namespace, annotations, hostNetwork }: PodOf,
  defaults: string | undefined,
): WithDefaults {
  if (defaults === undefined || defaults.trim() === '' || hostNetwork || annotations[defaultNetworksKey] === 'false')
    return {};
  let added: readonly NetworkSelection[];
  try {
    added = parseSelections(defaults, namespace).selections;
  } catch (thrown) {
    const problem = defaultNetworksInvalid({ namespace, problem: asPlexusError(thrown).message }, { cause: thrown });
    return { problem };
  }
  try {
    return merged(annotations[networksKey] ?? '', { text: defaults, selections: added }, namespace);
  } catch {
    return {};
  }
}

interface Defaults {
  readonly text: string;
  readonly selections: readonly NetworkSelection[];
}

function merged(own: string, defaults: Defaults, namespace: string): WithDefaults {
  const { selections } = parseSelections(own, namespace);
  const requested = new Set(selections.map(({ nad }) => nadKey(nad)));
  const missing = defaults.selections
    .map((each, index) => ({ each, index }))
    .filter(({ each }) => !requested.has(nadKey(each.nad)));
  if (missing.length === 0) return {};
  if (own.trim() === '' && missing.length === defaults.selections.length) return { networks: defaults.text };
  const [before, written] = [elementsOf(own), elementsOf(defaults.text)];
  if (before === undefined && written === undefined) {
    const texts = [own.trim(), ...missing.map(({ each }) => shortForm(each))];
    return { networks: texts.filter((text) => text !== '').join(',') };
  }
  const added = missing.map(({ each, index }) => written?.[index] ?? longForm(each));
  return { networks: JSON.stringify([...(before ?? selections.map(longForm)), ...added]) };
}

/** The elements of the JSON form; undefined for the short form. */
function elementsOf(text: string): readonly JsonObject[] | undefined {
  if (!/[[{"]/.test(text)) return undefined;
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value.filter(isJsonObject) : undefined;
}

const shortForm = ({ nad, interfaceName }: NetworkSelection): string =>
  `${nadKey(nad)}${interfaceName === undefined ? '' : `@${interfaceName}`}`;

const longForm = ({ nad, interfaceName }: NetworkSelection): JsonObject => ({
  name: nad.name,
  namespace: nad.namespace,
  ...(interfaceName !== undefined && { interface: interfaceName }),
});
