import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOfPackage, lockedPackage } from '../../src/make/npm-package.ts';

const root = join(import.meta.dirname, '../..');
const lockFile = await readFile(join(root, 'package-lock.json'), 'utf8');

describe('a package that is fetched', () => {
  it('has the files of the version in package-lock.json', async () => {
    const { 'package.json': manifest } = await filesOfPackage(root, 'smol-toml', ['package.json']);
    expect(manifest).toEqual(await readFile(join(root, 'node_modules/smol-toml/package.json')));
  });

  it('is rejected if its hash is not the one in package-lock.json', async () => {
    const { version, integrity } = await lockedPackage(root, 'smol-toml');
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-package-'));
    const other = `sha512-${'A'.repeat(86)}==`;
    await writeFile(join(folder.path, 'package-lock.json'), lockFile.replace(integrity, other));
    await expect(filesOfPackage(folder.path, 'smol-toml', ['package.json'])).rejects.toThrow(
      `smol-toml ${version} has the hash ${integrity}, not ${other}`,
    );
  });

  it('is rejected if it does not contain a file', async () => {
    await expect(filesOfPackage(root, 'smol-toml', ['bin/none'])).rejects.toThrow(
      /^smol-toml \d[\d.]* contains no bin\/none$/,
    );
  });

  it('is rejected if package-lock.json does not name it', async () => {
    await expect(lockedPackage(root, 'left-pad')).rejects.toThrow('package-lock.json contains no left-pad with a hash');
  });
});
