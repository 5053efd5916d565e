import type { JsonObject } from '../cni/index.ts';
import type { AnnotationPlace, Warning } from '../errors/index.ts';
import type { NadRef } from './nad.ts';

export interface PortMapping {
  readonly hostPort: number;
  readonly containerPort: number;
  /** Lower case. */
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly hostIP?: string;
}
/** Rates in bits per second, bursts in bits. */
export interface Bandwidth {
  readonly ingressRate?: number;
  readonly ingressBurst?: number;
  readonly egressRate?: number;
  readonly egressBurst?: number;
}
/**
 * One element of a pod's annotation: a NAD and the requests to it (NPWG standard, section 4.1). Every value is valid.
 */
export interface NetworkSelection {
  readonly nad: NadRef;
  /** For messages. */
  readonly place: AnnotationPlace;
  readonly interfaceName?: string;
  readonly ips?: readonly string[];
  readonly mac?: string;
  readonly infinibandGuid?: string;
  readonly portMappings?: readonly PortMapping[];
  readonly bandwidth?: Bandwidth;
  /**
   * Gateways. An empty list means that this attachment keeps its own default route and the others lose theirs
   * (NPWG-56).
   */
  readonly defaultRoute?: readonly string[];
  readonly deviceId?: string;
  /** The resource of its device, instead of the NAD's. */
  readonly resourceName?: string;
  /** `claim` or `claim/request`: the claim of its device, instead of what the NAD names. */
  readonly resourceClaim?: string;
  readonly cniArgs?: JsonObject;
  readonly ipamClaimReference?: string;
}
/** A selection without its place in the annotation, as the journal keeps it. */
export type RequestedNetwork = Omit<NetworkSelection, 'place'>;

export interface Selections {
  readonly selections: readonly NetworkSelection[];
  readonly warnings: readonly Warning[];
}
