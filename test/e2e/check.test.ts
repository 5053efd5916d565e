import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';

let node: TestNode;
beforeAll(async () => {
  node = await createTestNode('direct');
  await node.nad('storage', node.bridge('storage', '10.30.0.0/24'));
});
afterAll(() => node.remove());

async function attached(pod: TestPod): Promise<object> {
  const { exitCode, stdout } = await node.call('ADD', pod);
  expect(exitCode, stdout).toBe(0);
  return JSON.parse(stdout) as object;
}

describe('CHECK', () => {
  it.each([
    {
      what: 'an address that was taken away',
      change: ['address', 'delete', '10.30.0.0/24', 'dev', 'net1'],
      says: /net1 \(default\/storage\): interface net1 has no address 10\.30\.0\.\d+\/24, only fe80:/,
    },
    {
      what: 'another hardware address',
      change: ['link', 'set', 'net1', 'address', '02:00:00:00:00:99'],
      says: /net1 \(default\/storage\): interface net1 has the hardware address 02:00:00:00:00:99 instead of [0-9a-f:]+/,
    },
  ])('CNI-30: names the first difference and how: $what', async ({ what, change, says }) => {
    const pod = await node.pod(`changed-${what.replaceAll(' ', '-')}`, 'storage');
    const result = await attached(pod);
    expect(await node.call('CHECK', pod, { config: node.config({ prevResult: result }) })).toMatchObject({ exitCode: 0, stdout: '' });
    const [link] = (await pod.netns.ipJson(['address', 'show', 'net1'])) as [{ addr_info: { local: string; family: string }[] }];
    const own = link.addr_info.find(({ family }) => family === 'inet')?.local ?? '';
    await pod.netns.exec(['ip', '-4', ...change.map((word) => (word === '10.30.0.0/24' ? `${own}/24` : word))]);
    const { exitCode, stdout } = await node.call('CHECK', pod, { config: node.config({ prevResult: result }) });
    expect([exitCode, (JSON.parse(stdout) as { msg: string }).msg]).toEqual([1, expect.stringMatching(says)]);
    expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0 });
  });
});
