import { join } from 'node:path';

/** What a release is made of, and where it will be published. */
export interface Release {
  /** The folder of the repository. */
  readonly root: string;
  /** The folder of the artefacts. */
  readonly out: string;
  readonly version: string;
  /** The repository's page, for example https://github.com/OWNER/plexus-cni. */
  readonly source: string;
  /** The image's name in its registry, without tag. */
  readonly image: string;
  /** Modification time of all files in archives, in seconds. */
  readonly time: number;
}

/** The platforms of the one-file command line, in the words of Go, which krew and most downloads use. */
export const platforms = ['linux-amd64', 'linux-arm64', 'darwin-amd64', 'darwin-arm64'] as const;
export type Platform = (typeof platforms)[number];

/** The names of the artefacts. */
export const names = {
  image: ({ version }: Release): string => `plexus-cni-${version}.oci.tar`,
  chart: ({ version }: Release): string => `plexus-${version}.tgz`,
  npm: ({ version }: Release): string => `plexus-cni-${version}.tgz`,
  sbom: ({ version }: Release): string => `plexus-cni-${version}.cdx.json`,
  isImageSbom: ({ version }: Release, name: string): boolean =>
    name.startsWith(`plexus-cni-${version}-linux-`) && name.endsWith('.cdx.json'),
  binary: ({ version }: Release, platform: Platform): string => `plexus-${version}-${platform}.tar.gz`,
  manifest: 'plexus.yaml',
  krew: 'krew-plexus.yaml',
  notes: 'RELEASE-NOTES.md',
  sums: 'SHA256SUMS',
} as const;

/** The path of an artefact. */
export const artefact = ({ out }: Release, name: string): string => join(out, name);

/** The address that an artefact will have. */
export const addressOf = ({ source, version }: Release, name: string): string =>
  `${source}/releases/download/v${version}/${name}`;
