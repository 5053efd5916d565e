import { execFile } from 'node:child_process';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startApiServer } from '../support/api-server/index.ts';
import { repository, runProgram } from '../support/plexus-command.ts';

it.each([
  { words: ['trace', '--last', 'abc'], message: '--last must be an integer, 1 or more' },
  { words: ['trace', '--last', '0'], message: '--last must be an integer, 1 or more' },
  { words: ['ui', '--port', 'abc'], message: '--port must be an integer from 0 to 65535' },
  { words: ['ui', '--port', '65536'], message: '--port must be an integer from 0 to 65535' },
  { words: ['plan', ''], message: 'Specify a pod' },
  { words: ['pods', '-o'], message: 'Not enough arguments following: o' },
  { words: ['status', '-o', 'name'], message: 'Given: "name", Choices: "table", "json", "yaml", "jsonpath"' },
  { words: ['version', '-o', 'jsonpath={.version}'], message: 'This command has no -o jsonpath' },
  { words: ['trace', '-o', 'jsonpath={range [*]}'], message: '{range} without {end}' },
  { words: ['doctor', '-o', 'jsonpath'], message: '-o jsonpath=TEMPLATE' },
  { words: ['networks', '-w', '-o', 'json'], message: '--watch prints tables' },
])('plexus reports $words as invalid, with exit status 2', async ({ words, message }) => {
  const { code, stdout, stderr } = await runProgram('plexus', words);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
});

it('plexus treats an empty namespace as absent, as kubectl does', async () => {
  await using stack = new AsyncDisposableStack();
  const server = stack.adopt(await startApiServer(), (each) => each.close());
  const folder = stack.use(await mkdtempDisposable(join(tmpdir(), 'plexus-empty-')));
  await server.writeKubeconfig(join(folder.path, 'config'));
  const env = { KUBECONFIG: join(folder.path, 'config') };
  expect(await runProgram('plexus', ['pods', '-n', ''], env)).toMatchObject({ code: 0, stderr: '' });
  for (const command of ['pod', 'plan'])
    expect((await runProgram('plexus', [command, 'none', '-n', ''], env)).stderr).toContain(
      'PLX-POD-NOT-FOUND: pod default/none',
    );
});

it('plexus wraps its help at the width of the terminal, at most at 100 columns', async () => {
  const widest = async (columns: number): Promise<number> => {
    const { stdout } = await promisify(execFile)(
      'script',
      ['-qec', `stty cols ${columns}; dist/plexus pods --help`, '/dev/null'],
      { cwd: repository },
    );
    return Math.max(...stdout.split(/\r?\n/).map(({ length }) => length));
  };
  expect([(await widest(60)) <= 60, await widest(200)]).toEqual([true, 100]);
});
