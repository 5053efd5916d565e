import { textIn } from './archive.ts';

interface Descriptor {
  readonly mediaType?: string;
  readonly digest: string;
  readonly platform?: { readonly os?: string; readonly architecture?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}
interface Index {
  readonly manifests: readonly Descriptor[];
}
const reference = 'org.opencontainers.image.ref.name';

const blob = async (archive: string, digest: string): Promise<unknown> =>
  JSON.parse(await textIn(archive, `blobs/${digest.replace(':', '/')}`));

/** What an OCI archive contains under the tag of a version. */
export interface ArchivedImage {
  readonly digest: string;
  /** os/architecture of each image, and the version in its labels. */
  readonly images: readonly { readonly platform: string; readonly version: string | undefined }[];
}

/** Reads the image with the tag `version` from an OCI archive. */
export async function readImage(archive: string, version: string): Promise<ArchivedImage> {
  const { manifests } = JSON.parse(await textIn(archive, 'index.json')) as Index;
  const tagged = manifests.find(({ annotations }) => annotations?.[reference] === version);
  if (tagged === undefined) {
    const tags = manifests.map(({ annotations }) => annotations?.[reference] ?? '(none)').join(', ');
    throw new Error(`${archive} contains no image with the tag ${version}, but: ${tags}`);
  }
  const content = (await blob(archive, tagged.digest)) as Partial<Index>;
  const digests = content.manifests?.map(({ digest }) => digest) ?? [tagged.digest];
  return { digest: tagged.digest, images: await Promise.all(digests.map((digest) => configOf(archive, digest))) };
}

async function configOf(archive: string, digest: string): Promise<ArchivedImage['images'][number]> {
  const { config } = (await blob(archive, digest)) as { readonly config: Descriptor };
  const {
    os,
    architecture,
    config: { Labels } = {},
  } = (await blob(archive, config.digest)) as {
    readonly os: string;
    readonly architecture: string;
    readonly config?: { readonly Labels?: Readonly<Record<string, string>> };
  };
  return { platform: `${os}/${architecture}`, version: Labels?.['org.opencontainers.image.version'] };
}
