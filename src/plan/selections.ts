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

/** The networks that a pod's annotations request, after the policy checks. */
export interface PodSelections {
  /** Replaces the node's default network (NPWG-91). */
  readonly defaultNetwork?: NetworkSelection;
  readonly selections: readonly NetworkSelection[];
  readonly warnings: readonly Warning[];
}

const nothing: PodSelections = { selections: [], warnings: [] };

/**
 * Reads a pod's annotations. Throws selectionInvalid or networksTooMany unless invalidAnnotation is `ignore` (NPWG-28);
 * throws namespaceRefused or defaultNetworkRefused.
 */
export function readSelections(pod: PodMetadata | undefined, settings: Settings): PodSelections {
  if (pod === undefined) return nothing;
  const first = unlessIgnored(defaultNetworkKey, settings, () => defaultNetworkOf(pod, settings));
  const fromNetworks = unlessIgnored(networksKey, settings, () => selectionsOf(pod, settings, first.defaultNetwork));
  return { ...first, ...fromNetworks, warnings: [...first.warnings, ...fromNetworks.warnings] };
}

// Reads one annotation on its own, so that a mistake in one does not drop the other. A policy violation is never
// ignored.
function unlessIgnored(key: string, settings: Settings, read: () => PodSelections): PodSelections {
  try {
    return read();
  } catch (thrown) {
    const error = asPlexusError(thrown);
    if (!(is(error, selectionInvalid) || is(error, networksTooMany)) || settings.invalidAnnotation === 'fail')
      throw error;
    return { ...nothing, warnings: [annotationIgnored({ key, error })] };
  }
}

function defaultNetworkOf(pod: PodMetadata, settings: Settings): PodSelections {
  const text = pod.annotations[defaultNetworkKey];
  if (text === undefined) return nothing;
  assertDefaultNetworkAllowed(pod, settings);
  const defaultNetwork = parseDefaultNetwork(text, settings.multusNamespace);
  assertNamespaceAllowed(defaultNetwork, pod, settings, [settings.multusNamespace]);
  return { ...nothing, defaultNetwork };
}

function selectionsOf(
  pod: PodMetadata,
  settings: Settings,
  defaultNetwork: NetworkSelection | undefined,
): PodSelections {
  const { selections, warnings } = parseSelections(
    pod.annotations[networksKey],
    pod.namespace,
    settings.maxNetworksPerPod,
  );
  for (const selection of selections) assertNamespaceAllowed(selection, pod, settings);
  if (defaultNetwork?.defaultRoute !== undefined) refuseSecondOwner(selections);
  return { selections, warnings };
}

// the parser rejects a second default-route within one annotation (NPWG-53)
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
