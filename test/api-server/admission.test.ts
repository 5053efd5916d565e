import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../support/api-server/index.ts';
import { type ClusterUnderTest, startCluster } from '../support/cluster-under-test.ts';
import { type RawAnswer, rawRequest } from '../support/raw-request.ts';
import {
  patchResponse,
  type ReviewedRequest,
  type ScriptedWebhook,
  scriptedWebhook,
} from '../support/scripted-webhook.ts';
import { aPod } from './objects.ts';

// The embedded server has to admit as a real one does; with KUBEBUILDER_ASSETS the same tests run against that one.

const namespace = 'admitted';
const group = '/apis/admissionregistration.k8s.io/v1';
let cluster: ClusterUnderTest;
const webhooks: ScriptedWebhook[] = [];
let configurations: string[] = [];

beforeAll(async () => {
  cluster = await startCluster();
  const metadata = { name: namespace, labels: { team: 'net' } };
  await rawRequest(cluster, { method: 'POST', path: '/api/v1/namespaces', body: { metadata } });
});
afterEach(async () => {
  for (const path of configurations) await rawRequest(cluster, { method: 'DELETE', path });
  configurations = [];
  await Promise.all(webhooks.splice(0).map((each) => each.close()));
});
afterAll(() => cluster.close());

const webhook = async (answer: Parameters<typeof scriptedWebhook>[0]): Promise<ScriptedWebhook> => {
  const started = await scriptedWebhook(answer);
  webhooks.push(started);
  return started;
};
const allow = (): JsonObject => ({ allowed: true });

interface Configured extends JsonObject {
  readonly of: ScriptedWebhook;
  readonly operations?: readonly string[];
}

