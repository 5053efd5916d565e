import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startApiServer } from '../support/api-server/index.ts';
import { runProgram } from '../support/plexus-command.ts';
import { putSample } from '../support/sample-cluster.ts';

it('plexus graph draws to a file or to stdout, in each format', async () => {
  await using stack = new AsyncDisposableStack();
  const server = stack.adopt(await startApiServer(), (each) => each.close());
  const folder = stack.use(await mkdtempDisposable(join(tmpdir(), 'plexus-graph-')));
  putSample(server);
  await server.writeKubeconfig(join(folder.path, 'config'));
  const graph = (...words: readonly string[]) =>
    runProgram('plexus', ['graph', '-A', '--kubeconfig', join(folder.path, 'config'), ...words]);
  const file = join(folder.path, 'networks.svg');
  expect(await graph('--file', file)).toEqual({ code: 0, stdout: '', stderr: '' });
  const svg = await readFile(file, 'utf8');
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*<\/svg>\n$/);
  expect((await graph()).stdout).toBe(svg);
  expect((await graph('-o', 'mermaid')).stdout).toMatch(/^flowchart LR\n/);
  expect((await graph('-o', 'dot')).stdout).toMatch(/^graph plexus \{\n/);
  expect(JSON.parse((await graph('-o', 'json')).stdout)).toMatchObject({
    networks: { length: 5 },
    pods: { length: 10 },
    problems: { length: 4 },
  });
  expect(await graph('--file', join(folder.path, 'none/x.svg'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('PLX-FILE-UNUSABLE') as string,
  });
});
