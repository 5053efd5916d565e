import { type JsonObject, type JsonValue, type NetworkConfiguration, isJsonObject } from '../cni/index.ts';
import { type Range, addressOf, subnetOf } from '../validate/index.ts';

/** A range of addresses, including the first and the last. */
export interface AddressRange extends Range {
  /** As in the configuration. */
  readonly text: string;
}

/** The addresses of a subnet ("10.1.0.0/24", also with host bits set); undefined for any other text. */
export function rangeOf(cidr: string): AddressRange | undefined {
  const subnet = subnetOf(cidr.trim());
  return subnet && { ...subnet, text: cidr.trim() };
}

/**
 * The addresses that a network may assign to pods, from the `ipam` keys of host-local and whereabouts. Omits what
 * cannot be parsed.
 */
export const rangesOf = ({ plugins }: NetworkConfiguration): readonly AddressRange[] =>
  plugins.flatMap(({ json }) => ipamRanges(json['ipam']));

function ipamRanges(ipam: JsonValue | undefined): readonly AddressRange[] {
  if (!isJsonObject(ipam)) return [];
  const sets = listOf(ipam['ranges']).flatMap(listOf);
  return [ipam, ...sets.filter(isJsonObject), ...listOf(ipam['ipRanges']).filter(isJsonObject)].flatMap(oneRange);
}

const listOf = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? (value as readonly JsonValue[]) : [];

function oneRange(json: JsonObject): readonly AddressRange[] {
  const written = json['subnet'] ?? json['range'];
  if (typeof written !== 'string') return [];
  const { from, to, subnet } = partsOf(written);
  const whole = rangeOf(subnet);
  if (whole === undefined) return [];
  const first = boundOf([json['rangeStart'], json['range_start'], from], whole) ?? whole.first;
  const last = boundOf([json['rangeEnd'], json['range_end'], to], whole) ?? whole.last;
  return [first <= last ? { ...whole, text: written, first, last } : { ...whole, text: written }];
}

// whereabouts: 192.0.2.10-192.0.2.20/24
function partsOf(written: string): { readonly from?: string; readonly to?: string; readonly subnet: string } {
  const [, from, subnet] = /^([^-/]+)-(.+)$/.exec(written) ?? [];
  return from === undefined || subnet === undefined
    ? { subnet: written }
    : { from, to: subnet.split('/')[0] ?? '', subnet };
}

/** The configured first address, if it lies in the range. */
function boundOf(values: readonly (JsonValue | undefined)[], { family, first, last }: Range): bigint | undefined {
  const written = values.find((each) => each !== undefined);
  const address = typeof written === 'string' ? addressOf(written) : undefined;
  if (address === undefined || address.family !== family) return undefined;
  return address.value >= first && address.value <= last ? address.value : undefined;
}
