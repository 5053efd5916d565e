import type { LinkRanges } from './check-configuration.ts';
import { overlap } from './addresses.ts';
import { folderOf } from './folder-of.ts';
import { type Finding, duplicate, finding, subnetShared } from './finding.ts';
import type { JudgedNad } from './judge-nad.ts';
import { type PlacedFinding, placed } from './places.ts';
import { textAt } from './values.ts';
import type { PlacedValue } from './yaml-position.ts';

/** Objects that are there twice in one folder: other folders may be other clusters, or patches. */
export function checkDuplicates(objects: readonly PlacedValue[]): readonly PlacedFinding[] {
  const seen = new Map<string, PlacedValue>();
  return objects.flatMap((object) => {
    const key = identityOf(object);
    const here = `${folderOf(object.file)} ${key}`;
    const first = seen.get(here);
    if (first === undefined || key.endsWith('/')) {
      seen.set(here, object);
      return [];
    }
    const { line } = first.spanOf(['metadata', 'name'], 'value');
    const text = `${key} is already defined: ${first.file}, line ${line}`;
    const found = placed(finding(duplicate, ['metadata', 'name'], { object: key }, text), object);
    // files of one folder may be alternatives
    return [first.file === object.file ? found : { ...found, severity: 'warning' as const }];
  });
}

function identityOf({ value }: PlacedValue): string {
  const text = (path: readonly string[]): string => textAt(value, path) ?? '';
  return `${text(['kind'])} ${text(['metadata', 'namespace']) || 'default'}/${text(['metadata', 'name'])}`;
}

/** Networks of one folder on the same link that give out the same addresses. */
export function checkSharedSubnets(
  nads: readonly { readonly judged: JudgedNad; readonly source: PlacedValue }[],
): readonly PlacedFinding[] {
  const all = nads.flatMap(({ judged: { key, nad, networks }, source }) =>
    key === undefined || nad === undefined ? [] : networks.map((network) => ({ key, network, source })),
  );
  const groups = Map.groupBy(all, ({ network, source }) => `${folderOf(source.file)} ${network.link}`);
  return [...groups.values()].flatMap((group) =>
    group.flatMap(({ key, network, source }, index) => {
      const others = group.slice(0, index).filter((each) => each.key !== key && !shareLeases(each.network, network));
      const [shared] = others.flatMap((other) => sharedFinding(key, network, other));
      return shared === undefined ? [] : [placed(shared, source)];
    }),
  );
}

/** host-local keeps leases by the network's name, whereabouts for the cluster; static gives out what is written. */
const shareLeases = (one: LinkRanges, other: LinkRanges): boolean =>
  one.ipam === other.ipam && (one.ipam === 'whereabouts' || (one.ipam === 'host-local' && one.name === other.name));

function sharedFinding(
  key: string,
  network: LinkRanges,
  other: { readonly key: string; readonly network: LinkRanges },
): readonly Finding[] {
  const range = network.ranges.find((each) => other.network.ranges.some((its) => overlap(each, its)));
  if (range === undefined) return [];
  const data = { networks: [key, other.key], range: range.text, link: network.link };
  const text = `${key} and ${other.key} assign addresses of ${range.text} on the same ${network.link}`;
  return [finding(subnetShared, range.path, data, text)];
}
