import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../support/api-server/index.ts';
import { repository, runProgram } from '../support/plexus-command.ts';
import { putSample } from '../support/sample-cluster.ts';

const file = join(repository, 'docs/commands.md');
const text = await readFile(file, 'utf8');
const examples = [...text.matchAll(/^```\n\$ plexus (.*)\n([^]*?)^```$/gm)].map(([, words = '', output = '']) => ({
  words,
  output,
}));
let server: ApiServer;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;

beforeAll(async () => {
  server = await startApiServer();
  putSample(server);
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-docs-'));
  await server.writeKubeconfig(join(folder.path, 'config'));
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});

const outputOf = async (words: string): Promise<string> =>
  (await runProgram('plexus', words.split(' '), { KUBECONFIG: join(folder.path, 'config') })).stdout;

describe('docs/commands.md', () => {
  it('contains examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(5);
  });

  // PLEXUS_UPDATE_DOCS=1 updates the page.
  it.each(examples)('shows the real output of plexus $words', async ({ words, output }) => {
    const real = await outputOf(words);
    if (process.env['PLEXUS_UPDATE_DOCS'] === '1') {
      const now = await readFile(file, 'utf8');
      await writeFile(
        file,
        now.replace(`$ plexus ${words}\n${output}\`\`\``, () => `$ plexus ${words}\n${real}\`\`\``),
      );
    } else expect(output).toBe(real);
  });
});
