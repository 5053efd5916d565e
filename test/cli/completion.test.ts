import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { repository, runProgram } from '../support/plexus-command.ts';

const run = promisify(execFile);
const isInstalled = (shell: string): boolean => ['/bin', '/usr/bin'].some((folder) => existsSync(join(folder, shell)));

/** The completions of a shell that has loaded the script, with dist/ in its PATH. */
async function inShell(
  shell: string,
  options: readonly string[],
  commands: (script: string) => string,
): Promise<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-completion-'));
  const script = join(folder.path, 'script');
  await writeFile(script, (await runProgram('plexus', ['completion', shell])).stdout);
  const env = {
    ...process.env,
    HOME: folder.path,
    SHELL: '/bin/sh',
    PATH: `${join(repository, 'dist')}:${process.env['PATH'] ?? ''}`,
  };
  return (await run(shell, [...options, '-c', commands(script)], { env })).stdout;
}

describe('bash completion', () => {
  it.each([
    { words: ['po'], found: 'pods pod' },
    { words: ['pods', '--pro'], found: '--problems' },
    { words: ['status', '--output', ''], found: 'table json yaml jsonpath' },
    { words: ['pods', '--output', ''], found: 'table wide name json yaml jsonpath' },
    { words: ['pods', '-n', 'shop', '-o', 'j'], found: 'json jsonpath' },
    { words: ['pods', '-A', '--output', '=', 'w'], found: 'wide' },
    { words: ['pods', '--output', '='], found: 'table wide name json yaml jsonpath' },
    { words: ['attachments', '--output', 'n'], found: 'name' },
    { words: ['doctor', '--end', ''], found: 'both node cluster' },
    { words: ['completion', 'f'], found: 'fish' },
    { words: ['nonsense', 'x'], found: '' },
  ])('completes $words to "$found"', async ({ words, found }) => {
    const stdout = await inShell(
      'bash',
      ['--norc'],
      (
        script,
      ) => `source ${script}; COMP_WORDS=(plexus ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
        $(complete -p plexus | sed 's/.*-F \\([^ ]*\\).*/\\1/'); echo "\${COMPREPLY[@]}"`,
    );
    expect(stdout.trim()).toBe(found);
  });

  it.each(['-', '--'])('offers options after %s, and no one-letter option with two dashes', async (word) => {
    const stdout = await inShell(
      'bash',
      ['--norc'],
      (script) =>
        `source ${script}; COMP_WORDS=(plexus pods ${word}); COMP_CWORD=2; _plexus_completions; echo "\${COMPREPLY[@]}"`,
    );
    expect(stdout.split(/\s/)).toEqual(expect.arrayContaining(['--namespace', '--all-namespaces']));
    expect(stdout).not.toMatch(/--\w\b/);
  });
});

describe('shell completion', () => {
  it.skipIf(!isInstalled('fish'))('offers commands with their descriptions in fish', async () => {
    const stdout = await inShell(
      'fish',
      ['--no-config'],
      (script) => `source ${script}; complete -C 'plexus po'; complete -C 'plexus pods --pro'`,
    );
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^pod\tShow the networks of one pod: interfaces/),
      expect.stringMatching(/^pods\tShow every attachment of pods/),
      expect.stringMatching(/^--problems\tShow only problems/),
      '',
    ]);
  });

  it.skipIf(!isInstalled('zsh'))('is registered in zsh for commands named plexus', async () => {
    const stdout = await inShell(
      'zsh',
      ['-f'],
      (script) => `autoload -U compinit; compinit -u -D; source ${script}; echo $_comps[plexus]
        _describe() { print -l -- $found }; words=(plexus pods --pro); _plexus_completions`,
    );
    expect(stdout).toMatch(/^_plexus_completions\n(.*\n)*--problems:Show only problems/);
  });
});

it('kubectl completes kubectl plexus with the script of plexus completion kubectl', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-kubectl-'));
  const script = join(folder.path, 'kubectl_complete-plexus');
  await writeFile(script, (await runProgram('plexus', ['completion', 'kubectl'])).stdout, { mode: 0o755 });
  const env = { ...process.env, PATH: `${folder.path}:${join(repository, 'dist')}:${process.env['PATH'] ?? ''}` };
  const { stdout } = await run(script, ['status', '--out'], { env });
  expect(stdout).toMatch(/^--output\tOutput format.*\n(.*\n)*:4\n$/m);
  // kubectl 1.26 or newer finds and runs the script itself.
  const [program, words] = isInstalled('kubectl') ? ['kubectl', ['__complete', 'plexus', 'po']] : [script, ['po']];
  const valuesOf = async (...typed: string[]): Promise<readonly string[]> =>
    (await run(program, [...words.slice(0, -1), ...typed], { env })).stdout.split('\n').filter((line) => line !== '');
  expect(await valuesOf('pods', '--output', '')).toEqual(['table', 'wide', 'name', 'json', 'yaml', 'jsonpath', ':4']);
  expect(await valuesOf('pods', '--output=n')).toEqual(['name', ':4']);
  const first = await run(program, words, { env });
  expect(first.stdout).toMatch(/^pod\tShow the networks of one pod: interfaces, /m);
  expect(first.stdout).not.toContain('webhook');
});

it('plexus completion lists the supported shells if the shell is unknown', async () => {
  expect(await runProgram('plexus', ['completion', 'tcsh'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"bash", "zsh", "fish", "kubectl"') as string,
  });
});
