import { type JsonObject, isJsonObject } from '../cni/index.ts';
import { type Range, type Subnet, addressOf, holds, isDefaultRoute, overlap, subnetOf } from './addresses.ts';
import { checkOptions } from './check-plugin.ts';
import {
  type Finding,
  defaultRoute,
  finding,
  gatewayOutside,
  keyMissing,
  placeOf,
  rangeInvalid,
  rangeOverlap,
  noAddresses,
} from './finding.ts';
import type { Path, PlacedValue } from './yaml-position.ts';

/** What an IPAM plugin gives out. */
export interface Ipam {
  readonly findings: readonly Finding[];
  readonly type: string;
  readonly ranges: readonly PlacedRange[];
  /** Whether addresses get a gateway; undefined when that cannot be told. */
  readonly hasGateway?: boolean;
}
/** Addresses that are given out, with their place and the subnet they are in. */
export interface PlacedRange extends Range {
  readonly path: Path;
  readonly text: string;
  readonly subnet: Subnet;
}

const none: Ipam = { findings: [], type: '', ranges: [] };

/** The IPAM part of a plugin; `capabilities`: those that the plugin declares. */
export function checkIpam(plugin: PlacedValue, capabilities: readonly string[]): Ipam {
  const ipam = plugin.at(['ipam']);
  const type = isJsonObject(ipam.value) ? ipam.value['type'] : undefined;
  if (typeof type !== 'string' || type === '') return none;
  const caller = isJsonObject(plugin.value) && typeof plugin.value['type'] === 'string' ? plugin.value['type'] : '';
  const { findings, options } = checkOptions(ipam, type, caller);
  const check = checks[type];
  if (options === undefined || check === undefined) return { findings, type, ranges: [] };
  const checked = check({ ipam, options, capabilities });
  const routes = checkRoutes(ipam, options, checked);
  return { ...checked, type, findings: [...findings, ...checked.findings, ...routes] };
}

interface Input {
  readonly ipam: PlacedValue;
  /** As Go reads them, valid by themselves. */
  readonly options: JsonObject;
  readonly capabilities: readonly string[];
}
type Judged = Omit<Ipam, 'type'>;

const checks: Readonly<Record<string, (input: Input) => Judged>> = {
  'host-local': checkHostLocal,
  static: checkStatic,
  whereabouts: checkWhereabouts,
};

interface WrittenRange {
  readonly subnet?: string;
  readonly rangeStart?: string;
  readonly rangeEnd?: string;
  readonly gateway?: string;
}

function checkHostLocal({ ipam, options, capabilities }: Input): Judged {
  const { ranges: sets = [], subnet } = options as { ranges?: readonly (readonly WrittenRange[])[]; subnet?: string };
  const inSets = sets.flatMap((set, index) =>
    set.map((range, at) => ({ range, path: ['ranges', index, at] as Path, set: index })),
  );
  const written = [
    ...(subnet === undefined ? [] : [{ range: options as WrittenRange, path: [] as Path, set: -1 }]),
    ...inSets,
  ];
  if (written.length === 0) {
    const text = 'host-local has no ranges';
    return {
      findings: capabilities.includes('ipRanges')
        ? []
        : [finding(keyMissing, placeOf(ipam, [], 'key'), text, 'Add "ranges".')],
      ranges: [],
    };
  }
  const judged = written.map(({ range, path }) => hostLocalRange(ipam, range, path));
  const ranges = judged.flatMap(({ range }) => range ?? []);
  const mixed = [...new Set(inSets.map(({ set }) => set))].flatMap((set) => mixedFamilies(ipam, set, ranges));
  return {
    findings: [...judged.flatMap(({ findings }) => findings), ...overlaps(ipam, ranges), ...mixed],
    ranges,
    hasGateway: true,
  };
}

function mixedFamilies(ipam: PlacedValue, set: number, ranges: readonly PlacedRange[]): readonly Finding[] {
  const [first, ...others] = ranges.filter(({ path }) => path[1] === set);
  const other = others.find(({ family }) => family !== first?.family);
  if (other === undefined) return [];
  return [
    finding(
      rangeInvalid,
      placeOf(ipam, other.path),
      'IPv4 and IPv6 are in one set of ranges',
      'Put each family into a set of its own: [[…], […]].',
    ),
  ];
}

