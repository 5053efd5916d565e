import { execFile } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { daemonFrame, encodeFrame, encodeRefused, encodeResultFrame, encodeWelcome } from '../support/link-codec.ts';
import { rawRun } from '../support/played-daemon.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const built = await run(process.execPath, [join(root, 'src/make/shim.ts'), '--fuzz']).then(
  () => undefined,
  (error: { stderr?: string }) => /Error: (.*)/.exec(error.stderr ?? '')?.[1] ?? 'it cannot be built',
);
if (built !== undefined) process.stderr.write(`the fuzz target is not run: ${built}\n`);

/** Frames that a daemon sends, as seeds of the fuzzer. */
const seeds: readonly Buffer[] = [
  encodeWelcome({ major: 1, minor: 0 }, 'plexus'),
  encodeRefused('because'),
  encodeResultFrame(0, '{"cniVersion":"1.0.0"}'),
  encodeFrame(
    daemonFrame.run,
    1,
    rawRun('bridge', ['CNI_COMMAND=ADD', 'CNI_CONTAINERID=c1', 'CNI_NETNS=/run/netns/x', 'CNI_IFNAME=net1']),
  ),
  encodeFrame(daemonFrame.kill, 1),
  encodeFrame(daemonFrame.listLinks, 2, Buffer.from('\0\0\0\x01x', 'latin1')),
  encodeFrame(
    daemonFrame.setRoutes,
    3,
    Buffer.from('\0\0\0\x01x\0\0\0\x04net1\x04\0\0\0\x01\0\0\0\x0810.0.0.1\x01\0\0\0\x07', 'latin1'),
  ),
  Buffer.from('{"cniVersion":"1.0.0","socket":"/run/x.sock","daemonWaitSeconds":1.5,"delegates":[{"a":"\\""}]}'),
];

describe.skipIf(built?.startsWith('no clang') === true)('whatever arrives from a daemon or on stdin', () => {
  it('is read without an invalid memory access: 300,000 inputs of libFuzzer', async () => {
    expect(built).toBeUndefined();
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-fuzz-'));
    for (const [index, seed] of seeds.entries()) await writeFile(join(folder.path, `seed-${index}`), seed);
    const args = [folder.path, '-runs=300000', '-max_len=4096', '-seed=1', `-artifact_prefix=${folder.path}/`];
    const { stderr } = await run(join(root, 'dist/shim/fuzz_frame'), args, { maxBuffer: 64 * 1024 * 1024 });
    expect(stderr).toContain('Done 300000 runs');
  });
});
