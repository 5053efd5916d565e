import { execFile } from 'node:child_process';
import { mkdir, mkdtempDisposable, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shim } from '../support/daemon.ts';
import { commandsIn, plexus } from './commands-in-root.ts';

const run = promisify(execFile);
let root: Awaited<ReturnType<typeof mkdtempDisposable>>;
beforeEach(async () => {
  root = await mkdtempDisposable(join(tmpdir(), 'plexus-root-'));
  for (const folder of ['etc/cni/net.d', 'opt/cni/bin']) await mkdir(at(folder), { recursive: true });
});
afterEach(() => root.remove());

const { at, install, uninstall } = commandsIn(() => root.path);

describe('plexus install and plexus-host.json', () => {
  it('writes the paths for direct mode beside the binary, and removes the file if all are defaults', async () => {
    const file = at('opt/cni/bin/plexus-host.json');
    const { stdout } = await install(
      '--cni-dir',
      '/data/cni/plexus',
      '--log-file',
      '/var/log/plexus.log',
      '--conf-dir',
      '/etc/cni/multus/net.d',
    );
    expect(stdout).toContain(`wrote ${file}`);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      cniDir: '/data/cni/plexus',
      logFile: '/var/log/plexus.log',
    });
    expect((await stat(file)).mode & 0o777).toBe(0o644);
    expect((await install('--cni-dir', '/data/cni/plexus', '--log-file', '/var/log/plexus.log')).stdout).not.toContain(
      'plexus-host.json',
    );
    const { stdout: more } = await run(plexus, ['install', '--root', root.path, '--shim', shim], {
      env: { ...process.env, PLEXUS_CNI_DIR: '/data' },
    });
    expect(more).toContain(`wrote ${file}`);
    expect((await install()).stdout).toContain(`removed ${file}`);
    expect(await readdir(at('opt/cni/bin'))).toEqual(['plexus']);
  });

  it('names the runtime’s configuration folder in that file if it is not the default', async () => {
    await mkdir(at('etc/containerd'));
    await mkdir(at('custom/net.d'), { recursive: true });
    await writeFile(
      at('etc/containerd/config.toml'),
      'version = 2\n[plugins."io.containerd.grpc.v1.cri".cni]\nconf_dir = "/custom/net.d"\n',
    );
    await install();
    expect(JSON.parse(await readFile(at('opt/cni/bin/plexus-host.json'), 'utf8'))).toEqual({
      cniConfDir: ['/custom/net.d'],
    });
    expect((await uninstall()).stdout).toContain('removed plexus-host.json');
    expect(await readdir(at('opt/cni/bin'))).toEqual([]);
  });

  it('rejects a relative path', async () => {
    expect(await install('--log-file', 'plexus.log')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/PLX-HOST-FILE-INVALID.*logFile must be an absolute path/) as string,
    });
    expect(await readdir(at('opt/cni/bin'))).toEqual([]);
  });
});
