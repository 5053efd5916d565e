import type { NetworkSelection, RequestedNetwork } from '../npwg/index.ts';

/** Returns a selection as the journal keeps it. */
export function requestedNetwork(selection: NetworkSelection): RequestedNetwork {
  const { place: _ofTheAnnotation, ...requested } = selection;
  return requested;
}