/** Creates a configuration. A real server calls its webhooks about a second later and reports nothing then. */
async function configure(
  kind: 'Mutating' | 'Validating',
  name: string,
  entries: readonly Configured[],
): Promise<RawAnswer> {
  const path = `${group}/${kind.toLowerCase()}webhookconfigurations`;
  const body = {
    metadata: { name },
    webhooks: entries.map(({ of, operations = ['CREATE'], ...more }, index) => ({
      name: `w${index}.example.com`,
      clientConfig: { url: of.url, caBundle: of.caBundle },
      rules: [{ operations, apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      ...more,
    })),
  };
  const answer = await rawRequest(cluster, { method: 'POST', path, body });
  configurations.push(`${path}/${name}`);
  if (cluster.kind === 'real') await delay(2000);
  return answer;
}

const pods = `/api/v1/namespaces/${namespace}/pods`;
const create = (pod: JsonObject, query = ''): Promise<RawAnswer> =>
  rawRequest(cluster, { method: 'POST', path: `${pods}${query}`, body: pod });
const annotated = (name: string, annotations: Record<string, string>): JsonObject => {
  const pod = aPod(namespace, name);
  return { ...pod, metadata: { name, namespace, annotations } };
};
const annotationsOf = (object: JsonObject | null | undefined): unknown =>
  ((object?.['metadata'] ?? {}) as JsonObject)['annotations'];
const annotationsIn = (answer: RawAnswer): unknown => annotationsOf(answer.body);
const messageOf = ({ code, body }: RawAnswer): unknown[] => [code, body['message']];

describe('admission webhooks of the API server', () => {
  it('stores the object as a mutating webhook changed it, and shows the change to a validating one', async () => {
    const mutating = await webhook(() =>
      patchResponse([{ op: 'add', path: '/metadata/annotations/added', value: 'yes' }]),
    );
    const validating = await webhook(allow);
    await configure('Mutating', 'a', [{ of: mutating }]);
    await configure('Validating', 'a', [{ of: validating }]);
    const created = await create(annotated('changed', { own: '1' }));
    expect([created.code, annotationsIn(created)]).toEqual([201, { own: '1', added: 'yes' }]);
    const [seen] = validating.received;
    expect(seen).toMatchObject({ operation: 'CREATE', name: 'changed', dryRun: false, oldObject: null });
    expect(annotationsOf(seen?.object)).toEqual({ own: '1', added: 'yes' });
  });

  it('answers with the rejection of a webhook, its code and its warnings', async () => {
    const strict = await webhook(() => ({
      allowed: false,
      status: { code: 422, message: 'not like this' },
      warnings: ['think of "it"'],
    }));
    await configure('Validating', 'b', [{ of: strict }]);
    const refused = await create(annotated('refused', {}));
    expect(messageOf(refused)).toEqual([422, 'admission webhook "w0.example.com" denied the request: not like this']);
    expect(refused.headers['warning']).toBe(String.raw`299 - "think of \"it\""`);
    expect((await rawRequest(cluster, { path: `${pods}/refused` })).code).toBe(404);
  });

  it('calls a webhook only if all of its matchConditions are true', async () => {
    const picky = await webhook(() => ({ allowed: false }));
    const expression =
      "has(object.metadata.annotations) && 'k8s.v1.cni.cncf.io/networks' in object.metadata.annotations";
    await configure('Validating', 'c', [{ of: picky, matchConditions: [{ name: 'networks', expression }] }]);
    const bare = aPod(namespace, 'bare');
    expect((await create({ ...bare, metadata: { name: 'bare' } })).code).toBe(201);
    expect((await create(annotated('other', { a: 'b' }))).code).toBe(201);
    expect((await create(annotated('network', { 'k8s.v1.cni.cncf.io/networks': 'net' }))).code).toBe(400);
  });

  it('rejects a write with failurePolicy Fail, and not with Ignore, if a matchCondition fails', async () => {
    const never = await webhook(allow);
    const matchConditions = [{ name: 'broken', expression: 'object.metadata.annotations["missing"] == "x"' }];
    await configure('Validating', 'd', [{ of: never, matchConditions }]);
    expect((await create(annotated('condition', {}))).code).toBe(403);
    const [path = ''] = configurations.splice(0);
    await rawRequest(cluster, { method: 'DELETE', path });
    await configure('Validating', 'e', [{ of: never, matchConditions, failurePolicy: 'Ignore' }]);
    expect((await create(annotated('condition', {}))).code).toBe(201);
    expect(never.received).toEqual([]);
  });

  it('applies failurePolicy to a webhook that does not answer in its timeoutSeconds', async () => {
    const silent = await webhook(() => undefined);
    await configure('Validating', 'f', [{ of: silent, timeoutSeconds: 1, failurePolicy: 'Ignore' }]);
    expect((await create(annotated('ignored', {}))).code).toBe(201);
    await configure('Validating', 'g', [{ of: silent, timeoutSeconds: 1 }]);
    const failed = await create(annotated('failed', {}));
    expect(failed.code).toBe(500);
    expect(String(failed.body['message'])).toContain('failed calling webhook "w0.example.com"');
  });

  it('applies namespaceSelector and objectSelector', async () => {
    const picky = await webhook(() => ({ allowed: false }));
    const namespaceSelector = { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['net'] }] };
    await configure('Validating', 'h', [
      { of: picky, namespaceSelector },
      { of: picky, objectSelector: { matchLabels: { strict: 'yes' } } },
    ]);
    expect((await create(annotated('elsewhere', {}))).code).toBe(201);
    const pod = annotated('labelled', {});
    const labelled = { ...pod, metadata: { ...(pod['metadata'] as JsonObject), labels: { strict: 'yes' } } };
    expect((await create(labelled)).code).toBe(400);
  });

  it('calls a webhook with reinvocationPolicy IfNeeded again if a later one changed the object', async () => {
    const first = await webhook(allow);
    const second = await webhook(() =>
      patchResponse([{ op: 'add', path: '/metadata/annotations/second', value: 'yes' }]),
    );
    await configure('Mutating', 'i', [{ of: first, reinvocationPolicy: 'IfNeeded' }, { of: second }]);
    expect((await create(annotated('again', { own: '1' }))).code).toBe(201);
    const seen = first.received.map(({ object }) => annotationsOf(object));
    expect(seen).toEqual([{ own: '1' }, { own: '1', second: 'yes' }]);
    expect(second.received).toHaveLength(1);
  });

  it('states a dry run in the review, and stores nothing', async () => {
    const asked = await webhook(allow);
    await configure('Validating', 'j', [{ of: asked }]);
    expect((await create(annotated('rehearsal', {}), '?dryRun=All')).code).toBe(201);
    expect(asked.received).toMatchObject([{ dryRun: true }]);
    expect((await rawRequest(cluster, { path: `${pods}/rehearsal` })).code).toBe(404);
  });

  it('shows the old object of an update and of a delete', async () => {
    const asked = await webhook(({ operation }: ReviewedRequest) => ({ allowed: operation !== 'DELETE' }));
    await create(annotated('lasting', { a: '1' }));
    await configure('Validating', 'k', [{ of: asked, operations: ['UPDATE', 'DELETE'] }]);
    const patch = { metadata: { annotations: { a: '2' } } };
    const path = `${pods}/lasting`;
    const headers = { 'Content-Type': 'application/merge-patch+json' };
    expect((await rawRequest(cluster, { method: 'PATCH', path, headers, body: patch })).code).toBe(200);
    expect((await rawRequest(cluster, { method: 'DELETE', path })).code).toBe(400);
    expect(asked.received.map((each) => [annotationsOf(each.oldObject), annotationsOf(each.object)])).toEqual([
      [{ a: '1' }, { a: '2' }],
      [{ a: '2' }, undefined],
    ]);
    expect((await rawRequest(cluster, { path })).code).toBe(200);
  });

  it('keeps the change of another writer that comes while a webhook decides', async () => {
    await create(annotated('contended', { a: '1' }));
    const path = `${pods}/contended`;
    const headers = { 'Content-Type': 'application/merge-patch+json' };
    const merge = (annotations: Record<string, string>): Promise<RawAnswer> =>
      rawRequest(cluster, { method: 'PATCH', path, headers, body: { metadata: { annotations } } });
    const others: Promise<RawAnswer>[] = [];
    const slow = await webhook(() => {
      if (others.length === 0) others.push(merge({ b: '1' }));
      return allow();
    });
    await configure('Validating', 'l', [{ of: slow, operations: ['UPDATE'] }]);
    expect((await merge({ a: '2' })).code).toBe(200);
    expect((await Promise.all(others)).map(({ code }) => code)).toEqual([200]);
    expect(annotationsIn(await rawRequest(cluster, { path }))).toEqual({ a: '2', b: '1' });
  });

  it('rejects a configuration whose webhook states no side effects or has an invalid timeout', async () => {
    const asked = await webhook(allow);
    const refused = await configure('Validating', 'm', [{ of: asked, sideEffects: 'Some', timeoutSeconds: 31 }]);
    expect(refused.code).toBe(422);
    expect(String(refused.body['message'])).toMatch(/sideEffects.*timeoutSeconds/);
  });
});
