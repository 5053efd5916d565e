import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { bundling, entries, noticesName, standaloneEntry } from '../../src/make/bundling.ts';
import { noticesFor, packagesOf, runtimes } from '../../src/make/notices.ts';

const root = join(import.meta.dirname, '../..');

/** The packages in a bundle of these entries, as esbuild reports them. */
async function bundled(entryPoints: readonly string[]): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...entryPoints],
    outdir: join(root, 'dist'),
    write: false,
    metafile: true,
    ...bundling,
  });
  const folders = packagesOf(Object.keys(metafile.inputs));
  return Promise.all(
    folders.map(async (folder) => {
      const { name, version } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as {
        name: string;
        version: string;
      };
      return `${name} ${version}`;
    }),
  );
}

const stated = (notices: string): readonly string[] =>
  [...notices.matchAll(/^(\S+ \d\S*) \(.+\)$/gm)].map(([, title = '']) => title).toSorted();

describe('third-party notices', () => {
  it('list every bundled package with its licence text, and no other package', async () => {
    const notices = await readFile(join(root, 'dist', noticesName), 'utf8');
    const packages = await bundled(entries.flatMap((each) => Object.values(each)));
    expect(packages.length).toBeGreaterThan(40);
    expect(stated(notices)).toEqual(packages.toSorted());
    for (const section of notices.split(/^-{80}$/m).slice(1)) expect(section.length, section).toBeGreaterThan(80);
    for (const text of [runtimes.node, runtimes.libraries, runtimes.glibc]) expect(notices).toContain(text);
  });

  it('of the single file list its packages and Bun', async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: [standaloneEntry],
      outdir: join(root, 'dist'),
      write: false,
      metafile: true,
      ...bundling,
    });
    const notices = await noticesFor(root, Object.keys(metafile.inputs), [runtimes.bun]);
    expect(stated(notices)).toEqual((await bundled([standaloneEntry])).toSorted());
    expect(notices).toContain('JavaScriptCore');
  });

  it('cannot be built for a package that states no licence', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-notices-'));
    await mkdir(join(folder.path, 'node_modules/bare'), { recursive: true });
    await writeFile(
      join(folder.path, 'node_modules/bare/package.json'),
      '{"name":"bare","version":"1.0.0","license":"MIT"}',
    );
    await expect(noticesFor(folder.path, ['node_modules/bare/index.js'], [])).rejects.toThrow(
      'node_modules/bare states no licence',
    );
  });
});

describe('the lock file', () => {
  it('contains the hash of every package, no required install script, and no registry host name', async () => {
    const text = await readFile(join(root, 'package-lock.json'), 'utf8');
    const { packages } = JSON.parse(text) as {
      packages: Record<string, { integrity?: string; resolved?: string; hasInstallScript?: boolean }>;
    };
    const { '': own, ...others } = packages;
    expect(own).toBeDefined();
    expect(
      Object.entries(others).filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? '')),
    ).toEqual([]);
    expect(Object.entries(others).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect((await readFile(join(root, '.npmrc'), 'utf8')).split('\n')).toEqual(
      expect.arrayContaining(['ignore-scripts=true', 'omit-lockfile-registry-resolved=true']),
    );
  });

  it('contains exactly the packages in package.json, each in one version, and the same Node.js for both processors', async () => {
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<
      string,
      Record<string, string> | undefined
    >;
    const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version?: string }>;
    };
    const wanted = Object.entries({
      ...manifest['dependencies'],
      ...manifest['devDependencies'],
      ...manifest['optionalDependencies'],
    });
    expect(wanted.filter(([name, version]) => packages[`node_modules/${name}`]?.version !== version)).toEqual([]);
    const node = (arch: string): unknown => manifest['optionalDependencies']?.[`node-linux-${arch}`];
    expect(node('x64')).toMatch(/^26\.\d+\.\d+$/);
    expect(node('arm64')).toBe(node('x64'));
  });
});
