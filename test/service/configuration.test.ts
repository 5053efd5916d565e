import { mkdtempDisposable, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/cni/index.ts';
import { type LiveConfiguration, loadConfiguration } from '../../src/service/index.ts';
import type { Step } from '../../src/report/index.ts';
import { waitFor } from '../support/wait-for.ts';

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let file: string;
let stop: AbortController;
let following: Promise<void>;
const steps: Step[] = [];
beforeEach(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-conf-'));
  file = join(folder.path, 'plexus.yaml');
  stop = new AbortController();
  following = Promise.resolve();
  steps.length = 0;
});
afterEach(async () => {
  stop.abort();
  await following;
  await folder.remove();
});

const warnings: string[] = [];
const load = (more: { env?: JsonObject; flags?: JsonObject; required?: boolean } = {}): Promise<LiveConfiguration> => {
  warnings.length = 0;
  return loadConfiguration({ file, required: false, env: {}, flags: {}, ...more }, (text) => warnings.push(text));
};
function follow(configuration: LiveConfiguration): void {
  following = configuration.follow((step) => void steps.push(step), stop.signal);
}
const textsOf = (kind: Step['kind']): readonly string[] =>
  steps.flatMap((step) => (step.kind === kind && 'text' in step ? [step.text] : []));

describe('the configuration of the daemon', () => {
  it('has a default for every key', async () => {
    expect((await load()).current()).toEqual({
      socket: '/run/plexus/plexus.sock',
      cniConfDir: '/etc/cni/net.d',
      manageConfiguration: 'keep',
      logFormat: 'json',
      statusChecks: false,
      daemonWaitSeconds: 10,
      whenDaemonIsAway: 'defer',
      reclaimSeconds: 300,
      warmUp: 'on',
      http: { host: '127.0.0.1', port: 9913 },
      graceSeconds: 30,
      hotPlug: 'on',
      kubeletPodsApi: '/var/lib/kubelet/pods-api/pods-api.sock',
      settings: {},
    });
  });

  it('lets flags override environment variables, and environment variables override the file', async () => {
    await writeFile(file, 'socket: /file\ncniConfDir: /file\ngraceSeconds: 1\nlogLevel: debug\n');
    const configuration = await load({ env: { cniConfDir: '/env', graceSeconds: 2 }, flags: { graceSeconds: 3 } });
    expect(configuration.current()).toMatchObject({
      socket: '/file',
      cniConfDir: '/env',
      graceSeconds: 3,
      settings: { logLevel: 'debug' },
    });
  });

  it.each([
    { title: 'YAML', text: 'http: "[::1]:9000"\nnamespaceIsolation: true\n' },
    { title: 'JSON', text: '{"http":"[::1]:9000","namespaceIsolation":true}' },
  ])('accepts $title', async ({ text }) => {
    await writeFile(file, text);
    expect((await load()).current()).toMatchObject({
      http: { host: '::1', port: 9000 },
      settings: { namespaceIsolation: true },
    });
  });

  it.each([
    { title: 'a file that is not YAML', text: 'a: [', says: 'line 1' },
    { title: 'a list', text: '- a', says: 'it is not a list of keys and values' },
    {
      title: 'an unknown value of an enumeration',
      text: 'manageConfiguration: sometimes',
      says: '"sometimes" is not allowed: it must be keep, report, off',
    },
    { title: 'a number as a string', text: 'graceSeconds: soon', says: 'graceSeconds: "soon" is not allowed' },
    { title: 'a relative path', text: 'socket: run/x.sock', says: 'socket: "run/x.sock" is not allowed' },
    {
      title: 'an invalid listen address',
      text: 'http: nowhere',
      says: 'http: "nowhere" is not allowed: it must be ADDRESS:PORT',
    },
    { title: 'an invalid setting of the calls', text: 'namespaceIsolation: perhaps', says: 'namespaceIsolation' },
  ])('rejects $title and names the place', async ({ text, says }) => {
    await writeFile(file, text);
    await expect(load()).rejects.toMatchObject({ code: 7, message: expect.stringContaining(says) });
  });

  it('warns of an unknown key and rejects a missing file that is required', async () => {
    await writeFile(file, 'graceSecond: 3\n');
    await load();
    expect(warnings.join()).toContain('unknown key "graceSecond"');
    await rm(file);
    await expect(load({ required: true })).rejects.toMatchObject({
      id: 'PLX-FILE-UNUSABLE',
      message: expect.stringContaining(file),
    });
  });

  it('applies a change without a restart and reports the keys that need one', async () => {
    await writeFile(file, 'graceSeconds: 1\nsocket: /one\n');
    const configuration = await load();
    follow(configuration);
    await writeFile(`${file}.new`, 'graceSeconds: 2\nsocket: /two\n');
    await rename(`${file}.new`, file);
    await waitFor('the change', async () => configuration.current().graceSeconds === 2);
    expect(configuration.current().socket).toBe('/one');
    expect(textsOf('warning')).toEqual(['socket changed to "/two"; restart the daemon to apply it (now: "/one")']);
    await waitFor('the report', async () => textsOf('daemon').includes(`${file} changed and is in effect`));
  });

  it('detects a changed ConfigMap (a replaced link) and reports an invalid one without applying it', async () => {
    await writeFile(join(folder.path, 'one'), 'graceSeconds: 1\n');
    await writeFile(join(folder.path, 'two'), 'graceSeconds: soon\n');
    await writeFile(join(folder.path, 'three'), 'graceSeconds: 3\n');
    const point = async (to: string): Promise<void> => {
      await symlink(to, `${file}.new`);
      await rename(`${file}.new`, file);
    };
    await point('one');
    const configuration = await load();
    follow(configuration);
    await point('two');
    await waitFor('the problem', async () => steps.some((step) => step.kind === 'problem'));
    expect(configuration.current().graceSeconds).toBe(1);
    await point('three');
    await waitFor('the good one', async () => configuration.current().graceSeconds === 3);
  });
});
