import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';

const run = promisify(execFile);
const demo = join(import.meta.dirname, '../../examples/demo/main.ts');

// The first command of a new user: `npm run demo` starts this program after its setup step. It exits with status 1 if
// any check fails.
describe('the demo', () => {
  it.each([['with a daemon', []] as const, ['in direct mode', ['--direct']] as const])(
    'attaches its pods, reaches each over every network, and leaves nothing (%s)',
    async (_, options) => {
      const { stdout } = await run(process.execPath, [demo, ...options]);
      expect(stdout).toContain('Everything worked, and nothing is left behind.');
      expect(stdout.match(/^(?:cluster-net|default\/lab|default\/storage) .* yes$/gm), stdout).toHaveLength(4);
      for (const kind of ['interfaces of pods', 'address leases', 'journal entries', 'pod namespaces'])
        expect(stdout).toMatch(new RegExp(`^${kind} +[1-9]\\d* +0$`, 'm'));
    },
  );

  it('stays up with --keep until it is ended, and its commands work as printed', async () => {
    await using child = startDemo('--keep');
    const shown = await child.until('Ctrl-C ends the demo');
    const commands = [...shown.matchAll(/^ {2}(\/\S+\/dist\/plexus .*)$/gm)].map(([, command = '']) => command);
    expect(commands.map((command) => command.replace(/^\S+ (\S+) .*/, '$1'))).toEqual([
      'pods',
      'networks',
      'graph',
      'trace',
    ]);
    for (const command of commands) {
      const [program = '', ...words] = command.split(' ');
      expect((await run(program, words)).stdout, command).toMatch(/alice|storage/);
    }
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\//.exec(shown) ?? [];
    expect((await fetch(url)).status).toBe(200);
    child.end();
    await child.until('Everything worked, and nothing is left behind.');
    await expect(fetch(url)).rejects.toThrow();
  });
});

/** Starts the demo and follows what it prints. */
function startDemo(...options: readonly string[]) {
  const child = spawn(process.execPath, [demo, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  const ended = once(child, 'exit');
  return {
    until: async (words: string): Promise<string> => {
      await waitFor(words, async () => text.includes(words));
      return text;
    },
    end: () => child.kill('SIGINT'),
    [Symbol.asyncDispose]: async (): Promise<void> => {
      child.kill('SIGINT');
      await ended;
    },
  };
}
