import { expect, it } from 'vitest';
import { maxNetworksWeight } from '../../src/npwg/index.ts';
import { fairQueue } from '../../src/files/fair-queue.ts';
import { fairTurns } from '../../src/service/fair-turns.ts';
import { mutateWrite, validateWrite } from '../../src/webhook/decide.ts';
import { knownNads } from '../../src/webhook/known-nads.ts';
import type { Sources } from '../../src/webhook/sources.ts';
import { patience } from '../support/patience.ts';
import { waitFor } from '../support/wait-for.ts';
import { emptySources } from './empty-sources.ts';
import { usualPolicy } from './running-webhook.ts';

// Any author of networks determines what it costs to check them and to plan a pod with them: each of 32 networks may
// have 64 KiB of the shortest values.

const nadOf = (name: string, values: number, annotations: Readonly<Record<string, string>> = {}) => ({
  apiVersion: 'k8s.cni.cncf.io/v1',
  kind: 'NetworkAttachmentDefinition',
  metadata: { name, namespace: 'shop', annotations },
  spec: {
    config: `{"cniVersion":"1.0.0","type":"macvlan","master":"eth0","x":[${Array(values).fill('{}').join(',')}]}`,
  },
});
const requireUse = { 'plexus-cni.io/require-use': 'true' };
const nads = new Map<string, object>([
  ['shop/light', nadOf('light', 10)],
  ['shop/heavy', nadOf('heavy', 1000, requireUse)],
  ...Array.from({ length: 32 }, (_, at): [string, object] => [`shop/n${at}`, nadOf(`n${at}`, 21_000)]),
]);

function partsWith(more: Partial<Sources> = {}) {
  const judged: string[] = [];
  const known = knownNads();
  const sources: Sources = {
    ...emptySources,
    nad: async ({ namespace, name }) => {
      const key = `${namespace}/${name}`;
      const object = nads.get(key);
      const nad = object && known(key, object);
      return nad && { ...nad, judge: () => (judged.push(key), nad.judge()) };
    },
    nadKeys: () => [...nads.keys()],
    networks: () => nads.size,
    ...more,
  };
  return { judged, parts: { sources, policy: usualPolicy, turn: fairTurns(), heavy: fairQueue() } };
}
const podOf = (networks: string) => ({
  metadata: { name: 'p', annotations: { 'k8s.v1.cni.cncf.io/networks': networks } },
  spec: { containers: [{ name: 'c' }] },
});
const request = (namespace: string, kind: string, object: object) => ({
  uid: 'u',
  kind,
  group: kind === 'Pod' ? '' : 'apps',
  resource: kind === 'Pod' ? 'pods' : 'deployments',
  name: 'p',
  namespace,
  operation: 'CREATE',
  user: { user: 'author', groups: [] },
  object: { kind, ...object } as never,
});

it('rejects a pod whose networks the daemon would refuse as too large, without checking them', async () => {
  const { judged, parts } = partsWith();
  const pod = podOf(Array.from({ length: 32 }, (_, at) => `n${at}`).join(','));
  const denial = (await validateWrite(request('shop', 'Pod', pod), parts, patience())).denial;
  expect(denial?.causes).toEqual([
    {
      id: 'PLX-NETWORKS-TOO-LARGE',
      message: expect.stringMatching(`at most ${maxNetworksWeight} are allowed for one pod`),
      field: 'metadata.annotations["k8s.v1.cni.cncf.io/networks"]',
    },
  ]);
  const template = { metadata: { name: 'p' }, spec: { template: pod } };
  const { warnings } = await validateWrite(request('shop', 'Deployment', template), parts, patience());
  expect(warnings).toEqual([expect.stringContaining('PLX-NETWORKS-TOO-LARGE')]);
  expect((await mutateWrite(request('shop', 'Pod', pod), parts, patience())).patch).toEqual([]);
  expect(judged).toEqual([]);
});

it('decides about pods with heavy networks one after the other, alternately for namespaces', async () => {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const { parts } = partsWith({
    mayUse: ({ user }) => {
      asked.push(user);
      return new Promise((resolve) => answers.push(() => resolve({ allowed: true, reason: '' })));
    },
  });
  const validate = (namespace: string, networks: string) =>
    validateWrite(request(namespace, 'Pod', podOf(networks)), parts, patience());
  const heavy = ['a', 'a', 'b'].map((namespace) => validate(namespace, 'shop/heavy'));
  await waitFor('the first', async () => asked.length === 1);
  expect((await validate('c', 'shop/light')).denial).toBeUndefined();
  for (const count of [1, 2, 3]) {
    await waitFor('the next', async () => asked.length === count);
    answers[count - 1]?.();
  }
  expect((await Promise.all(heavy)).map(({ denial }) => denial)).toEqual([undefined, undefined, undefined]);
  expect(asked).toEqual(['a', 'b', 'a'].map((namespace) => `system:serviceaccount:${namespace}:default`));
});

it('compares a missing name with a limited number of networks', async () => {
  const others = Array.from({ length: 20_000 }, (_, at) => `shop/${'x'.repeat(50)}${at}`);
  const messageWith = async (keys: readonly string[]): Promise<string | undefined> => {
    const { parts } = partsWith({ nadKeys: () => keys });
    return (await validateWrite(request('shop', 'Pod', podOf('lights')), parts, patience())).denial?.message;
  };
  expect(await messageWith(['shop/light', ...others])).toContain('did you mean shop/light?');
  expect(await messageWith([...others, 'shop/light'])).toMatch(/PLX-NAD-NOT-FOUND(?!.*did you mean)/);
});

it('keeps what it knows of networks up to a weight, and drops the oldest', () => {
  const known = knownNads(150_000);
  const [one, other] = [nadOf('one', 1000), nadOf('other', 1000)];
  const first = known('shop/one', one).judge();
  expect(first.nad?.name).toBe('one');
  expect(known('shop/one', one).judge()).toBe(first);
  expect(known('shop/one', nadOf('one', 0)).judge()).not.toBe(first);
  const again = known('shop/one', one).judge();
  known('shop/other', other).judge();
  expect(known('shop/one', one).judge()).not.toBe(again);
});
