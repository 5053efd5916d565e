import { parse, stringify } from 'yaml';
import { type Platform, type Release, addressOf, names } from './release.ts';

interface Manifest {
  readonly spec: {
    readonly platforms: readonly {
      readonly selector: { readonly matchLabels: { readonly os: string; readonly arch: string } };
    }[];
  };
}

/**
 * The manifest of deploy/krew with addresses and hashes in place of the placeholders. `sums` has the hash of each
 * platform's archive; platforms without one are left out.
 */
export function krewManifest(template: string, release: Release, sums: ReadonlyMap<Platform, string>): string {
  const { spec, ...rest } = parse(template) as Manifest;
  const filled = spec.platforms.flatMap((each) => {
    const { os, arch } = each.selector.matchLabels;
    const platform = `${os}-${arch}` as Platform;
    const sum = sums.get(platform);
    return sum === undefined
      ? []
      : [{ ...each, uri: addressOf(release, names.binary(release, platform)), sha256: sum }];
  });
  return stringify({ ...rest, spec: { ...spec, homepage: release.source, platforms: filled } });
}
