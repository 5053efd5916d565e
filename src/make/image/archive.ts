import { packTar } from 'modern-tar';
import { type Layer, digestOf, layerType } from './layer.ts';
import { type Arch, platforms } from './platforms.ts';

// An OCI archive: a tar file with the OCI image layout. Its index.json names one image index, which names one image for
// each processor. Every container engine can load such a file.

export interface ImageDescription {
  /** The repository with its registry, such as docker.io/library/plexus-cni. */
  readonly name: string;
  readonly tag: string;
  readonly created: Date;
  /** Labels and annotations, `org.opencontainers.image.…`. */
  readonly labels: Readonly<Record<string, string>>;
}
export interface PlatformImage {
  readonly arch: Arch;
  readonly layers: readonly Layer[];
}

const types = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
} as const;

/** What a container of the image runs unless the manifest of its pod states something else. */
const program = {
  User: '0:0',
  Env: ['PATH=/usr/bin', 'NODE_ENV=production'],
  Entrypoint: ['/usr/bin/node', '/app/plexus.mjs'],
  Cmd: ['daemon'],
  WorkingDir: '/',
} as const;

interface Blob {
  readonly mediaType: string;
  readonly content: Uint8Array<ArrayBuffer>;
}
const json = (mediaType: string, value: object): Blob => ({ mediaType, content: Buffer.from(JSON.stringify(value)) });
const descriptorOf = ({ mediaType, content }: Blob) => ({
  mediaType,
  digest: digestOf(content),
  size: content.length,
});
/** RFC 3339 without fractions of a second. */
export const timestampOf = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, 'Z');

/** Assembles the archive. Equal arguments give equal bytes. */
export async function archiveOf(
  description: ImageDescription,
  images: readonly PlatformImage[],
): Promise<Uint8Array<ArrayBuffer>> {
  const { name, tag, created, labels } = description;
  const made = images.map((image) => imageOf(image, description));
  const index = json(types.index, {
    schemaVersion: 2,
    mediaType: types.index,
    manifests: made.map(({ manifest, arch }) => ({
      ...descriptorOf(manifest),
      platform: { architecture: platforms[arch].oci, os: 'linux' },
    })),
    annotations: labels,
  });
  const annotations = { 'io.containerd.image.name': `${name}:${tag}`, 'org.opencontainers.image.ref.name': tag };
  const top = { schemaVersion: 2, mediaType: types.index, manifests: [{ ...descriptorOf(index), annotations }] };
  // The platforms share layers without native code.
  const blobs = new Map(
    [index, ...made.flatMap(({ blobs }) => blobs)].map(({ content }) => [digestOf(content), content]),
  );
  const files: readonly (readonly [string, Uint8Array<ArrayBuffer>])[] = [
    ['oci-layout', Buffer.from(JSON.stringify({ imageLayoutVersion: '1.0.0' }))],
    ['index.json', Buffer.from(JSON.stringify(top))],
    ...[...blobs]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([digest, content]) => [`blobs/${digest.replace(':', '/')}`, content] as const),
  ];
  const own = { mtime: created, uid: 0, gid: 0, uname: '', gname: '' };
  const folders = ['blobs/', 'blobs/sha256/'].map((folder) => ({
    header: { ...own, name: folder, type: 'directory' as const, mode: 0o755, size: 0 },
  }));
  return packTar([
    ...folders,
    ...files.map(([path, content]) => ({
      header: { ...own, name: path, mode: 0o644, size: content.length },
      body: content,
    })),
  ]);
}

function imageOf({ arch, layers }: PlatformImage, { created, labels }: ImageDescription) {
  const time = timestampOf(created);
  const layerBlobs = layers.map(({ blob }): Blob => ({ mediaType: layerType, content: blob }));
  const config = json(types.config, {
    created: time,
    architecture: platforms[arch].oci,
    os: 'linux',
    config: { ...program, Labels: labels },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ title }) => ({ created: time, created_by: `src/make/image.ts: ${title}` })),
  });
  const manifest = json(types.manifest, {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: descriptorOf(config),
    layers: layerBlobs.map(descriptorOf),
    annotations: labels,
  });
  return { arch, manifest, blobs: [manifest, config, ...layerBlobs] };
}
