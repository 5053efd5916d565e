import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

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
});
