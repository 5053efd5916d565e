import { type JsonObject, isJsonObject } from '../cni/index.ts';
import type { Path } from '../errors/index.ts';
import {
  type Range,
  type Subnet,
  addressOf,
  holds,
  isDefaultRoute,
  isInOneOf,
  overlap,
  subnetOf,
} from './addresses.ts';
import { checkOptions } from './check-plugin.ts';
import { fewTexts } from './first-few.ts';
import {
  type Finding,
  defaultRoute,
  finding,
  inside,
  keyAt,
  gatewayOutside,
  keyMissing,
  rangeInvalid,
  rangeOverlap,
  noAddresses,
} from './finding.ts';
import { valueInAnyCase } from './values.ts';

/** What an IPAM plugin assigns, and the findings about its options. */
export interface Ipam {
  readonly findings: readonly Finding[];
  readonly type: string;
  readonly ranges: readonly PlacedRange[];
  /** Whether addresses get a gateway; undefined if unknown. */
  readonly hasGateway?: boolean;
}
/** A range of assigned addresses, with its path and its subnet. */
export interface PlacedRange extends Range {
  readonly path: Path;
  readonly text: string;
  readonly subnet: Subnet;
}

const none: Ipam = { findings: [], type: '', ranges: [] };

/** Checks the IPAM options of a plugin of type `caller`. `capabilities`: those that the plugin declares. */
export function checkIpam(plugin: JsonObject, caller: string, capabilities: readonly string[]): Ipam {
  const judged = judgedIpam(valueInAnyCase(plugin, ['ipam']), caller, capabilities);
  return { ...judged, findings: inside(['ipam'], judged.findings) };
}

function judgedIpam(ipam: unknown, caller: string, capabilities: readonly string[]): Ipam {
  const type = isJsonObject(ipam) ? ipam['type'] : undefined;
  if (typeof type !== 'string' || type === '') return none;
  const { findings, options } = checkOptions(ipam, type, caller);
  const check = checks[type];
  if (options === undefined || check === undefined) return { findings, type, ranges: [] };
  const checked = check({ options, capabilities });
  const routes = checkRoutes(options, checked);
  return { ...checked, type, findings: [...findings, ...checked.findings, ...routes] };
}

