import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ShippedLimit, shippedLimit } from '../support/shipped-limit.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';

// The shipped daemon with its shipped memory limit, and plugins with arbitrary output: each run ends in an error, and
// the daemon keeps running.
let limit: ShippedLimit;
let node: TestNode;
let folder: string;
beforeAll(async () => {
  limit = await shippedLimit();
  node = await createTestNode('daemon', {}, limit.wrapper);
  folder = await mkdtemp(join(tmpdir(), 'plexus-hostile-'));
});
afterAll(async () => {
  await node.remove();
  await limit.remove();
  await rm(folder, { recursive: true, force: true });
});

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const manyInterfaces = JSON.stringify({
  cniVersion: '1.0.0',
  interfaces: times(40_000, (index) => ({
    name: `net${index}`,
    mac: '02:00:00:00:00:01',
    sandbox: '/run/netns/cni-0123456789abcdef',
  })),
});
const short = JSON.stringify({ cniVersion: '1.0.0' });

interface Answer {
  readonly title: string;
  readonly stdout: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  readonly id: string;
}
const answers: readonly Answer[] = [
  { title: '40,000 interfaces in 4 MB', stdout: manyInterfaces, id: 'PLX-RESULT-TOO-LARGE' },
  {
    title: '40,000 interfaces in the answer of a plugin that failed',
    stdout: manyInterfaces,
    exitCode: 1,
    id: 'PLX-PLUGIN-FAILED',
  },
  {
    title: '85,000 empty lists in 256 KiB',
    stdout: `{"cniVersion":"1.0.0","x":[${'[],'.repeat(85_000)}[]]}`,
    id: 'PLX-RESULT-TOO-LARGE',
  },
  { title: '2 million empty lists', stdout: `[${'[],'.repeat(1_300_000)}[]]`, id: 'PLX-RESULT-TOO-LARGE' },
  {
    title: '16,000 unknown keys',
    stdout: `{"cniVersion":"1.0.0",${times(15_990, (index) => `"k${index}":0`).join(',')}}`,
    id: 'accepted',
  },
  { title: '3 million levels', stdout: '['.repeat(3_000_000), id: 'PLX-RESULT-TOO-LARGE' },
  {
    title: 'a number of 250,000 digits as MTU',
    stdout: `{"cniVersion":"1.0.0","interfaces":[{"name":"a","mtu":${'9'.repeat(250_000)}}]}`,
    id: 'PLX-RESULT-INVALID',
  },
  {
    title: 'one string of 4 million characters',
    stdout: JSON.stringify({ cniVersion: '1.0.0', x: '€'.repeat(1_300_000) }),
    id: 'PLX-RESULT-TOO-LARGE',
  },
  { title: '6 MB, which is more than the limit', stdout: 'x'.repeat(6_000_000), id: 'PLX-PLUGIN-OUTPUT-TOO-LONG' },
  {
    title: '6 million bytes on stderr',
    stdout: short,
    stderr: 'token=x '.repeat(750_000),
    exitCode: 1,
    id: 'PLX-PLUGIN-FAILED',
  },
];

/** Creates a plugin that answers ADD with this output, and DEL with nothing. */
async function plugin(
  type: string,
  { stdout, stderr = '', exitCode = 0 }: Omit<Answer, 'title' | 'id'>,
): Promise<void> {
  const file = join(folder, `${type}.out`);
  await writeFile(file, stdout);
  await writeFile(`${file}.err`, stderr);
  await writeFile(
    join(folder, type),
    `#!/bin/sh\n[ "$CNI_COMMAND" = ADD ] || exit 0\ncat ${file}.err >&2\ncat ${file}\nexit ${exitCode}\n`,
    { mode: 0o755 },
  );
}
const config = (type: string) =>
  node.config({ clusterNetwork: undefined, delegates: [{ cniVersion: '1.0.0', name: 'hostile', type }] });
const call = (command: string, pod: TestPod, type: string) =>
  node.call(command, pod, { config: config(type), path: [folder] });
const survived = async (): Promise<void> => {
  const daemon = await node.daemon();
  if (daemon === undefined) throw new Error('no daemon');
  await limit.assertSurvived(daemon);
};

describe('plugin output', () => {
  it.each(answers.map((answer, index) => ({ ...answer, index })))(
    'of $title is handled, and other pods are served',
    async ({ index, id, ...answer }) => {
      const type = `hostile-${index}`;
      await plugin(type, answer);
      const pod = await node.pod(type, undefined, { 'plexus-cni.io/debug': 'true' });
      const added = await call('ADD', pod, type);
      await survived();
      expect(added.exitCode, added.stdout.slice(0, 2000)).toBe(id === 'accepted' ? 0 : 1);
      if (id !== 'accepted') expect(added.stdout).toContain(id);
      if (id !== 'accepted') expect(added.stdout.length).toBeLessThan(20_000);
      expect(await call('DEL', pod, type)).toMatchObject({ exitCode: 0 });
      await survived();
    },
  );

  it('of maximum length, in 24 pods at once, fails only these pods', async () => {
    await plugin('many', { stdout: manyInterfaces });
    const made = await Promise.all(times(24, (index) => node.pod(`many-${index}`)));
    for (const added of await Promise.all(made.map((pod) => call('ADD', pod, 'many'))))
      expect(added.exitCode, added.stdout).toBe(1);
    await survived();
    for (const deleted of await Promise.all(made.map((pod) => call('DEL', pod, 'many'))))
      expect(deleted, deleted.stdout).toMatchObject({ exitCode: 0 });
    await survived();
  });
});
