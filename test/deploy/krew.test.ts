import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtempDisposable, readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { krewManifest } from '../../src/make/release/krew.ts';
import { type Release, platforms } from '../../src/make/release/release.ts';
import { repository } from '../support/plexus-command.ts';

const template = await readFile(join(repository, 'deploy/krew/plexus.yaml'), 'utf8');
const release: Release = {
  root: repository,
  out: '/nonexistent',
  version: '1.2.3',
  source: 'https://example.com/plexus',
  image: 'registry.example.com/plexus-cni',
  time: 0,
};
const sum = (index: number): string => String(index + 1).repeat(64);

it('the krew manifest of a release names an archive with its hash for every platform, and no placeholder', () => {
  const sums = new Map(platforms.map((platform, index) => [platform, sum(index)]));
  const text = krewManifest(template, release, sums);
  expect(text).not.toMatch(/example\.invalid|0{64}/);
  const { spec } = parse(text) as { readonly spec: { readonly platforms: readonly object[] } };
  expect(spec).toMatchObject({ homepage: 'https://example.com/plexus' });
  expect(spec.platforms).toMatchObject(
    platforms.map((platform, index) => {
      const [os, arch] = platform.split('-');
      return {
        selector: { matchLabels: { os, arch } },
        uri: `https://example.com/plexus/releases/download/v1.2.3/plexus-1.2.3-${platform}.tar.gz`,
        sha256: sum(index),
        files: [{ from: 'plexus', to: 'kubectl-plexus' }, { from: 'LICENSE' }, { from: 'THIRD-PARTY-NOTICES.txt' }],
        bin: 'kubectl-plexus',
      };
    }),
  );
});

it('the krew manifest of a release leaves out platforms without an archive', () => {
  const { spec } = parse(krewManifest(template, release, new Map([['darwin-arm64', sum(1)]]))) as {
    readonly spec: { readonly platforms: readonly object[] };
  };
  expect(spec.platforms).toMatchObject([{ selector: { matchLabels: { os: 'darwin', arch: 'arm64' } } }]);
});

it.skipIf(!existsSync('/usr/bin/kubectl'))('kubectl runs the command line as its plugin', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-krew-'));
  await symlink(join(repository, 'dist/kubectl-plexus'), join(folder.path, 'kubectl-plexus'));
  const { stdout } = await promisify(execFile)('kubectl', ['plexus', 'networks', '--help'], {
    env: { ...process.env, PATH: `${folder.path}:${process.env['PATH'] ?? ''}` },
  });
  expect(stdout).toContain('kubectl plexus networks -o yaml');
});
