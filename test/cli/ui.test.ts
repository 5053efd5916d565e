import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { PageState } from '../../src/ui/page-state.ts';
import { startApiServer } from '../support/api-server/index.ts';
import { repository, runProgram } from '../support/plexus-command.ts';
import { putSample } from '../support/sample-cluster.ts';
import { followUi } from '../support/ui-events.ts';
import { waitFor } from '../support/wait-for.ts';

it.each(['SIGINT', 'SIGTERM'] as const)(
  'plexus ui prints its address, serves the page, and exits with status 0 on %s',
  async (signal) => {
    await using stack = new AsyncDisposableStack();
    const server = stack.adopt(await startApiServer(), (each) => each.close());
    const folder = stack.use(await mkdtempDisposable(join(tmpdir(), 'plexus-ui-')));
    putSample(server);
    const config = join(folder.path, 'config');
    await server.writeKubeconfig(config);
    const child = spawn(
      join(repository, 'dist/plexus'),
      ['ui', '-n', 'shop', '--kubeconfig', config, '--socket', join(folder.path, 'plexus.sock')],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = line.toString().trim();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
    await waitFor('the pods of one namespace', async () => {
      using events = followUi(url);
      const { data } = await events.next();
      const { namespace, pods } = data as PageState;
      return namespace === 'shop' && pods.length === 9;
    });
    expect(await (await fetch(`${url}operations.json?pod=shop/db-0`)).json()).toEqual({
      problem: expect.stringContaining(`ENOENT ${join(folder.path, 'observe.sock')}`) as string,
    });
    const { port } = new URL(url);
    expect(await runProgram('plexus', ['ui', '--port', port, '--kubeconfig', config])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/PLX-PORT-UNUSABLE: .*EADDRINUSE/) as string,
    });
    const stream = await fetch(`${url}events`); // Kept open, as the page does.
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    await stream.body?.cancel().catch(() => {}); // The connection has been cut.
  },
);

it('plexus ui rejects --host without --in-cluster, and --in-cluster outside of a pod', async () => {
  expect(await runProgram('plexus', ['ui', '--host', 'plexus.example'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--host needs --in-cluster') as string,
  });
  expect(await runProgram('plexus', ['ui', '--in-cluster'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('PLX-KUBECONFIG') as string,
  });
});
