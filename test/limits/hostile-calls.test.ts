import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordingDelegate } from '../support/recording-delegate.ts';
import { type ShippedLimit, shippedLimit } from '../support/shipped-limit.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';

// The shipped daemon with its shipped memory limit, and pods with annotations of maximum size. Any user may be the
// author of a pod.
let limit: ShippedLimit;
let node: TestNode;
beforeAll(async () => {
  limit = await shippedLimit();
  node = await createTestNode('daemon', {}, limit.wrapper);
  await recordingDelegate(node.dir, 'quiet');
  await node.nad('net-a', { cniVersion: '1.0.0', type: 'quiet' });
});
afterAll(async () => {
  await node.remove();
  await limit.remove();
});

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const most = 255 * 1024;
/** As many repetitions as fit into an annotation. */
const filled = (part: string, before = '', after = ''): string =>
  before + part.repeat(Math.floor((most - before.length - after.length) / part.length)) + after;

const delegates = [{ cniVersion: '1.0.0', name: 'main', type: 'quiet' }];
/** Calls ADD or DEL with annotations that the runtime passes, as containerd does. */
const call = (command: string, pod: TestPod, annotations: object) =>
  node.call(command, pod, {
    config: node.config({
      clusterNetwork: undefined,
      delegates,
      runtimeConfig: { 'io.kubernetes.cri.pod-annotations': annotations },
    }),
    path: [node.dir],
  });
const networks = (text: string) => ({ 'k8s.v1.cni.cncf.io/networks': text, 'plexus-cni.io/debug': 'true' });
const survived = async (): Promise<void> => {
  const daemon = await node.daemon();
  if (daemon === undefined) throw new Error('no daemon');
  await limit.assertSurvived(daemon);
};

const annotations: readonly { readonly title: string; readonly text: string; readonly id?: string }[] = [
  { title: 'names of one letter', text: filled('a,', '', 'a'), id: 'PLX-NETWORKS-TOO-MANY' },
  { title: 'names with an interface', text: filled('a@b,', '', 'a'), id: 'PLX-NETWORKS-TOO-MANY' },
  { title: 'commas', text: filled(','), id: 'PLX-NETWORKS-TOO-MANY' },
  { title: 'slashes', text: filled('/') },
  { title: 'at signs', text: filled('@') },
  { title: 'one name', text: filled('a') },
  { title: 'empty elements', text: filled('{},', '[', '{}]') },
  { title: 'elements with a name', text: filled('{"name":"net-a"},', '[', '{"name":"net-a"}]') },
  { title: 'members with the same name', text: filled('"name":"net-a",', '[{', '"name":"net-a"}]') },
  { title: 'unknown keys', text: `[{${times(15_000, (index) => `"k${index}":0`).join(',')},"name":"a b"}]` },
  { title: 'addresses', text: filled('"::1",', '[{"name":"net-a","ips":[', '"::1"]}]') },
  { title: 'gateways', text: filled('"::1",', '[{"name":"net-a","default-route":[', '"::1"]}]') },
  {
    title: 'port mappings',
    text: filled('{"hostPort":1,"containerPort":1},', '[{"name":"net-a","portMappings":[', '{}]}]'),
  },
  { title: 'opening brackets', text: filled('[') },
  { title: 'opening braces', text: filled('{"a":') },
  { title: 'blanks and a mistake at the end', text: filled('\n', '[', 'x') },
  { title: 'long strings and a mistake at the end', text: filled(`"${'x'.repeat(50)}",`, '[', 'x') },
  { title: 'backslashes', text: filled('\\\\', '["', '"]') },
  { title: 'quotes', text: filled('"') },
  { title: 'numbers out of range', text: filled('1e400,', '[{"name":"net-a","cni-args":{"x":[', '0]}}]') },
  { title: 'line breaks and control characters', text: filled('\u0085\u202e', '[{"name":"', '"}]') },
];

describe('pod annotations of 255 KiB', () => {
  it.each(annotations)(
    'of $title are rejected with a message',
    async ({ title, text, id = 'PLX-SELECTION-INVALID' }) => {
      const pod = await node.pod(title.replaceAll(' ', '-'));
      const added = await call('ADD', pod, networks(text));
      expect(added.exitCode, added.stdout).toBe(1);
      expect(added.stdout).toContain(id);
      expect(added.stdout.length).toBeLessThan(4000);
      expect(await call('DEL', pod, networks(text))).toMatchObject({ exitCode: 0 });
      await survived();
    },
  );

  it('in many pods at once do not affect other pods', async () => {
    const hostile = await Promise.all(annotations.map(async (_, index) => node.pod(`hostile-${index}`)));
    const neighbour = await node.pod('neighbour');
    const attacks = hostile.map((pod, index) => call('ADD', pod, networks(annotations[index]?.text ?? '')));
    expect(await call('ADD', neighbour, networks('net-a'))).toMatchObject({ exitCode: 0 });
    for (const { exitCode } of await Promise.all(attacks)) expect(exitCode).toBe(1);
    await survived();
  });

  it("with allowed cni-args reach the plugin without exceeding the daemon's memory limit", async () => {
    const pod = await node.pod('args');
    const text = JSON.stringify(times(8, () => ({ name: 'net-a', 'cni-args': { x: 'y'.repeat(28_000) } })));
    const added = await call('ADD', pod, networks(text));
    expect(added, added.stdout.slice(0, 2000)).toMatchObject({ exitCode: 0 });
    await survived();
    expect(await call('DEL', pod, networks(text))).toMatchObject({ exitCode: 0 });
    await survived();
  });
});

describe('a configuration on stdin', () => {
  it.each([
    { title: 'with 5 million empty lists', more: { x: times(5_000_000, () => []) } },
    { title: 'with 15 MB of text', more: { x: 'y'.repeat(15_000_000) } },
  ])('$title is answered, and the daemon keeps running', async ({ more }) => {
    const pod = await node.pod(`stdin-${Object.keys(more).length}-${JSON.stringify(more).length}`);
    const answer = await node.call('ADD', pod, {
      config: node.config({ clusterNetwork: undefined, delegates, ...more }),
      path: [node.dir],
    });
    expect([0, 1]).toContain(answer.exitCode);
    await survived();
    expect((await call('DEL', pod, {})).exitCode).toBe(0);
  });
});
