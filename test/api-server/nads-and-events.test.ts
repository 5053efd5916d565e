import { randomBytes } from 'node:crypto';
import { CoreV1Api, EventsV1Api, KubeConfig, V1MicroTime } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClusterUnderTest, startCluster } from '../support/cluster-under-test.ts';
import { type RawAnswer, rawRequest } from '../support/raw-request.ts';
import { aNad, nadPath } from './objects.ts';

// Also runs against a real kube-apiserver: see startCluster.
const namespace = `nads-${randomBytes(4).toString('hex')}`;

let cluster: ClusterUnderTest;
let config: KubeConfig;
let core: CoreV1Api;

beforeAll(async () => {
  cluster = await startCluster();
  config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig());
  core = config.makeApiClient(CoreV1Api);
  await core.createNamespace({ body: { metadata: { name: namespace } } });
});

afterAll(() => cluster.close());

const post = (nad: object): Promise<RawAnswer> =>
  rawRequest(cluster, { method: 'POST', path: nadPath(namespace), body: nad });
const put = (name: string, nad: object): Promise<RawAnswer> =>
  rawRequest(cluster, { method: 'PUT', path: nadPath(namespace, name), body: nad });

const anEvent = (generateName: string): object => ({
  metadata: { generateName, namespace },
  eventTime: '2026-01-01T00:00:00.000000Z',
  regarding: { kind: 'Pod', namespace, name: 'z', apiVersion: 'v1' },
  reason: 'NoNetworkFound',
  type: 'Warning',
  action: 'Attaching',
  reportingController: 'plexus',
  reportingInstance: 'node',
});

describe('K8S-16: Events', () => {
  const about = { kind: 'Pod', namespace, name: 'x', apiVersion: 'v1' };

  it('core Events are created, and found by their object', async () => {
    const body = {
      metadata: { generateName: 'x.' },
      involvedObject: about,
      reason: 'AddedInterface',
      message: 'm',
      type: 'Normal',
    };
    await core.createNamespacedEvent({ namespace, body });
    const found = await core.listNamespacedEvent({
      namespace,
      fieldSelector: 'involvedObject.name=x,reason=AddedInterface',
    });
    expect(found.items.map((event) => event.message)).toEqual(['m']);
  });

  it('an Event about another namespace is rejected', async () => {
    const body = {
      metadata: { generateName: 'y.' },
      involvedObject: { ...about, namespace: 'default' },
      reason: 'R',
      type: 'Normal',
    };
    await expect(core.createNamespacedEvent({ namespace, body })).rejects.toMatchObject({ code: 422 });
  });

  it('events.k8s.io shows the same Events', async () => {
    const events = config.makeApiClient(EventsV1Api);
    const body = {
      metadata: { generateName: 'z-' },
      eventTime: new V1MicroTime(),
      regarding: { ...about, name: 'z' },
      reason: 'NoNetworkFound',
      note: 'n',
      type: 'Warning',
      action: 'Attaching',
      reportingController: 'plexus',
      reportingInstance: 'node',
    };
    await events.createNamespacedEvent({ namespace, body });
    const found = await core.listNamespacedEvent({ namespace, fieldSelector: 'involvedObject.name=z' });
    expect(found.items.map((event) => [event.message, event.reportingComponent])).toEqual([['n', 'plexus']]);
  });
});

describe('generateName', () => {
  it.each([
    {
      what: 'an Event of events.k8s.io',
      path: `/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
      body: anEvent('z.'),
    },
    {
      what: 'a NetworkAttachmentDefinition',
      path: nadPath(namespace),
      body: { ...aNad(namespace, ''), metadata: { generateName: 'z.' } },
    },
  ])('rejects "z." for $what, because the full name is not known yet', async ({ path, body }) => {
    const { code, body: status } = await rawRequest(cluster, { method: 'POST', path, body });
    expect(code).toBe(422);
    expect(status['message']).toContain('metadata.generateName: Invalid value: "z."');
  });
});

describe('NPWG-01: NetworkAttachmentDefinitions', () => {
  it.each([
    { text: 'no spec', spec: undefined, stored: undefined },
    { text: 'an empty spec', spec: {}, stored: {} },
    { text: 'an empty config', spec: { config: '' }, stored: { config: '' } },
    { text: 'an unknown field, which is dropped', spec: { config: '{}', other: 1 }, stored: { config: '{}' } },
  ])('NPWG-02: $text is accepted', async ({ spec, stored }) => {
    const nad = { ...aNad(namespace, 'legal'), metadata: { generateName: 'legal-' }, spec };
    const { code, body } = await post(nad);
    expect([code, body['spec']]).toEqual([201, stored]);
  });

  it('a config that is not a string is rejected', async () => {
    const { code, body } = await post({ ...aNad(namespace, 'number'), spec: { config: 5 } });
    expect(code).toBe(422);
    expect(body['message']).toContain('spec.config in body must be of type string: "integer"');
  });

  it('generation counts changes of the spec, and an update must state the version', async () => {
    const { body: created } = await post(aNad(namespace, 'counted'));
    const { body: changed } = await put('counted', { ...created, spec: { config: '{}' } });
    expect([created['metadata'], changed['metadata']]).toMatchObject([{ generation: 1 }, { generation: 2 }]);
    expect((await put('counted', aNad(namespace, 'counted'))).code).toBe(422);
  });

  it.each([
    { type: 'application/merge-patch+json', code: 200 },
    { type: 'application/strategic-merge-patch+json', code: 415 },
    { type: 'application/json', code: 415 },
  ])('a patch of type $type is answered with $code', async ({ type, code }) => {
    await post(aNad(namespace, 'patched'));
    const patch = { method: 'PATCH', path: nadPath(namespace, 'patched'), headers: { 'Content-Type': type }, body: {} };
    expect((await rawRequest(cluster, patch)).code).toBe(code);
  });

  it('a delete is answered with a Status', async () => {
    await post(aNad(namespace, 'away'));
    const { code, body } = await rawRequest(cluster, { method: 'DELETE', path: nadPath(namespace, 'away') });
    expect([code, body['kind'], body['status']]).toEqual([200, 'Status', 'Success']);
  });
});
