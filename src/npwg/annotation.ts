import { networksTooMany } from '../errors/index.ts';

/** An annotation, and how it is read. */
export interface Annotation {
  readonly key: string;
  /** Of names that have none. */
  readonly namespace: string;
  /** How many networks it may name. */
  readonly mostNetworks: number;
}

/** networksTooMany. */
export function assertFew(networks: number, { key, mostNetworks }: Annotation): void {
  if (networks > mostNetworks) throw networksTooMany({ key, networks, most: mostNetworks });
}
