import { describe, expect, it } from 'vitest';
import { guardedHost } from '../../src/host/guarded-host.ts';
import type { Host } from '../../src/host/index.ts';
import { patience } from '../support/patience.ts';

describe('the guard of direct mode', () => {
  const ran: string[] = [];
  const host: Host = {
    runPlugin: async ({ stdin }) => (ran.push(stdin), { exitCode: 0, stdout: '', stderr: '' }),
    settle: async () => {},
    listLinks: async () => [],
    defaultRoutes: async () => [],
    setDefaultRoutes: async () => {},
  };
  const run = (stdin: string) =>
    guardedHost(host, { command: 'ADD' }).runPlugin(
      { plugin: 'bridge', path: [], env: { CNI_COMMAND: 'ADD' }, stdin },
      patience(),
    );

  it.each([
    { title: 'a meta-plugin', stdin: '{"ipam":{"type":"multus"}}', why: /a meta-plugin would run arbitrary programs/ },
    {
      title: 'a path in ipam',
      stdin: '{"ipam":{"type":"../x"}}',
      why: /"type" "..\/x" in ipam is not a plugin's bare/,
    },
    { title: 'a path in delegates', stdin: '{"delegates":[{"type":"/x"}]}', why: /"type" "\/x" in delegates.0 is not/ },
  ])('refuses a plugin whose input names $title, as a forged record may', async ({ stdin, why }) => {
    await expect(run(stdin)).rejects.toMatchObject({ id: 'PLX-HOST-REFUSED', message: expect.stringMatching(why) });
    expect(ran).toEqual([]);
  });

  it('runs a plugin if a type that names no plugin contains a slash', async () => {
    await run('{"policy":{"type":"a/b"}}');
    expect(ran).toHaveLength(1);
  });
});
