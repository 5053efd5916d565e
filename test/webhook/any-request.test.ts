import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fairQueue } from '../../src/files/fair-queue.ts';
import { fairTurns } from '../../src/service/fair-turns.ts';
import { nadKey } from '../../src/npwg/index.ts';
import { judgeNad } from '../../src/validate/index.ts';
import { noSwitches } from '../../src/webhook/control-switches.ts';
import { mutateWrite, validateWrite } from '../../src/webhook/decide.ts';
import { makeGeneration } from '../../src/webhook/make-certificate.ts';
import { type WebhookServer, webhookServer } from '../../src/webhook/server.ts';
import type { Sources } from '../../src/webhook/sources.ts';
import { waitFor } from '../support/wait-for.ts';
import { usualPolicy } from './running-webhook.ts';

// Whatever arrives gets an answer, and the server still works afterwards.

const network = {
  apiVersion: 'k8s.cni.cncf.io/v1',
  kind: 'NetworkAttachmentDefinition',
  metadata: { name: 'net', namespace: 'shop' },
  spec: { config: '{"type":"bridge"}' },
};
const sources: Sources = {
  nad: async (ref) =>
    nadKey(ref) === 'shop/net'
      ? { key: 'shop/net', annotations: {}, weight: 0, judge: () => judgeNad(network) }
      : undefined,
  nadKeys: () => ['shop/net'],
  defaultNetworks: async () => undefined,
  switches: () => noSwitches,
  classResources: () => new Set(),
  namespaceLabels: async () => ({}),
  isNamespaceDeleted: async () => false,
  mayUse: async () => ({ allowed: true, reason: '' }),
  podsUsing: async () => ['shop/user'],
  notReady: () => undefined,
  networks: () => 1,
  run: async () => {},
};

let server: WebhookServer;
let ca: string;
const outcomes: string[] = [];

beforeAll(async () => {
  const made = await makeGeneration(['127.0.0.1'], 3_600_000, Date.now());
  ca = made.ca;
  server = webhookServer({
    address: { host: '127.0.0.1', port: 0 },
    paths: {
      '/mutate': (review, signal) =>
        mutateWrite(review, { sources, policy: usualPolicy, turn: fairTurns(), heavy: fairQueue() }, signal),
      '/validate': (review, signal) =>
        validateWrite(review, { sources, policy: usualPolicy, turn: fairTurns(), heavy: fairQueue() }, signal),
      '/never': () => new Promise(() => {}),
    },
    onReviewed: ({ outcome }) => void outcomes.push(outcome),
    onError: (error) => {
      throw error;
    },
    limits: {
      requests: 3,
      bytes: 1024 * 1024,
      longBytes: 3 * 1024 * 1024,
      shortBytes: 3 * 1024 * 1024,
      connections: { perPeer: 200, total: 200, lifeMs: 600_000, idleMs: 600_000 },
    },
  });
  server.serve(made);
  await waitFor('the port', async () => server.isListening());
});
afterAll(() => server.close());

interface Answered {
  readonly status: number | undefined;
  readonly body: string;
}
async function send(path: string, body: string | Uint8Array, method = 'POST'): Promise<Answered> {
  const outgoing = request({ host: '127.0.0.1', port: server.port() ?? 0, path, method, ca, agent: false });
  outgoing.on('error', () => {}); // the server may answer before it has read a long body
  outgoing.end(body);
  const [response]: IncomingMessage[] = await once(outgoing, 'response');
  if (response === undefined) throw new Error('no response');
  return { status: response.statusCode, body: await text(response) };
}
const review = (request: object): string =>
  JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { uid: 'u', ...request } });
const podReview = (object: unknown, more: object = {}): string =>
  review({
    operation: 'CREATE',
    kind: { kind: 'Pod' },
    resource: { resource: 'pods' },
    namespace: 'shop',
    object,
    ...more,
  });
const nadReview = (object: unknown): string =>
  review({
    operation: 'CREATE',
    kind: { kind: 'NetworkAttachmentDefinition', group: 'k8s.cni.cncf.io' },
    resource: { resource: 'network-attachment-definitions', group: 'k8s.cni.cncf.io' },
    namespace: 'shop',
    object,
  });
const isDecision = ({ status, body }: Answered): boolean =>
  status === 200 && typeof (JSON.parse(body) as { response: { allowed: boolean } }).response.allowed === 'boolean';

