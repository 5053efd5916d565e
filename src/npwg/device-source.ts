import type { Nad } from './nad.ts';
import type { DeviceRequests } from './pod-device.ts';
import type { NetworkSelection } from './selection.ts';

/** Where the device of an attachment comes from. */
export type DeviceSource =
  /** A device plugin's resource, or a resource that a driver of claims publishes. */
  | { readonly kind: 'resource'; readonly name: string }
  /** `claim` or `claim/request`, where `claim` is the name within the pod. */
  | { readonly kind: 'claim'; readonly name: string };

type Named = Pick<Nad, 'resourceName' | 'resourceClaim'>;

/**
 * Returns the source of an attachment's device; undefined if it uses none. What the element of the annotation names
 * replaces what the NAD names. A claim precedes a resource, because it is more specific.
 */
export function deviceSourceOf(
  nad: Named | undefined,
  selection: Pick<NetworkSelection, 'resourceName' | 'resourceClaim'> | undefined,
): DeviceSource | undefined {
  return sourceIn(selection) ?? sourceIn(nad);
}

function sourceIn({ resourceName, resourceClaim }: Named = {}): DeviceSource | undefined {
  if (resourceClaim !== undefined) return { kind: 'claim', name: resourceClaim };
  return resourceName === undefined ? undefined : { kind: 'resource', name: resourceName };
}

/** Returns a text that is different for each source. */
export const sourceKey = ({ kind, name }: DeviceSource): string => `${kind} ${name}`;

/** Returns the devices to query for these sources. Resources are repeated; claims are not. */
export function requestsOfSources(sources: readonly (DeviceSource | undefined)[]): DeviceRequests {
  const named = (kind: DeviceSource['kind']): readonly string[] =>
    sources.flatMap((source) => (source?.kind === kind ? [source.name] : [])).toSorted();
  return { resources: named('resource'), claims: [...new Set(named('claim'))] };
}
