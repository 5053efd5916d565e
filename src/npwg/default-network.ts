import { defaultNetworkKey } from './keys.ts';
import { maxNetworksEver, parseAnnotation } from './parse-selections.ts';
import type { NetworkSelection } from './selection.ts';
import { invalidAt } from './selection-place.ts';

/**
 * Parses `v1.multus-cni.io/default-network`, which must name exactly one network. Names without a namespace are in
 * `multusNamespace` (NPWG-91). Throws selectionInvalid.
 */
export function parseDefaultNetwork(text: string, multusNamespace: string): NetworkSelection {
  const { selections } = parseAnnotation(text, {
    key: defaultNetworkKey,
    namespace: multusNamespace,
    maxNetworks: maxNetworksEver,
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
