import { appendFile, copyFile, mkdtempDisposable, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { pack, sha256, unpack } from '../../src/make/release/archive.ts';
import { problemsOf } from '../../src/make/release/check.ts';
import { makeRelease, withImage } from '../../src/make/release/make.ts';
import { notesOf } from '../../src/make/release/notes.ts';
import { type Release, artefact, names } from '../../src/make/release/release.ts';
import { repository } from '../support/plexus-command.ts';

// Without one-file programs and without the image, whose build takes long: .ci/run makes and checks a release with both.
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let release: Release;
beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-release-'));
  release = {
    root: repository,
    out: folder.path,
    version: manifest.version,
    source: 'https://example.com/plexus-cni',
    image: 'registry.example.com/plexus-cni',
    time: 1_700_000_000,
  };
  await makeRelease(release, { platforms: [], imageArchive: undefined });
});
afterAll(() => folder.remove());

type Check = NonNullable<Parameters<typeof problemsOf>[1]>[number];
/** Changes an artefact, returns the problems that one check finds, and restores the artefact. */
async function problemsWith(
  check: Check,
  name: string,
  change: (file: string) => Promise<unknown>,
): Promise<readonly string[]> {
  const file = artefact(release, name);
  const saved = join(tmpdir(), `plexus-saved-${process.pid}`);
  await copyFile(file, saved);
  try {
    await change(file);
    return await problemsOf(release, [check]);
  } finally {
    await copyFile(saved, file);
    await rm(saved);
  }
}
const edited = (from: string | RegExp, to: string) => async (file: string) =>
  writeFile(file, (await readFile(file, 'utf8')).replace(from, to));

describe('the artefacts of a release', () => {
  it('agree with each other, and the npm package runs after an installation without the network', async () => {
    expect(await problemsOf(release)).toEqual([]);
  });
  it('name the published image in manifest and chart', async () => {
    const image = `${release.image}:${manifest.version}`;
    expect(await readFile(artefact(release, names.manifest), 'utf8')).toContain(`image: ${image}\n`);
    expect(withImage('  image: plexus-cni:9.9.9 # x\n', `${image}@sha256:0`)).toBe(`  image: ${image}@sha256:0 # x\n`);
  });
  it('are rejected if the hash of one differs from the list', async () => {
    expect(await problemsWith('sums', names.notes, (file) => appendFile(file, 'more'))).toEqual([
      expect.stringMatching(/^the hash of RELEASE-NOTES.md in SHA256SUMS is \w{64}, not \w{64}$/),
    ]);
  });
  it('are rejected if the manifest names another image', async () => {
    expect(await problemsWith('manifest', names.manifest, edited(/image: \S+/, 'image: other:1'))).toContain(
      `an image of plexus.yaml is other:1, not ${release.image}:${manifest.version}`,
    );
  });
  it('are rejected if krew names another version', async () => {
    expect(await problemsWith('krew', names.krew, edited(/version: v\S+/, 'version: v0.0.1'))).toContain(
      `krew-plexus.yaml: version is v0.0.1, not v${manifest.version}`,
    );
  });
  it('are rejected if the chart has another version', async () => {
    const repack = async (file: string): Promise<void> => {
      await using inside = await mkdtempDisposable(join(tmpdir(), 'plexus-chart-'));
      await unpack(file, inside.path);
      await edited(/^version: \S+/m, 'version: 0.0.1')(join(inside.path, 'plexus/Chart.yaml'));
      await pack(file, inside.path, ['plexus'], release.time);
    };
    expect(await problemsWith('chart', names.chart(release), repack)).toContain(
      `${names.chart(release)}: version is 0.0.1, not ${manifest.version}`,
    );
  });
  it('are rejected if one is missing', async () => {
    const moved = `${folder.path}.moved`;
    expect(await problemsWith('sums', names.notes, (file) => rename(file, moved))).toContain(
      'RELEASE-NOTES.md is missing',
    );
    await rm(moved);
  });
  it('are the same, byte for byte, when they are made again', async () => {
    await using again = await mkdtempDisposable(join(tmpdir(), 'plexus-release-'));
    await makeRelease({ ...release, out: again.path }, { platforms: [], imageArchive: undefined });
    for (const name of [names.sums, names.chart(release), names.npm(release), names.sbom(release)])
      expect(await sha256(join(again.path, name)), name).toBe(await sha256(artefact(release, name)));
  });
});

describe('release notes', () => {
  const changelog = '# Changelog\n\n## Unreleased\n\n- a\n\n## 1.1.0\n\n### Added\n\n- b\n\n## [1.0.0] - 2026\n\n- c\n';
  it('are the section of the version', () => {
    expect(notesOf(changelog, '1.1.0')).toBe('### Added\n\n- b\n');
    expect(notesOf(changelog, '1.0.0')).toBe('- c\n');
  });
  it('do not exist for a version that the changelog does not contain', () => {
    expect(notesOf(changelog, '1.1')).toBeUndefined();
  });
});