const paths = fc.constantFrom('/mutate', '/validate');

describe('any request gets an answer', () => {
  it('for any bytes: status 400 with an identifier', async () => {
    await fc.assert(
      fc.asyncProperty(paths, fc.uint8Array({ maxLength: 200 }), async (path, bytes) => {
        const { status, body } = await send(path, bytes);
        expect([status, body]).toEqual([400, expect.stringContaining('PLX-REVIEW-INVALID')]);
      }),
      { numRuns: 40 },
    );
  });

  it('for any annotations, specification and metadata of a pod', async () => {
    const key = fc.constantFrom(
      'k8s.v1.cni.cncf.io/networks',
      'v1.multus-cni.io/default-network',
      'plexus-cni.io/device-container',
      'plexus-cni.io/injected-resources',
    );
    const value = fc.oneof(fc.string(), fc.json(), fc.constantFrom('net', 'net@a,net@a', '[{"name":"net","ips":7}]'));
    const pod = fc.record({
      metadata: fc.oneof(fc.anything(), fc.record({ name: fc.string(), annotations: fc.dictionary(key, value) })),
      spec: fc.oneof(fc.anything(), fc.record({ containers: fc.array(fc.anything()), volumes: fc.anything() })),
    });
    await fc.assert(
      fc.asyncProperty(paths, fc.oneof(pod, fc.anything()), async (path, object) => {
        const safe: unknown = JSON.parse(
          JSON.stringify(object, (_, each: unknown) => (typeof each === 'bigint' ? 1 : each)) ?? 'null',
        );
        expect(await send(path, podReview(safe)).then(isDecision)).toBe(true);
      }),
      { numRuns: 120 },
    );
  });

  it('for any configuration of a network', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), fc.anything(), async (config, plugins) => {
        const metadata = { name: 'n', namespace: 'shop' };
        const odd = JSON.stringify({ plugins }, (_, each: unknown) => (typeof each === 'bigint' ? 1 : each));
        for (const each of [config, odd])
          expect(await send('/validate', nadReview({ metadata, spec: { config: each } })).then(isDecision)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('for an object that is 10,000 levels deep, and for __proto__', async () => {
    const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    for (const path of ['/mutate', '/validate']) {
      const { status } = await send(path, podReview('HERE').replace('"HERE"', `{"spec": ${deep}}`));
      expect([200, 500]).toContain(status);
      const odd = '{"__proto__": {"x": 1}, "metadata": {"name": "p", "__proto__": {"annotations": {"a": "b"}}}}';
      expect(isDecision(await send(path, podReview('HERE').replace('"HERE"', odd)))).toBe(true);
    }
    const config = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    expect(isDecision(await send('/validate', nadReview({ metadata: { name: 'n' }, spec: { config } })))).toBe(true);
  });

  it.each([
    ['another version', '/validate', podReview({}).replace('admission.k8s.io/v1', 'admission.k8s.io/v1beta1'), 400],
    ['no request', '/validate', '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}', 400],
    ['a user of many groups', '/validate', review({ userInfo: { groups: ['x'.repeat(20_000)] } }), 400],
    ['another path', '/elsewhere', podReview({}), 404],
    ['a body above the limit', '/validate', podReview({ a: 'x'.repeat(1024 * 1024) }), 400],
    [
      'another resource',
      '/mutate',
      review({ operation: 'CREATE', resource: { resource: 'secrets' }, object: {} }),
      200,
    ],
    ['a deletion without the old object', '/validate', nadReview(undefined).replace('CREATE', 'DELETE'), 200],
  ])('for %s', async (_, path, body, status) => {
    expect((await send(path, body)).status).toBe(status);
  });

  it('after the deadline that the API server states, with an identifier', async () => {
    const { status, body } = await send('/never?timeout=1s', podReview({}));
    expect([status, body]).toEqual([504, expect.stringContaining('PLX-REVIEW-TIMED-OUT')]);
  });

  it('above the limit of concurrent requests, at once', async () => {
    const waiting = [1, 2, 3].map(() => send('/never?timeout=2s', podReview({})));
    let busy: Answered | undefined;
    await waitFor('the limit', async () => (busy = await send('/validate', podReview({}))).status === 503);
    expect(busy?.body).toContain('PLX-WEBHOOK-BUSY');
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([504, 504, 504]);
    expect(isDecision(await send('/validate', podReview({})))).toBe(true);
  });
});
