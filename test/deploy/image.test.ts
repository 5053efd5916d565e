import { execFile } from 'node:child_process';
import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noticesName } from '../../src/make/bundling.ts';
import { makeImage } from '../../src/make/image.ts';
import { archiveOf } from '../../src/make/image/archive.ts';
import { layerOf } from '../../src/make/image/layer.ts';
import { ownArch, platforms } from '../../src/make/image/platforms.ts';
import { programBundle, programFiles } from '../../src/make/image/program.ts';
import { installedNode } from '../../src/make/image/runtime.ts';
import { sbomOf } from '../../src/make/image/sbom.ts';
import { type ImageInArchive, type OciArchive, readOciArchive } from '../support/oci-archive.ts';
import { containersOf, deploy, podOf, rendered } from './objects.ts';

const run = promisify(execFile);
const root = join(deploy, '..');
const created = new Date('2026-01-02T03:04:05Z');
const name = 'registry.test/plexus-cni';
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
const text = (image: ImageInArchive, path: string): string => Buffer.from(image.files.get(path)?.data ?? []).toString();

/** The field e_machine of an ELF header. */
const elfMachine = { amd64: 62, arm64: 183 } as const;
const machineOf = (content: Uint8Array): number => Buffer.from(content.subarray(0, 20)).readUInt16LE(18);
const isElf = (content: Uint8Array): boolean => Buffer.from(content.subarray(0, 4)).toString('latin1') === '\u007fELF';

const notOfProgram = ['/usr/bin/node', '/app/LICENSE.node.txt', '/app/sbom.cdx.json'];

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let archive: OciArchive;
let leftOut: readonly { readonly reason: string }[];
let own: ImageInArchive;
beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-image-'));
  const made = await makeImage({ root, out: folder.path, name, isDirect: false, created });
  leftOut = made.leftOut;
  for (const { reason } of leftOut)
    process.stderr.write(`the image for the other processor is not tested: ${reason}\n`);
  archive = await readOciArchive(made.file);
  own = archive.images.find(({ architecture }) => architecture === platforms[ownArch()].oci) as ImageInArchive;
});
afterAll(() => folder.remove());

