import { describe, expect, it } from 'vitest';
import { fairQueue } from '../../src/files/fair-queue.ts';
import { fairTurns } from '../../src/service/fair-turns.ts';
import { mutateWrite, validateWrite } from '../../src/webhook/decide.ts';
import type { Sources } from '../../src/webhook/sources.ts';
import { emptySources } from './empty-sources.ts';
import { usualPolicy } from './running-webhook.ts';

// Any author of a pod determines the annotation, and all requests share one thread. An annotation of 255 KiB may name a
// hundred thousand networks; planning each of them takes minutes.

const reads: string[] = [];
const sources: Sources = {
  ...emptySources,
  nad: async ({ namespace, name }) => void reads.push(`${namespace}/${name}`),
  nadKeys: () => ['shop/backend'],
  networks: () => 1,
};
const pod = (networks: string, key = 'k8s.v1.cni.cncf.io/networks') => ({
  metadata: { name: 'p', namespace: 'shop', annotations: { [key]: networks } },
  spec: { containers: [{ name: 'c' }] },
});
const request = (kind: string, object: object) => ({
  uid: 'u',
  kind,
  group: kind === 'Pod' ? '' : 'apps',
  resource: kind === 'Pod' ? 'pods' : 'deployments',
  name: 'p',
  namespace: 'shop',
  operation: 'CREATE',
  user: { user: 'author', groups: [] },
  object: { kind, ...object } as never,
});
const parts = { sources, policy: usualPolicy, turn: fairTurns(), heavy: fairQueue() };
const { signal } = new AbortController();
const most = 255 * 1024;
const repeated = (part: string): string => part.repeat(Math.floor(most / part.length) - 1);

describe('an annotation of 255 KiB', () => {
  it.each([
    ['names', `${repeated('a,')}a`, 'PLX-NETWORKS-TOO-MANY'],
    ['names with an interface', `${repeated('a@b,')}a`, 'PLX-NETWORKS-TOO-MANY'],
    ['commas', repeated(','), 'PLX-NETWORKS-TOO-MANY'],
    ['objects', `[${repeated('{},')}{}]`, 'PLX-SELECTION-INVALID'],
    ['numbers', `[${repeated('1e400,')}0]`, 'PLX-SELECTION-INVALID'],
  ])('of %s is rejected as a whole, without judging each element', async (_, text, id) => {
    reads.length = 0;
    const { denial } = await validateWrite(request('Pod', pod(text)), parts, signal);
    expect(denial?.causes.map((each) => each.id)).toEqual([id]);
    const template = { metadata: { name: 'p', namespace: 'shop' }, spec: { template: pod(text) } };
    expect((await validateWrite(request('Deployment', template), parts, signal)).warnings).toHaveLength(1);
    expect((await mutateWrite(request('Pod', pod(text)), parts, signal)).patch).toEqual([]);
    const first = pod(text, 'v1.multus-cni.io/default-network');
    expect((await validateWrite(request('Pod', first), parts, signal)).denial?.causes).toHaveLength(1);
    expect(reads).toEqual([]);
  });

  it('with more networks than a pod may have is rejected as a whole, also in the JSON form', async () => {
    const text = JSON.stringify(Array.from({ length: 33 }, (_, index) => ({ name: `n${index}` })));
    const { denial } = await validateWrite(request('Pod', pod(text)), parts, signal);
    expect(denial?.causes.map((each) => each.id)).toEqual(['PLX-NETWORKS-TOO-MANY']);
  });
});

it('suggests a similar name only if few networks are missing', async () => {
  const messageFor = async (text: string): Promise<string | undefined> =>
    (await validateWrite(request('Pod', pod(text)), parts, signal)).denial?.message;
  expect(await messageFor('backnd')).toContain('did you mean shop/backend?');
  expect(await messageFor('backnd,n1,n2,n3')).not.toContain('did you mean');
});
