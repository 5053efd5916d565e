import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { zstdDecompressSync } from 'node:zlib';
import { type TarHeader, unpackTar } from 'modern-tar';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly architecture: string; readonly os: string };
  readonly annotations?: Readonly<Record<string, string>>;
}
export interface ImageConfig {
  readonly architecture: string;
  readonly created: string;
  readonly config: {
    readonly Entrypoint: readonly string[];
    readonly Cmd: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
  };
  readonly rootfs: { readonly diff_ids: readonly string[] };
}
export interface FileInLayer {
  readonly header: TarHeader;
  readonly data: Uint8Array;
}
/** The image for one processor. */
export interface ImageInArchive {
  readonly architecture: string;
  /** The digest of its manifest. */
  readonly digest: string;
  readonly config: ImageConfig;
  readonly annotations: Readonly<Record<string, string>>;
  /** The entries of each layer. */
  readonly layers: readonly (readonly FileInLayer[])[];
  /** The files of all layers, by absolute path. */
  readonly files: ReadonlyMap<string, FileInLayer>;
}
export interface OciArchive {
  readonly names: readonly string[];
  readonly images: readonly ImageInArchive[];
}

const sha256 = (content: Uint8Array): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

/** Reads an OCI archive as a container engine does: every blob must have the size and the digest that are stated. */
export async function readOciArchive(file: string): Promise<OciArchive> {
  const entries = await unpackTar(await readFile(file), { strict: true });
  const contents = new Map(entries.map(({ header, data }) => [header.name, data ?? new Uint8Array()]));
  const json = <T>(content: Uint8Array | undefined): T => JSON.parse(Buffer.from(content ?? []).toString()) as T;
  const layout = json<{ imageLayoutVersion: string }>(contents.get('oci-layout'));
  if (layout.imageLayoutVersion !== '1.0.0') throw new Error('oci-layout states no version that exists');
  const blob = ({ digest, size }: Descriptor): Uint8Array => {
    const content = contents.get(`blobs/${digest.replace(':', '/')}`);
    if (content === undefined) throw new Error(`the archive does not contain ${digest}`);
    if (content.length !== size || sha256(content) !== digest) throw new Error(`${digest} is another blob`);
    return content;
  };
  const top = json<{ manifests: Descriptor[] }>(contents.get('index.json'));
  const index = json<{ manifests: Descriptor[] }>(blob(top.manifests[0] as Descriptor));
  return {
    names: top.manifests.map(({ annotations }) => annotations?.['io.containerd.image.name'] ?? ''),
    images: await Promise.all(index.manifests.map((descriptor) => imageOf(descriptor, blob))),
  };
}

async function imageOf(descriptor: Descriptor, blob: (wanted: Descriptor) => Uint8Array): Promise<ImageInArchive> {
  const json = <T>(wanted: Descriptor): T => JSON.parse(Buffer.from(blob(wanted)).toString()) as T;
  const manifest = json<{ config: Descriptor; layers: Descriptor[]; annotations: Record<string, string> }>(descriptor);
  const config = json<ImageConfig>(manifest.config);
  const layers = await Promise.all(
    manifest.layers.map(async (layer, index) => {
      const tar = zstdDecompressSync(blob(layer));
      if (sha256(tar) !== config.rootfs.diff_ids[index]) throw new Error(`layer ${index} has another diff_id`);
      return (await unpackTar(tar, { strict: true })).map(({ header, data = new Uint8Array() }) => ({ header, data }));
    }),
  );
  return {
    architecture: descriptor.platform?.architecture ?? '',
    digest: descriptor.digest,
    config,
    annotations: manifest.annotations,
    layers,
    files: new Map(
      layers
        .flat()
        .filter(({ header }) => header.type === 'file')
        .map((entry) => [`/${entry.header.name}`, entry]),
    ),
  };
}
