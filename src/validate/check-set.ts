import { nadKey } from '../npwg/index.ts';
import type { LinkRanges } from './check-configuration.ts';
import type { CheckedNad } from './check-nad.ts';
import { overlap } from './addresses.ts';
import { folderOf } from './folder-of.ts';
import { type Finding, duplicate, finding, placeOf, subnetShared } from './finding.ts';
import { type PlacedValue, valueAt } from './yaml-position.ts';

/** Objects that are there twice in one folder: other folders may be other clusters, or patches. */
export function checkDuplicates(objects: readonly PlacedValue[]): readonly Finding[] {
  const seen = new Map<string, PlacedValue>();
  return objects.flatMap((object) => {
    const key = identityOf(object);
    const here = `${folderOf(object.file)} ${key}`;
    const first = seen.get(here);
    if (first === undefined || key.endsWith('/')) {
      seen.set(here, object);
      return [];
    }
    const { line } = placeOf(first, ['metadata', 'name']);
    const found = finding(
      duplicate,
      placeOf(object, ['metadata', 'name']),
      `${key} is already defined: ${first.file}, line ${line}`,
    );
    // files of one folder may be alternatives
    return [first.file === object.file ? found : { ...found, severity: 'warning' }];
  });
}

function identityOf({ value }: PlacedValue): string {
  const text = (path: readonly string[]): string => {
    const found = valueAt(value, path);
    return typeof found === 'string' ? found : '';
  };
  return `${text(['kind'])} ${text(['metadata', 'namespace']) || 'default'}/${text(['metadata', 'name'])}`;
}

/** Networks of one folder on the same link that give out the same addresses. */
export function checkSharedSubnets(nads: readonly CheckedNad[]): readonly Finding[] {
  const all = nads.flatMap(({ nad, networks, object }) =>
    nad === undefined ? [] : networks.map((network) => ({ key: nadKey(nad), network, folder: folderOf(object.file) })),
  );
  return groupedBy(all, ({ network, folder }) => `${folder} ${network.link}`).flatMap((group) =>
    group.flatMap(({ key, network }, index) => {
      const others = group.slice(0, index).filter((each) => each.key !== key && !shareLeases(each.network, network));
      return others.flatMap((other) => sharedFinding(key, network, other)).slice(0, 1);
    }),
  );
}

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
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
  return [
    finding(
      subnetShared,
      range.place,
      `${key} and ${other.key} assign addresses of ${range.text} on the same ${network.link}`,
    ),
  ];
}
