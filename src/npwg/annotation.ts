import { networksTooMany } from '../errors/index.ts';

/** An annotation, and the limits for parsing it. */
export interface Annotation {
  readonly key: string;
  /** The namespace of names that do not contain one. */
  readonly namespace: string;
  /** The maximum number of networks in it. */
  readonly maxNetworks: number;
}

/** Throws networksTooMany above the annotation's limit. */
export function assertFew(networks: number, { key, maxNetworks }: Annotation): void {
  if (networks > maxNetworks) throw networksTooMany({ key, networks, most: maxNetworks });
}
