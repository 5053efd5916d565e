import {
  type Warning,
  annotationIgnored,
  asPlexusError,
  is,
  networksTooMany,
  selectionInvalid,
} from '../errors/index.ts';
import {
  type NetworkSelection,
  type PodMetadata,
  defaultNetworkKey,
  networksKey,
  parseDefaultNetwork,
  parseSelections,
} from '../npwg/index.ts';
import { assertDefaultNetworkAllowed, assertNamespaceAllowed } from './policy.ts';
import type { Settings } from './settings.ts';

/** What a pod's annotations ask for, already allowed by the policy. */
export interface PodWishes {
  /** In place of the node's default network (NPWG-91). */
  readonly defaultNetwork?: NetworkSelection;
  readonly selections: readonly NetworkSelection[];
  readonly warnings: readonly Warning[];
}

const nothing: PodWishes = { selections: [], warnings: [] };

/**
 * Reads a pod's annotations. selectionInvalid and networksTooMany, unless the settings say that an invalid one is
 * ignored (NPWG-28); namespaceRefused, defaultNetworkRefused.
 */
export function wishesOf(pod: PodMetadata | undefined, settings: Settings): PodWishes {
  if (pod === undefined) return nothing;
  const first = unlessIgnored(defaultNetworkKey, settings, () => defaultNetworkOf(pod, settings));
  const further = unlessIgnored(networksKey, settings, () => selectionsOf(pod, settings, first.defaultNetwork));
  return { ...first, ...further, warnings: [...first.warnings, ...further.warnings] };
}

// each annotation by itself: a mistake in one is no reason to drop the other; a refusal by the policy is never ignored
function unlessIgnored(key: string, settings: Settings, read: () => PodWishes): PodWishes {
  try {
    return read();
  } catch (thrown) {
    const error = asPlexusError(thrown);
    if (!(is(error, selectionInvalid) || is(error, networksTooMany)) || settings.invalidAnnotation === 'fail')
      throw error;
    return { ...nothing, warnings: [annotationIgnored({ key, error })] };
  }
}

function defaultNetworkOf(pod: PodMetadata, settings: Settings): PodWishes {
  const text = pod.annotations[defaultNetworkKey];
  if (text === undefined) return nothing;
  assertDefaultNetworkAllowed(pod, settings);
  const defaultNetwork = parseDefaultNetwork(text, settings.multusNamespace);
  assertNamespaceAllowed(defaultNetwork, pod, settings, [settings.multusNamespace]);
  return { ...nothing, defaultNetwork };
}

function selectionsOf(pod: PodMetadata, settings: Settings, defaultNetwork: NetworkSelection | undefined): PodWishes {
  const { selections, warnings } = parseSelections(
    pod.annotations[networksKey],
    pod.namespace,
    settings.maxNetworksPerPod,
  );
  for (const selection of selections) assertNamespaceAllowed(selection, pod, settings);
  if (defaultNetwork?.defaultRoute !== undefined) refuseSecondOwner(selections);
  return { selections, warnings };
}

// within one annotation that is refused when it is parsed (NPWG-53)
function refuseSecondOwner(selections: readonly NetworkSelection[]): void {
  const second = selections.find(({ defaultRoute }) => defaultRoute !== undefined);
  if (second === undefined) return;
  throw selectionInvalid({
    ...second.place,
    field: ['default-route'],
    value: JSON.stringify(second.defaultRoute),
    allowed: `allowed here: annotation ${defaultNetworkKey} has a default-route already, and a pod has one default route`,
  });
}