describe('the image archive', () => {
  it('contains one image for each processor, under one name', () => {
    expect(archive.names).toEqual([`${name}:${version}`]);
    expect(archive.images.map(({ architecture }) => architecture)).toHaveLength(2 - leftOut.length);
    for (const { architecture, config } of archive.images) expect(config.architecture).toBe(architecture);
  });

  it('contains only programs for the processor that its manifest states', () => {
    for (const { architecture, files } of archive.images) {
      const programs = [...files].filter(([, { data }]) => isElf(data));
      const other = programs.filter(([, { data }]) => machineOf(data) !== elfMachine[architecture as 'amd64']);
      expect(other.map(([path]) => path)).toEqual([]);
      expect(programs.map(([path]) => path)).toEqual(
        expect.arrayContaining(['/usr/bin/node', '/app/shim/plexus', '/app/native.node']),
      );
      expect(programs.length).toBeGreaterThan(6); // With libraries.
    }
  });

  it('states its source, version and licence in labels and annotations', () => {
    for (const { config, annotations } of archive.images) {
      const { Labels } = config.config;
      expect(annotations).toEqual(Labels);
      expect(Labels).toMatchObject({
        'org.opencontainers.image.title': 'plexus-cni',
        'org.opencontainers.image.version': version,
        'org.opencontainers.image.created': '2026-01-02T03:04:05Z',
        'org.opencontainers.image.licenses': 'Apache-2.0',
      });
      expect(config.created).toBe('2026-01-02T03:04:05Z');
    }
  });

  it('has layers with sorted entries of root, with equal times', () => {
    for (const entries of archive.images.flatMap(({ layers }) => layers)) {
      const names = entries.map(({ header }) => header.name);
      expect(names).toEqual(names.toSorted());
      expect(new Set(entries.map(({ header }) => header.mtime?.getTime()))).toEqual(new Set([0]));
      expect(
        entries.filter(({ header: { uid, gid, mode = 0 } }) => uid !== 0 || gid !== 0 || (mode & 0o7022) !== 0),
      ).toEqual([]);
    }
  });

  it('has Node.js and its libraries in a layer without files of Plexus', () => {
    const paths = own.layers.map((entries) => entries.map(({ header }) => header.name));
    expect(paths).toHaveLength(2);
    expect(paths[0]).toContain('usr/bin/node');
    expect(paths[0]?.filter((path) => path.startsWith('app/'))).toEqual(['app/', 'app/LICENSE.node.txt']);
    expect(paths[1]).toEqual(expect.arrayContaining(['app/plexus.mjs', 'app/shim/plexus', 'app/native.node']));
  });

  it('contains the program once: the bundle of the command line, which is also the daemon', () => {
    for (const { files } of archive.images) {
      const modules = [...files].filter(([path]) => path.endsWith('.mjs'));
      const contents = modules.map(([, { data }]) => Buffer.from(data).toString());
      expect(modules.map(([path]) => path)).not.toContain('/app/plexus-cni.mjs');
      expect(contents.filter((each) => each.length > 1_000_000)).toHaveLength(1); // The Kubernetes client.
    }
  });

  it('contains no shell and no package manager', () => {
    for (const { files } of archive.images) {
      const paths = [...files.keys()];
      expect(paths.filter((path) => /\/(sh|bash|dash|busybox|npm|npx|apt|apt-get|dpkg)$/.test(path))).toEqual([]);
      expect(new Set(paths.map((path) => path.split('/')[1]))).toEqual(
        new Set(['app', 'usr', 'lib', ...(files.has('/lib64/ld-linux-x86-64.so.2') ? ['lib64'] : [])]),
      );
    }
  });

  it('contains what the manifests run', async () => {
    const manifests = await Promise.all(rendered.map(({ objects }) => objects()));
    const programs = manifests.flatMap((objects) =>
      containersOf(podOf(objects)).flatMap(({ command = [] }) => command.slice(0, 1)),
    );
    expect(programs.length).toBeGreaterThan(0);
    for (const { files, config } of archive.images)
      expect([...files.keys()]).toEqual(expect.arrayContaining([...programs, ...config.config.Entrypoint]));
  });

  it('contains the licences of everything in it', () => {
    for (const image of archive.images) {
      for (const file of ['LICENSE', 'LICENSE.node.txt', noticesName])
        expect(text(image, `/app/${file}`).length, file).toBeGreaterThan(1000);
      expect(text(image, '/app/LICENSE.node.txt')).toContain('Node.js contributors');
      for (const each of ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1'])
        expect(text(image, `/usr/share/doc/${each}/copyright`).length, each).toBeGreaterThan(1000);
    }
  });
});

interface Bom {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
  readonly components: readonly { readonly name: string; readonly version: string; readonly purl: string }[];
}
describe('the software bill of materials', () => {
  const bomOf = (image: ImageInArchive): Bom => JSON.parse(text(image, '/app/sbom.cdx.json')) as Bom;

  it('is in the image, and beside the archive', async () => {
    for (const image of archive.images) {
      const file = join(folder.path, `plexus-cni-${version}-linux-${image.architecture}.cdx.json`);
      expect(await readFile(file, 'utf8')).toBe(text(image, '/app/sbom.cdx.json'));
    }
  });

  it('names Plexus, exactly the packages of the notices, Node.js and Debian’s libraries', async () => {
    for (const image of archive.images) {
      const { bomFormat, metadata, components } = bomOf(image);
      expect(bomFormat).toBe('CycloneDX');
      expect(metadata.component).toMatchObject({ name: 'plexus-cni', version });
      const titles = [...text(image, `/app/${noticesName}`).matchAll(/^(\S+ \d\S*) \(.+\)$/gm)];
      const npm = components.filter(({ purl }) => purl.startsWith('pkg:npm/'));
      const node = `node-linux-${image.architecture === 'arm64' ? 'arm64' : 'x64'}`;
      const expected = [...titles.map(([, title = '']) => title), `${node} ${(await installedNode(root)).version}`];
      expect(npm.map((each) => `${each.name} ${each.version}`).toSorted()).toEqual([...new Set(expected)].toSorted());
      const debian = components.filter(({ purl }) => purl.startsWith('pkg:deb/debian/'));
      expect(debian.map((each) => each.name)).toEqual(
        expect.arrayContaining(['libatomic1', 'libc6', 'libgcc-s1', 'libstdc++6']),
      );
      // The shim's static libraries.
      expect(debian.filter((each) => each.name.startsWith('libc6-dev'))).toHaveLength(1);
      for (const { purl } of debian) expect(purl).toMatch(/@\d[^?]*\?arch=(amd64|arm64)&distro=debian-\d+$/);
    }
  });

  it('states the libraries of both processors in the same versions', () => {
    const versions = archive.images.map((image) =>
      bomOf(image)
        .components.filter((each) => /^pkg:deb\/debian\/lib(c6|gcc-s1|atomic1|stdc%2B%2B6)@/.test(each.purl))
        .map((each) => `${each.name} ${each.version}`),
    );
    for (const each of versions) expect(each).toEqual(versions[0]);
  });
});

describe('the image for arm64', () => {
  const why = async (): Promise<string | undefined> => {
    if (leftOut.length > 0) return 'it was not built';
    const { stdout } = await run('sh', ['-c', 'command -v qemu-aarch64-static || true']);
    return stdout === '' ? 'qemu-aarch64-static is not installed' : undefined;
  };

  it('runs: Node.js with its libraries, the bundle, the addon and the shim', async (context) => {
    const reason = await why();
    if (reason !== undefined) return context.skip(reason);
    const { files } = archive.images.find(({ architecture }) => architecture === 'arm64') as ImageInArchive;
    const rootfs = join(folder.path, 'arm64');
    for (const [path, { data, header }] of files) {
      await mkdir(dirname(join(rootfs, path)), { recursive: true });
      await writeFile(join(rootfs, path), data, { mode: header.mode });
    }
    const emulate = async (program: string, ...args: string[]): Promise<string> =>
      (await run('qemu-aarch64-static', ['-L', rootfs, join(rootfs, program), ...args])).stdout;
    const addon = join(rootfs, 'app/native.node');
    const answer = await emulate('/usr/bin/node', '--require', addon, join(rootfs, 'app/plexus.mjs'), 'version');
    expect(answer).toContain(`plexus ${version}`);
    expect(await emulate('/app/shim/plexus', '--version')).toBe(`${version}\n`);
  });
});

describe('the build of the image', () => {
  it('collects equal files again', async () => {
    const { files, inputs } = await programBundle(root);
    const native = { shim: join(root, 'dist/shim/plexus'), addon: join(root, 'dist/native.node') };
    const bom = text(own, '/app/sbom.cdx.json');
    const debian = (JSON.parse(bom) as Bom).components.filter(({ purl }) => purl.startsWith('pkg:deb/'));
    const sbom = await sbomOf(root, {
      name: 'plexus-cni',
      version,
      created,
      arch: ownArch(),
      runtime: { name: `node-linux-${ownArch()}`, version: (await installedNode(root)).version, license: 'MIT' },
      inputs,
      debian,
      debianVersion: /distro=debian-(.*)/.exec(debian[0]?.purl ?? '')?.[1] ?? '',
    });
    expect(sbom).toBe(bom);
    const again = [...files, ...(await programFiles(root, native))];
    expect(again.map(({ path }) => path).toSorted()).toEqual(
      [...own.files.keys()]
        .filter((path) => /^\/(app|usr\/bin)\//.test(path) && !notOfProgram.includes(path))
        .toSorted(),
    );
    for (const { path, content } of again)
      expect(Buffer.compare(content, own.files.get(path)?.data ?? Buffer.alloc(0)), path).toBe(0);
  });

  it('packs equal files into an equal archive', async () => {
    const content = new Uint8Array(Buffer.from('equal'.repeat(100_000)));
    const build = async (paths: readonly string[]): Promise<Uint8Array> => {
      const files = paths.map((path) => ({ path, mode: 0o644, content }));
      const layers = [await layerOf('one', files, new Date(0)), await layerOf('two', files.slice(1), new Date(0))];
      return archiveOf({ name, tag: '1', created, labels: { a: 'b' } }, [{ arch: 'x64', layers }]);
    };
    const archives = [await build(['/a/b', '/a/c']), await build(['/a/b', '/a/c'])];
    expect(Buffer.compare(archives[0] as Uint8Array, archives[1] as Uint8Array)).toBe(0);
    expect((await layerOf('x', [], created)).diffId).toBe((await layerOf('y', [], new Date(0))).diffId);
    const sorted = ['/a/b', '/b'].map((path) => ({ path, mode: 0o755, content }));
    const [one, other] = [await layerOf('x', sorted, created), await layerOf('x', sorted.toReversed(), created)];
    expect(one.diffId).toBe(other.diffId);
  });

  it('uses no Node.js other than that of package-lock.json', async () => {
    const bin = join(folder.path, `checkout/node_modules/node-linux-${process.arch}/bin`);
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, 'node'), '#!/bin/sh\necho v26.0.0\n', { mode: 0o755 });
    await writeFile(join(folder.path, 'checkout/package-lock.json'), await readFile(join(root, 'package-lock.json')));
    await expect(installedNode(join(folder.path, 'checkout'))).rejects.toThrow(
      /the image needs Node\.js v26\.\d+\.\d+, but .* answers: v26\.0\.0/,
    );
  });

  it('rejects a processor for which there is no image', async () => {
    const made = run(process.execPath, [join(root, 'src/make/image.ts'), '--platform', 'linux/riscv64']);
    await expect(made).rejects.toMatchObject({
      stderr: expect.stringContaining('no image is built for it, only for linux/amd64, linux/arm64') as string,
    });
  });
});
