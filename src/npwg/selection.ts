import type { JsonObject } from '../cni/index.ts';
import { networksKey } from './keys.ts';
import type { NadRef } from './nad.ts';
import { parseJsonForm } from './selection-json.ts';
import { invalidAt } from './selection-place.ts';
import { parseTextForm } from './selection-text.ts';

export interface PortMapping {
  readonly hostPort: number;
  readonly containerPort: number;
  /** Lower case. */
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly hostIP?: string;
}
/** Bits per second and bits. */
export interface Bandwidth {
  readonly ingressRate?: number;
  readonly ingressBurst?: number;
  readonly egressRate?: number;
  readonly egressBurst?: number;
}
/** One element of the pod annotation: which NAD, with which requests (NPWG standard, section 4.1). Every value is valid. */
export interface NetworkSelection {
  readonly nad: NadRef;
  /** For messages: "element 2", counted from 1. */
  readonly place: string;
  readonly interfaceName?: string;
  readonly ips?: readonly string[];
  readonly mac?: string;
  readonly infinibandGuid?: string;
  readonly portMappings?: readonly PortMapping[];
  readonly bandwidth?: Bandwidth;
  /** Gateways; present and empty means "this attachment keeps its own default route, the others lose theirs" (NPWG-56). */
  readonly defaultRoute?: readonly string[];
  readonly deviceId?: string;
  readonly cniArgs?: JsonObject;
  readonly ipamClaimReference?: string;
}
export interface Selections {
  readonly selections: readonly NetworkSelection[];
  readonly warnings: readonly string[];
}

/** The networks that a pod's annotation asks for; none when it is absent or empty (NPWG-18 to NPWG-63). selectionInvalid. */
export const parseSelections = (text: string | undefined, podNamespace: string): Selections => parseAnnotation(text, networksKey, podNamespace);

/** The same for any annotation of that grammar. */
export function parseAnnotation(text: string | undefined, key: string, namespace: string): Selections {
  if (text === undefined || text.trim() === '') return { selections: [], warnings: [] };
  // NPWG-19: no name holds one of these
  const parsed = /[[{"]/.test(text) ? parseJsonForm(text, key, namespace) : { selections: parseTextForm(text, key, namespace), warnings: [] };
  if (parsed.selections.length <= mostNetworks) return parsed;
  throw invalidAt({ key, element: 'the whole value' }, parsed.selections.length, `a number of networks that one pod can have (at most ${mostNetworks})`);
}

// each of them is an interface, an undo and a status entry: more than this is a mistake or an attack
const mostNetworks = 250;