interface JudgedRange {
  readonly findings: readonly Finding[];
  readonly range?: PlacedRange;
}

function hostLocalRange(ipam: PlacedValue, written: WrittenRange, path: Path): JudgedRange {
  const { subnet: text = '', rangeStart = '', rangeEnd = '' } = written;
  const subnet = subnetOf(text);
  if (subnet === undefined) return { findings: [] };
  const wrong = (key: string, sentence: string, fix?: string): Finding =>
    finding(rangeInvalid, placeOf(ipam, [...path, key]), sentence, fix);
  const mistakes = [
    ...subnetMistakes(subnet, text).map(([sentence, fix]) => wrong('subnet', sentence, fix)),
    ...bounds({ rangeStart, rangeEnd }, subnet).map(([key, address]) =>
      wrong(key, `${key} ${address} is not in subnet ${text}`),
    ),
  ];
  const outside = outsideGateway(ipam, [...path, 'gateway'], written.gateway, [subnet]);
  if (mistakes.length > 0) return { findings: [...mistakes, ...outside] };
  const first = numberOf(rangeStart) ?? subnet.first + 1n;
  const last = numberOf(rangeEnd) ?? (subnet.family === 4 ? subnet.last - 1n : subnet.last);
  if (first > last)
    return { findings: [wrong('rangeEnd', `rangeEnd ${rangeEnd} is before rangeStart ${rangeStart}`), ...outside] };
  return { findings: outside, range: { family: subnet.family, first, last, path: [...path, 'subnet'], text, subnet } };
}

const numberOf = (text: string): bigint | undefined => addressOf(text)?.value;

/** Those that are not in the subnet. */
const bounds = (
  addresses: Readonly<Record<string, string>>,
  subnet: Subnet,
): readonly (readonly [key: string, address: string])[] =>
  Object.entries(addresses).filter(([, address]) => address !== '' && !holds(subnet, address));

function subnetMistakes(
  { family, prefix, address, first, text }: Subnet,
  written: string,
): readonly (readonly [sentence: string, fix?: string])[] {
  const most = family === 4 ? 30 : 126;
  return [
    ...(prefix > most ? [[`subnet ${written} is too small: host-local needs /${most} or larger`] as const] : []),
    ...(address === first ? [] : [[`subnet ${written} has bits set behind its prefix`, `Write ${text}.`] as const]),
  ];
}

function outsideGateway(
  ipam: PlacedValue,
  path: Path,
  gateway: string | undefined,
  subnets: readonly Subnet[],
): readonly Finding[] {
  if (
    gateway === undefined ||
    gateway === '' ||
    subnets.length === 0 ||
    subnets.some((subnet) => holds(subnet, gateway))
  )
    return [];
  return [
    finding(
      gatewayOutside,
      placeOf(ipam, path),
      `gateway ${gateway} is not in ${subnets.map(({ text }) => text).join(', ')}`,
    ),
  ];
}

function overlaps(ipam: PlacedValue, ranges: readonly PlacedRange[]): readonly Finding[] {
  return ranges.flatMap((range, index) => {
    const other = ranges.slice(0, index).find((each) => overlap(each, range));
    if (other === undefined) return [];
    return [
      finding(
        rangeOverlap,
        placeOf(ipam, range.path),
        `range in ${range.text} overlaps with the one in ${other.text} before it`,
      ),
    ];
  });
}

// without addresses of its own it gives those that a pod requests: as the capability ips, or in CNI_ARGS
function checkStatic({ ipam, options }: Input): Judged {
  const { addresses = [] } = options as {
    addresses?: readonly { readonly address: string; readonly gateway?: string }[];
  };
  const ranges = addresses.flatMap(({ address }, index): readonly PlacedRange[] => {
    const subnet = subnetOf(address);
    return subnet === undefined
      ? []
      : [
          {
            family: subnet.family,
            first: subnet.address,
            last: subnet.address,
            path: ['addresses', index],
            text: address,
            subnet,
          },
        ];
  });
  const outside = addresses.flatMap(({ gateway, address }, index) =>
    outsideGateway(
      ipam,
      ['addresses', index, 'gateway'],
      gateway,
      [subnetOf(address)].filter((each) => each !== undefined),
    ),
  );
  return {
    findings: outside,
    ranges,
    ...(addresses.length > 0 && {
      hasGateway: addresses.some(({ gateway }) => gateway !== undefined && gateway !== ''),
    }),
  };
}

