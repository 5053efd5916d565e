import { afterEach, beforeEach, expect, it } from 'vitest';
import { mostAddresses } from '../../src/host/link-messages.ts';
import { addAddresses } from '../support/many-addresses.ts';
import { type TestNode, createTestNode } from '../support/test-node.ts';

// A pod with CAP_NET_ADMIN can have more addresses than the shim lists. That proves nothing about its attachments.
let node: TestNode;
beforeEach(async () => void (node = await createTestNode('daemon')));
afterEach(() => node.remove());

it('passes CHECK, ADD and DEL of a sandbox with more addresses than the shim lists', async () => {
  await node.nad('net-a', { cniVersion: '1.0.0', type: 'bridge', bridge: 'br-a', ipam: {} });
  const pod = await node.pod('crowded', 'net-a');
  const call = async (command: string) => {
    const { exitCode, stdout } = await node.call(command, pod);
    return `${command} ${exitCode} ${exitCode === 0 ? '' : stdout}`;
  };
  expect(await call('ADD')).toBe('ADD 0 ');
  await addAddresses(pod.netns, mostAddresses);
  expect(await call('CHECK')).toBe('CHECK 0 ');
  expect(await call('DEL')).toBe('DEL 0 ');
  expect(await call('ADD')).toBe('ADD 0 ');
  expect(await call('DEL')).toBe('DEL 0 ');
  expect(await node.leftovers()).toEqual([]);
});
