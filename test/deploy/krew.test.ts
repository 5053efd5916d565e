import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, glob, mkdir, mkdtempDisposable, readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };
import { repository } from '../support/plexus-command.ts';

const run = promisify(execFile);
interface Plugin {
  readonly spec: {
    readonly version: string;
    readonly platforms: readonly { readonly bin: string; readonly files: readonly { readonly from: string }[] }[];
  };
}
const { spec } = parse(await readFile(join(repository, 'deploy/krew/plexus.yaml'), 'utf8')) as Plugin;

it('the krew manifest has the version of this release', () => {
  expect(spec.version).toBe(`v${manifest.version}`);
});

it.skipIf(!existsSync('/usr/bin/kubectl'))(
  'what its files lay out, linked as krew links it, is kubectl plexus',
  async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-krew-'));
    const [store, bin] = [join(folder.path, 'store'), join(folder.path, 'bin')];
    for (const each of [store, bin]) await mkdir(each);
    const [platform] = spec.platforms;
    for (const { from } of platform?.files ?? []) {
      for await (const file of glob(from, { cwd: from === 'LICENSE' ? repository : join(repository, 'dist') })) {
        await cp(join(from === 'LICENSE' ? repository : join(repository, 'dist'), file), join(store, basename(file)));
      }
    }
    await symlink(join(store, platform?.bin ?? ''), join(bin, 'kubectl-plexus'));
    const { stdout } = await run('kubectl', ['plexus', 'networks', '--help'], {
      env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    });
    expect(stdout).toContain('kubectl plexus networks -A -o yaml');
  },
);
