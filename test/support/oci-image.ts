import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Creates an OCI image that contains only busybox, as an archive for `ctr images import`. Returns its path. */
export async function busyboxImage(dir: string, name: string, entrypoint: readonly string[]): Promise<string> {
  const rootfs = join(dir, 'rootfs');
  for (const folder of ['bin', 'proc', 'sys', 'dev', 'tmp', 'etc'])
    await mkdir(join(rootfs, folder), { recursive: true });
  await copyFile('/bin/busybox', join(rootfs, 'bin/busybox'));
  await chmod(join(rootfs, 'bin/busybox'), 0o755);
  for (const each of ['sh', 'sleep', 'ip', 'ping']) await symlink('busybox', join(rootfs, 'bin', each));
  return ociImage(dir, name, { Entrypoint: entrypoint, Env: ['PATH=/bin'] });
}

/** Creates an OCI image from the folder `rootfs` of `dir`. */
async function ociImage(dir: string, name: string, program: object): Promise<string> {
  const [rootfs, layout] = [join(dir, 'rootfs'), join(dir, 'layout')];
  await mkdir(join(layout, 'blobs/sha256'), { recursive: true });
  const layerFile = join(dir, 'layer.tar');
  await run('tar', [
    '--create',
    '--file',
    layerFile,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--directory',
    rootfs,
    '.',
  ]);
  const layer = await readFile(layerFile);
  const addBlob = async (mediaType: string, content: Buffer): Promise<Descriptor> => {
    const hash = sha256(content);
    await writeFile(join(layout, 'blobs/sha256', hash), content);
    return { mediaType, digest: `sha256:${hash}`, size: content.length };
  };
  const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
  const layerBlob = await addBlob('application/vnd.oci.image.layer.v1.tar', layer);
  const config = await addBlob(
    'application/vnd.oci.image.config.v1+json',
    json({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: program,
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    }),
  );
  const manifestType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = await addBlob(
    manifestType,
    json({ schemaVersion: 2, mediaType: manifestType, config, layers: [layerBlob] }),
  );
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name };
  await writeFile(join(layout, 'index.json'), json({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }));
  await writeFile(join(layout, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  const archive = join(dir, 'image.tar');
  await run('tar', ['--create', '--file', archive, '--directory', layout, '.']);
  if ((await stat(archive)).size === 0) throw new Error(`${archive} is empty`);
  return archive;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