interface Input {
  /** The options as Go reads them; each value is valid on its own. */
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

function checkHostLocal({ options, capabilities }: Input): Judged {
  const { ranges: sets = [], subnet } = options as { ranges?: readonly (readonly WrittenRange[])[]; subnet?: string };
  const inSets = sets.flatMap((set, index) =>
    set.map((range, at) => ({ range, path: ['ranges', index, at] as Path, set: index })),
  );
  const written = [
    ...(subnet === undefined ? [] : [{ range: options as WrittenRange, path: [] as Path, set: -1 }]),
    ...inSets,
  ];
  if (written.length === 0) {
    const missing = finding(keyMissing, keyAt([]), { key: 'ranges' }, 'host-local has no ranges', 'Add "ranges".');
    return { findings: capabilities.includes('ipRanges') ? [] : [missing], ranges: [] };
  }
  const judged = written.map(({ range, path }) => hostLocalRange(range, path));
  const ranges = judged.flatMap(({ range }) => range ?? []);
  const mixed = [...new Set(inSets.map(({ set }) => set))].flatMap((set) => mixedFamilies(set, ranges));
  return {
    findings: [...judged.flatMap(({ findings }) => findings), ...overlaps(ranges), ...mixed],
    ranges,
    hasGateway: true,
  };
}

function mixedFamilies(set: number, ranges: readonly PlacedRange[]): readonly Finding[] {
  const [first, ...others] = ranges.filter(({ path }) => path[1] === set);
  const other = others.find(({ family }) => family !== first?.family);
  if (other === undefined) return [];
  const fix = 'Put each family into a set of its own: [[…], […]].';
  const data = { address: other.text, within: first === undefined ? [] : [first.text] };
  return [finding(rangeInvalid, other.path, data, 'IPv4 and IPv6 are in one set of ranges', fix)];
}

interface JudgedRange {
  readonly findings: readonly Finding[];
  readonly range?: PlacedRange;
}

function hostLocalRange(written: WrittenRange, path: Path): JudgedRange {
  const { subnet: text = '', rangeStart = '', rangeEnd = '' } = written;
  const subnet = subnetOf(text);
  if (subnet === undefined) return { findings: [] };
  const wrong = (key: 'subnet' | 'rangeStart' | 'rangeEnd', sentence: string, fix?: string): Finding =>
    finding(rangeInvalid, [...path, key], { address: written[key] ?? '', within: [subnet.text] }, sentence, fix);
  const mistakes = [
    ...subnetMistakes(subnet, text).map(([sentence, fix]) => wrong('subnet', sentence, fix)),
    ...bounds({ rangeStart, rangeEnd }, subnet).map(([key, address]) =>
      wrong(key, `${key} ${address} is not in subnet ${text}`),
    ),
  ];
  const outside = outsideGateway([...path, 'gateway'], written.gateway, [subnet]);
  if (mistakes.length > 0) return { findings: [...mistakes, ...outside] };
  const first = numberOf(rangeStart) ?? subnet.first + 1n;
  const last = numberOf(rangeEnd) ?? (subnet.family === 4 ? subnet.last - 1n : subnet.last);
  if (first > last)
    return { findings: [wrong('rangeEnd', `rangeEnd ${rangeEnd} is before rangeStart ${rangeStart}`), ...outside] };
  return { findings: outside, range: { family: subnet.family, first, last, path: [...path, 'subnet'], text, subnet } };
}

const numberOf = (text: string): bigint | undefined => addressOf(text)?.value;

/** Reports bounds outside of the subnet. */
const bounds = <Key extends string>(
  addresses: Readonly<Record<Key, string>>,
  subnet: Subnet,
): readonly (readonly [key: Key, address: string])[] =>
  (Object.entries(addresses) as [Key, string][]).filter(([, address]) => address !== '' && !holds(subnet, address));

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

function outsideGateway(path: Path, gateway: string | undefined, subnets: readonly Subnet[]): readonly Finding[] {
  if (gateway === undefined || gateway === '' || subnets.length === 0 || isInOneOf(subnets, gateway)) return [];
  const { within, list } = fewTexts(subnets);
  const text = `gateway ${gateway} is not in ${list}`;
  return [finding(gatewayOutside, path, { address: gateway, within }, text)];
}

function overlaps(ranges: readonly PlacedRange[]): readonly Finding[] {
  return ranges.flatMap((range, index) => {
    const other = ranges.slice(0, index).find((each) => overlap(each, range));
    if (other === undefined) return [];
    const text = `range in ${range.text} overlaps with the one in ${other.text} before it`;
    return [finding(rangeOverlap, range.path, { address: range.text, within: [other.text] }, text)];
  });
}

// static without configured addresses assigns those that a pod requests, through the capability ips or CNI_ARGS
function checkStatic({ options }: Input): Judged {
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

function checkWhereabouts({ options }: Input): Judged {
  const { range, ipRanges = [], gateway } = options as WhereaboutsRange & { ipRanges?: readonly WhereaboutsRange[] };
  const written = [
    ...(range === undefined || range === '' ? [] : [{ range: options as WhereaboutsRange, path: [] as Path }]),
    ...ipRanges.map((each, index) => ({ range: each, path: ['ipRanges', index] as Path })),
  ];
  const judged = written.map((each) => whereaboutsRange(each.range, each.path));
  const ranges = judged.flatMap((each) => each.range ?? []);
  const subnets = ranges.map(({ subnet }) => subnet);
  const empty = finding(noAddresses, keyAt([]), { ipam: 'whereabouts' }, 'whereabouts has neither range nor ipRanges');
  const hasAddresses =
    written.length > 0 || options['configuration_path'] !== undefined || options['addresses'] !== undefined;
  return {
    findings: [
      ...judged.flatMap(({ findings }) => findings),
      ...outsideGateway(['gateway'], gateway, subnets),
      ...(hasAddresses ? [] : [empty]),
    ],
    ranges,
    hasGateway: gateway !== undefined && gateway !== '',
  };
}

/** Parses "first-last/prefix", or a subnet alone. */
function dashedRange(text: string): { readonly dashed: string; readonly subnet: Subnet | undefined } {
  const [left = '', right] = text.split('-').map((part) => part.trim());
  return right === undefined ? { dashed: '', subnet: subnetOf(left) } : { dashed: left, subnet: subnetOf(right) };
}

function whereaboutsRange(written: WhereaboutsRange, path: Path): JudgedRange {
  const { range: text = '', range_start: start = '', range_end: end = '' } = written;
  const { dashed, subnet } = dashedRange(text);
  if (subnet === undefined) return { findings: [] };
  const addresses = { range: dashed, range_start: start, range_end: end };
  const wrong = (key: keyof typeof addresses, sentence: string): Finding =>
    finding(rangeInvalid, [...path, key], { address: addresses[key], within: [subnet.text] }, sentence);
  const outside = bounds(addresses, subnet);
  if (outside.length > 0)
    return { findings: outside.map(([key, address]) => wrong(key, `${address} is not in ${subnet.text}`)) };
  const first = numberOf(start) ?? numberOf(dashed) ?? subnet.first + 1n;
  const last = numberOf(end) ?? (dashed === '' ? subnet.last : subnet.address);
  if (first > last) return { findings: [wrong(end === '' ? 'range' : 'range_end', 'the range ends before it begins')] };
  return { findings: [], range: { family: subnet.family, first, last, path: [...path, 'range'], text, subnet } };
}

function checkRoutes(options: JsonObject, { ranges, hasGateway }: Judged): readonly Finding[] {
  const { routes = [] } = options as { routes?: readonly { readonly dst: string; readonly gw?: string }[] };
  const subnets = ranges.map(({ subnet }) => subnet);
  return routes.flatMap(({ dst, gw }, index) => {
    const path = ['routes', index];
    if (gw !== undefined && gw !== '') {
      const [to, from] = [subnetOf(dst)?.family, addressOf(gw)?.family];
      if (to === undefined || from === undefined || to === from) return outsideGateway([...path, 'gw'], gw, subnets);
      const text = `gateway ${gw} is of another IP family than ${dst}: the route cannot be set`;
      return [finding(gatewayOutside, [...path, 'gw'], { address: gw, within: [dst] }, text)];
    }
    if (!isDefaultRoute(dst) || hasGateway !== false) return [];
    const text = `the default route ${dst} has no gateway: neither "gw" nor a gateway of the addresses is set`;
    return [finding(defaultRoute, path, {}, text)];
  });
}
