import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../support/api-server/index.ts';
import { daemonPod, daemonSet } from '../support/installed-daemons.ts';
import { type Ended, runProgram } from '../support/plexus-command.ts';

let server: ApiServer;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-status-'));
  server = await startApiServer();
  server.put('namespaces', { metadata: { name: 'kube-system' } });
  await server.writeKubeconfig(join(folder.path, 'config'));
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});
const plexus = (...words: readonly string[]): Promise<Ended> =>
  runProgram('plexus', words, { KUBECONFIG: join(folder.path, 'config') });

describe('plexus status', () => {
  it('reports that nothing is installed, with exit status 1', async () => {
    const { code, stdout } = await plexus('status');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^error +daemon +no DaemonSet of Plexus exists$/m);
  });

  it('names the node whose daemon is not ready, and --wait ends when it is', async () => {
    server.put('daemonsets', daemonSet(1));
    server.put('pods', daemonPod('plexus-a', 'n1', true));
    server.put('pods', daemonPod('plexus-b', 'n2', false));
    const { code, stdout } = await plexus('status');
    expect(code).toBe(1);
    expect(stdout.replace(/this program: .*/, 'this program: VERSION')).toMatchInlineSnapshot(`
      "waiting  daemon        DaemonSet kube-system/plexus: 1 of 2 nodes ready, 2 up to date
      waiting  not ready     n2: kube-system/plexus-b is Running, not ready, 4 restarts
      ok       version       plexus-cni:0.1.0 on 2 nodes; this program: VERSION
      ok       networks API  CustomResourceDefinition installed
      ok       webhook       not installed (optional)
      ok       networks      0 defined
      ok       pods          none with networks
      ok       leftovers     no attachment was abandoned within the last hour
      "
    `);
    expect(await plexus('status', '-o', 'jsonpath={range [*]}{.what}={.state} {end}')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^daemon=waiting not ready=waiting version=ok /) as unknown,
    });
    expect((await plexus('status', '--wait', '--timeout', '0.1')).code).toBe(1);
    const waiting = plexus('status', '--wait', '--timeout', '120');
    server.put('daemonsets', daemonSet(2));
    server.put('pods', daemonPod('plexus-b', 'n2', true));
    expect(await waiting).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('plexus explain', () => {
  it('prints meaning, fix and how to find the cause, without a cluster', async () => {
    const { code, stdout } = await runProgram('plexus', ['explain', 'plx-plugin-missing'], { KUBECONFIG: '/nowhere' });
    expect(code).toBe(0);
    expect(stdout).toContain('PLX-PLUGIN-MISSING (error, CNI code 7, a retry can succeed)');
    expect(stdout).toContain('fix:  Install the plugin on this node in one of these folders.');
    expect(stdout).toContain('── A plugin is not on the node');
    expect((await runProgram('plexus', ['explain', 'PLX-D-DAEMON'])).stdout).toContain('(check of plexus doctor)');
  });

  it('suggests an identifier for a mistyped one, with exit status 2', async () => {
    const { code, stderr } = await runProgram('plexus', ['explain', 'PLX-PLUGIN-MISING']);
    expect(code).toBe(2);
    expect(stderr).toContain('PLX-IDENTIFIER-UNKNOWN');
    expect(stderr).toContain('did you mean PLX-PLUGIN-MISSING?');
  });

  it('lists all identifiers', async () => {
    expect((await runProgram('plexus', ['explain'])).stdout.split('\n').length).toBeGreaterThan(100);
  });
});
