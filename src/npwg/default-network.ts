import { defaultNetworkKey } from './keys.ts';
import { mostNetworksEver, parseAnnotation } from './parse-selections.ts';
import type { NetworkSelection } from './selection.ts';
import { invalidAt } from './selection-place.ts';

/**
 * The one network of `v1.multus-cni.io/default-network`; names without a namespace are looked for in `multusNamespace`
 * (NPWG-91). selectionInvalid.
 */
export function parseDefaultNetwork(text: string, multusNamespace: string): NetworkSelection {
  const { selections } = parseAnnotation(text, {
    key: defaultNetworkKey,
    namespace: multusNamespace,
    mostNetworks: mostNetworksEver,
  });
  const [only, ...more] = selections;
  if (only === undefined || more.length > 0) {
    throw invalidAt(
      { key: defaultNetworkKey },
      text,
      `exactly one network (the annotation names ${selections.length})`,
    );
  }
  return only;
}
