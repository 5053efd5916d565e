import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { repository } from '../support/plexus-command.ts';

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs dist/plexus with a closed output; the last line of stderr is the exit status. */
const plexus = async (words: string, output: string): Promise<string> => {
  const script = `{ dist/plexus ${words}; echo "status $?" >&3; } ${output}`;
  const { stdout, stderr }: Ended = await promisify(execFile)('bash', ['-c', `exec 3>&2; ${script}`], {
    cwd: repository,
  });
  return stdout + stderr;
};

const plan = 'plan --pod examples/chained/pod.yaml --nads examples/chained';
const broken = 'validate test/validate/broken/macvlan-mode.yaml';

it.each([
  ['version', 0],
  ['completion bash', 0],
  ['--help', 0],
  [plan, 0],
  [`${plan} -o json`, 0],
  ['attachments --cni-dir /nonexistent', 1],
  ['doctor --end cluster --kubeconfig /nonexistent', 1],
  [broken, 1],
])(
  'plexus %s prints no stack trace and exits with status %i if the reader closes its end (| head)',
  async (words, status) => {
    expect(await plexus(words, '2>&1 | true')).toBe(`status ${status}\n`);
  },
);

it('plexus reports unwritable output with exit status 2', async () => {
  expect(await plexus('version', '> /dev/full')).toMatch(/^plexus: PLX-DISK-FULL: .*the output.*status 2\n$/s);
});
