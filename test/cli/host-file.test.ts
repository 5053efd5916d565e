import { execFile } from 'node:child_process';
import { chmod, chown, mkdtempDisposable, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHostFile } from '../../src/cli/host-file.ts';
import { assertNotNested } from '../../src/cli/nested.ts';
import { settingsFor } from '../../src/cli/stand-in.ts';
import { hostPathKeys, hostPathsFrom } from '../../src/plan/index.ts';

const run = promisify(execFile);
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
beforeEach(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-host-'));
});
afterEach(() => folder.remove());
const file = (): string => join(folder.path, 'plexus-host.json');
const read = () => readHostFile(folder.path, {});
const invalid = (problem: RegExp) =>
  expect.objectContaining({
    id: 'PLX-HOST-FILE-INVALID',
    message: expect.stringMatching(problem) as string,
  }) as unknown;

describe('plexus-host.json', () => {
  it('is read beside the binary and sets the paths, which have defaults without it', async () => {
    expect(read()).toEqual({ file: file(), settings: {}, confDirs: ['/etc/cni/net.d'] });
    await writeFile(file(), '{"cniDir":"/data/cni","binDir":"/a:/b","cniConfDir":"/data/net.d"}');
    expect(read()).toEqual({
      file: file(),
      settings: { cniDir: '/data/cni', binDir: '/a:/b' },
      confDirs: ['/data/net.d'],
    });
  });

  it('is read from the path in the runtime’s environment, where it must exist', async () => {
    const other = join(folder.path, 'other.json');
    expect(() => readHostFile('/nowhere', { PLEXUS_HOST_FILE: other })).toThrow(invalid(/ENOENT/));
    await writeFile(other, '{"cniDir":"/x"}');
    expect(readHostFile('/nowhere', { PLEXUS_HOST_FILE: other }).settings).toEqual({ cniDir: '/x' });
  });

  it.each([
    { title: 'text that is not JSON', text: '{', problem: /JSON|position|Expected/ },
    { title: 'JSON that is not an object', text: '[]', problem: /must be a JSON object/ },
    { title: 'an unknown key', text: '{"binDirs":"/a"}', problem: /unknown key "binDirs"; known: cniConfDir, binDir/ },
    { title: 'delegates, which is not a path', text: '{"delegates":[]}', problem: /unknown key "delegates"/ },
    { title: 'a relative path', text: '{"cniDir":"state"}', problem: /cniDir must be an absolute path, not "state"/ },
    { title: 'a number', text: '{"logFile":7}', problem: /logFile must be an absolute path, not 7/ },
  ])('is rejected if it contains $title', async ({ text, problem }) => {
    await writeFile(file(), text);
    expect(read).toThrow(invalid(problem));
  });

  it('is rejected if anyone but root can write it', async () => {
    await writeFile(file(), '{}');
    for (const mode of [0o664, 0o646]) {
      await chmod(file(), mode);
      expect(read).toThrow(invalid(/others than its owner can write it/));
    }
    await chmod(file(), 0o644);
    await chown(file(), 1000, 0);
    expect(read).toThrow(invalid(/it belongs to user 1000/));
  });

  it('is rejected if it is a symbolic link or a FIFO', async () => {
    await writeFile(join(folder.path, 'real'), '{}');
    await symlink('real', file());
    expect(read).toThrow(invalid(/symbolic link/));
    await rm(file());
    await run('mkfifo', [file()]);
    expect(read).toThrow(invalid(/a FIFO/));
  });
});

const default_ = { delegates: [{ cniVersion: '1.0.0', name: 'x', type: 'bridge' }] };
const none = hostPathsFrom(undefined, '/opt/cni/bin/plexus-host.json');
const settings = async (config: object, env: Record<string, string> = {}, host = none) =>
  settingsFor({ ...default_, ...config }, env, host);
const values: Readonly<Record<string, unknown>> = { binDir: ['/evil'] };

describe('a path on standard input', () => {
  it.each(hostPathKeys)('%s is rejected unless plexus-host.json has it', async (key) => {
    const value = values[key] ?? '/evil';
    await expect(settings({ [key]: value })).rejects.toMatchObject({
      id: 'PLX-PATH-NOT-ALLOWED',
      message: expect.stringMatching(new RegExp(`${key} from /opt/cni/bin/plexus-host.json only.*/evil`)) as string,
    });
    await expect(settings({ [key.toUpperCase()]: value })).rejects.toMatchObject({ id: 'PLX-PATH-NOT-ALLOWED' });
    const host = hostPathsFrom({ [key]: '/evil/' }, 'file');
    expect((await settings({ [key]: value }, {}, host)).warnings).toEqual([]);
    expect(
      JSON.stringify((await settings({}, {}, host)).settings),
      'the host’s value holds when it is not repeated',
    ).toContain('/evil');
    await expect(settings({ [key]: '/other' }, {}, host)).rejects.toMatchObject({ id: 'PLX-PATH-NOT-ALLOWED' });
  });

  it('is accepted if it is the default', async () => {
    const usual = {
      binDir: '/opt/cni/bin',
      cniDir: '/var/lib/cni/plexus/',
      confDir: '/etc/cni/multus/net.d',
      kubeconfig: '',
      logFile: '',
    };
    expect((await settings(usual)).warnings).toEqual([]);
  });

  it('is ignored with a warning in fallback to direct mode, except cniDir, which is rejected', async () => {
    const away = { PLEXUS_DAEMON_AWAY: '1' };
    const { settings: taken, warnings } = await settings(
      { logFile: '/evil', readinessindicatorfile: '/run/x', binDir: '/evil' },
      away,
    );
    expect(taken).not.toHaveProperty('logFile');
    expect(taken).toMatchObject({ binDir: [], cniDir: '/var/lib/cni/plexus' });
    expect(warnings.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/logFile.*it is ignored/),
        expect.stringMatching(/binDir.*it is ignored/),
      ]),
    );
    await expect(settings({ cniDir: '/evil' }, away)).rejects.toMatchObject({ id: 'PLX-PATH-NOT-ALLOWED' });
  });
});

describe('assertNotNested', () => {
  it('accepts a call without a plugin among its parents', () => expect(() => assertNotNested({})).not.toThrow());
  it.each(['1', '0', ''])('rejects a call with PLEXUS_NESTED set to %j', (value) =>
    expect(() => assertNotNested({ PLEXUS_NESTED: value })).toThrow(
      expect.objectContaining({ id: 'PLX-NESTED-CALL' }) as unknown as Error,
    ),
  );
});
