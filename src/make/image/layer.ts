import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { type TarHeader, packTar } from 'modern-tar';

const compress = promisify(zstdCompress);

/** A file of the image: an absolute path, its permissions, its content. */
export interface ImageFile {
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array<ArrayBuffer>;
}
export interface Layer {
  readonly title: string;
  /** The digest of the uncompressed layer. */
  readonly diffId: string;
  readonly size: number;
  readonly blob: Uint8Array<ArrayBuffer>;
}

export const layerType = 'application/vnd.oci.image.layer.v1.tar+zstd';

// zstd instead of gzip: a fifth smaller in the same time, and equal bytes on every processor. Higher levels take ten
// times as long for 2 %.
const level = 9;

/** Packs files into a layer. Equal files and an equal time give equal bytes. */
export async function layerOf(title: string, files: readonly ImageFile[], mtime: Date): Promise<Layer> {
  const tar = await packTar([...entriesOf(files, mtime)]);
  return {
    title,
    diffId: digestOf(tar),
    size: tar.length,
    blob: await compress(tar, { params: { [constants.ZSTD_c_compressionLevel]: level } }),
  };
}

export const digestOf = (content: Uint8Array): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

interface Entry {
  readonly header: TarHeader;
  readonly body?: Uint8Array<ArrayBuffer>;
}

function entriesOf(files: readonly ImageFile[], mtime: Date): readonly Entry[] {
  const own = { mtime, uid: 0, gid: 0, uname: '', gname: '' };
  const folders = new Set(files.flatMap(({ path }) => parentsOf(path)));
  const entries: Entry[] = [...folders].map((path) => ({
    header: { ...own, name: `${path.slice(1)}/`, type: 'directory', mode: 0o755, size: 0 },
  }));
  for (const { path, mode, content } of files)
    entries.push({
      header: { ...own, name: path.slice(1), type: 'file', mode, size: content.length },
      body: content,
    });
  return entries.toSorted((a, b) => (a.header.name < b.header.name ? -1 : 1));
}

/** `/usr/bin/node` → `/usr/bin`, `/usr`. */
function parentsOf(path: string): readonly string[] {
  const parent = posix.dirname(path);
  return parent === '/' ? [] : [parent, ...parentsOf(parent)];
}