interface WhereaboutsRange {
  readonly range?: string;
  readonly range_start?: string;
  readonly range_end?: string;
  readonly gateway?: string;
}

function checkWhereabouts({ ipam, options }: Input): Judged {
  const { range, ipRanges = [], gateway } = options as WhereaboutsRange & { ipRanges?: readonly WhereaboutsRange[] };
  const written = [
    ...(range === undefined || range === '' ? [] : [{ range: options as WhereaboutsRange, path: [] as Path }]),
    ...ipRanges.map((each, index) => ({ range: each, path: ['ipRanges', index] as Path })),
  ];
  const judged = written.map((each) => whereaboutsRange(ipam, each.range, each.path));
  const ranges = judged.flatMap((each) => each.range ?? []);
  const subnets = ranges.map(({ subnet }) => subnet);
  const nothing =
    written.length > 0 || options['configuration_path'] !== undefined || options['addresses'] !== undefined;
  return {
    findings: [
      ...judged.flatMap(({ findings }) => findings),
      ...outsideGateway(ipam, ['gateway'], gateway, subnets),
      ...(nothing
        ? []
        : [finding(noAddresses, placeOf(ipam, [], 'key'), 'whereabouts has neither range nor ipRanges')]),
    ],
    ranges,
    hasGateway: gateway !== undefined && gateway !== '',
  };
}

/** "first-last/prefix", or a network alone. */
function dashedRange(text: string): { readonly dashed: string; readonly subnet: Subnet | undefined } {
  const [left = '', right] = text.split('-').map((part) => part.trim());
  return right === undefined ? { dashed: '', subnet: subnetOf(left) } : { dashed: left, subnet: subnetOf(right) };
}

function whereaboutsRange(ipam: PlacedValue, written: WhereaboutsRange, path: Path): JudgedRange {
  const { range: text = '', range_start: start = '', range_end: end = '' } = written;
  const { dashed, subnet } = dashedRange(text);
  if (subnet === undefined) return { findings: [] };
  const wrong = (key: string, sentence: string): Finding =>
    finding(rangeInvalid, placeOf(ipam, [...path, key]), sentence);
  const outside = bounds({ range: dashed, range_start: start, range_end: end }, subnet);
  if (outside.length > 0)
    return { findings: outside.map(([key, address]) => wrong(key, `${address} is not in ${subnet.text}`)) };
  const first = numberOf(start) ?? numberOf(dashed) ?? subnet.first + 1n;
  const last = numberOf(end) ?? (dashed === '' ? subnet.last : subnet.address);
  if (first > last) return { findings: [wrong(end === '' ? 'range' : 'range_end', 'the range ends before it begins')] };
  return { findings: [], range: { family: subnet.family, first, last, path: [...path, 'range'], text, subnet } };
}

function checkRoutes(ipam: PlacedValue, options: JsonObject, { ranges, hasGateway }: Judged): readonly Finding[] {
  const { routes = [] } = options as { routes?: readonly { readonly dst: string; readonly gw?: string }[] };
  const subnets = ranges.map(({ subnet }) => subnet);
  return routes.flatMap(({ dst, gw }, index) => {
    const path = ['routes', index];
    if (gw !== undefined && gw !== '') {
      const [to, from] = [subnetOf(dst)?.family, addressOf(gw)?.family];
      if (to === undefined || from === undefined || to === from)
        return outsideGateway(ipam, [...path, 'gw'], gw, subnets);
      return [
        finding(
          gatewayOutside,
          placeOf(ipam, [...path, 'gw']),
          `gateway ${gw} is of another IP family than ${dst}: the route cannot be set`,
        ),
      ];
    }
    if (!isDefaultRoute(dst) || hasGateway !== false) return [];
    return [
      finding(
        defaultRoute,
        placeOf(ipam, path),
        `the default route ${dst} has no gateway: neither "gw" nor a gateway of the addresses is set`,
      ),
    ];
  });
}
