import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const built = await run(process.execPath, [join(root, 'src/make/shim.ts'), '--fuzz']).then(
  () => undefined,
  (error: { stderr?: string }) => /Error: (.*)/.exec(error.stderr ?? '')?.[1] ?? 'it cannot be built',
);
if (built !== undefined) process.stderr.write(`the fuzz target is not run: ${built}\n`);

describe.skipIf(built?.startsWith('no clang') === true)('whatever arrives from a daemon or on stdin', () => {
  it('is read without a wrong access: 300,000 inputs of libFuzzer', async () => {
    expect(built).toBeUndefined();
    const { stderr } = await run(join(root, 'dist/shim/fuzz_frame'), ['-runs=300000', '-max_len=4096', '-seed=1'], { maxBuffer: 64 * 1024 * 1024 });
    expect(stderr).toContain('Done 300000 runs');
  });
});
