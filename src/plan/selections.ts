import { asPlexusError } from '../errors/index.ts';
import { type NetworkSelection, type PodMetadata, defaultNetworkKey, networksKey, parseDefaultNetwork, parseSelections } from '../npwg/index.ts';
import { assertNamespaceAllowed } from './policy.ts';
import type { Settings } from './settings.ts';

/** What a pod's annotations ask for, already allowed by the policy. */
export interface PodWishes {
  /** In place of the node's default network (NPWG-91). */
  readonly defaultNetwork?: NetworkSelection;
  readonly selections: readonly NetworkSelection[];
  readonly warnings: readonly string[];
}

const nothing: PodWishes = { selections: [], warnings: [] };

/** Reads a pod's annotations. selectionInvalid, unless the settings say that invalid ones are ignored (NPWG-28); namespaceRefused. */
export function wishesOf(pod: PodMetadata | undefined, settings: Settings): PodWishes {
  if (pod === undefined) return nothing;
  try {
    return parsedWishes(pod, settings);
  } catch (thrown) {
    const error = asPlexusError(thrown);
    if (error.id !== 'PLX-SELECTION-INVALID' || settings.invalidAnnotation === 'fail') throw error;
    return { ...nothing, warnings: [`ignored, as invalidAnnotation says: ${error.message}`] };
  }
}

function parsedWishes(pod: PodMetadata, settings: Settings): PodWishes {
  const { selections, warnings } = parseSelections(pod.annotations[networksKey], pod.namespace);
  const wanted = pod.annotations[defaultNetworkKey];
  const defaultNetwork = wanted === undefined ? undefined : parseDefaultNetwork(wanted, settings.multusNamespace);
  for (const selection of selections) assertNamespaceAllowed(selection, pod, settings);
  if (defaultNetwork !== undefined) assertNamespaceAllowed(defaultNetwork, pod, settings, [settings.multusNamespace]);
  return { selections, warnings, ...(defaultNetwork !== undefined && { defaultNetwork }) };
}
