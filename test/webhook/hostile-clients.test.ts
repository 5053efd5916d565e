import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { type TLSSocket, connect } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { makeGeneration } from '../../src/webhook/make-certificate.ts';
import { type WebhookLimits, type WebhookServer, webhookServer } from '../../src/webhook/server.ts';
import { waitFor } from '../support/wait-for.ts';

// Any pod of the cluster can connect to the webhook. Whatever it sends or withholds, the API server gets its answers.

const kib = 1024;
const limits: WebhookLimits = {
  requests: 4,
  bytes: 1024 * kib,
  longBytes: 2048 * kib,
  shortBytes: 512 * kib,
  connections: { perPeer: 12, total: 20, lifeMs: 600_000, idleMs: 600_000 },
};
const made = await makeGeneration(['127.0.0.1'], 3_600_000, Date.now());

let server: WebhookServer | undefined;
let finish: (() => void)[] = [];
async function serve(more: Partial<WebhookLimits> = {}): Promise<void> {
  server = webhookServer({
    address: { host: '127.0.0.1', port: 0 },
    paths: {
      '/validate': async () => ({ warnings: [] }),
      '/wait': () => new Promise((resolve) => finish.push(() => resolve({ warnings: [] }))),
    },
    onReviewed: () => {},
    onError: (error) => {
      throw error;
    },
    limits: { ...limits, ...more },
  });
  server.serve(made);
  await waitFor('the port', async () => server?.isListening() === true);
}
const opened: (ClientRequest | TLSSocket)[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) each.destroy();
  for (const each of finish) each();
  finish = [];
  await server?.close();
});

const to = (path: string, more: object = {}) =>
  Object.assign(
    { host: '127.0.0.1', port: server?.port() ?? 0, path, method: 'POST', ca: made.ca, agent: false },
    more,
  );
const review = (namespace: string, object: unknown = {}): string =>
  JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: { uid: 'u', namespace, object },
  });
async function send(path: string, body: string): Promise<readonly [status: number | undefined, body: string]> {
  const outgoing = request(to(path));
  opened.push(outgoing.on('error', () => {}));
  outgoing.end(body);
  const [response]: IncomingMessage[] = await once(outgoing, 'response');
  return [response?.statusCode, response === undefined ? '' : await text(response)];
}
/** Sends a part of a body and then nothing. */
async function stall(length: number, part: string): Promise<ClientRequest> {
  const outgoing = request(to('/validate', { headers: { 'content-length': length } }));
  opened.push(outgoing.on('error', () => {}));
  outgoing.write(part);
  const [socket] = (await once(outgoing, 'socket')) as [TLSSocket];
  await once(socket, 'secureConnect');
  return outgoing;
}
async function connected(): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: server?.port() ?? 0, ca: made.ca });
  opened.push(socket.on('error', () => {}));
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('secureConnect', resolve).once('close', resolve);
  await promise;
  return socket.resume();
}
const posted = `POST /validate HTTP/1.1\r\nHost: x\r\nContent-Length: ${review('shop').length}\r\n\r\n${review('shop')}`;
const well = [200, expect.stringContaining('"allowed":true')];

describe('the webhook answers', () => {
  it('while more requests than it decides at a time send their bodies slowly', async () => {
    await serve();
    for (let count = 0; count < 8; count++) await stall(1000, '{');
    expect(await send('/validate', review('shop'))).toEqual(well);
  });

  it.each([
    ['short', 200 * kib],
    ['long', 900 * kib],
  ])('while %s bodies that never end take all of their bytes', async (_, bytes) => {
    await serve();
    for (let count = 0; count < 8; count++) await stall(bytes + 1, 'x'.repeat(bytes));
    for (const length of [10, 100 * kib, 500 * kib])
      expect(await send('/validate', review('shop', { text: 'x'.repeat(length) }))).toEqual(well);
  });

  it('while a client holds more connections than allowed, silent or with an answered request', async () => {
    await serve();
    const held = await Promise.all(Array.from({ length: 40 }, connected));
    for (const socket of held.slice(0, 20)) if (!socket.destroyed) socket.write(posted);
    for (let count = 0; count < 3; count++) expect(await send('/validate', review('shop'))).toEqual(well);
    await waitFor(
      'the end of those above the limit',
      async () => held.filter(({ destroyed }) => !destroyed).length <= limits.connections.perPeer,
    );
  });

  it('closes a connection without a request after a while, and keeps one with an answered request', async () => {
    await serve({ connections: { ...limits.connections, lifeMs: 500 } });
    const kept = await connected();
    let answers = '';
    kept.on('data', (piece: Buffer) => (answers += piece.toString()));
    for (const count of [1, 2]) {
      kept.write(posted);
      await waitFor('the answer', async () => answers.split('HTTP/1.1 200').length > count);
      const silent = await connected();
      if (!silent.destroyed) await once(silent, 'close'); // by then the other is older than a silent one may be
    }
  });

  it('other namespaces while one has as many requests as it can get', async () => {
    await serve();
    const waiting = [1, 2, 3].map(() => send('/wait', review('greedy')));
    await waitFor('the requests', async () => finish.length === 3);
    expect((await send('/wait', review('greedy')))[0]).toBe(503);
    expect(await send('/validate', review('shop'))).toEqual(well);
    for (const each of finish) each();
    expect(await Promise.all(waiting)).toEqual([well, well, well]);
    expect(await send('/validate', review('greedy'))).toEqual(well);
  });

  it('a body with more values than any object has with an error, before it decodes it', async () => {
    await serve();
    const [status, body] = await send('/validate', review('shop', { list: Array.from({ length: 140_000 }, () => 0) }));
    expect([status, body]).toEqual([400, expect.stringContaining('it has more than 131072 values')]);
  });

  it('long bodies one after the other, and short ones meanwhile', async () => {
    await serve();
    const long = review('shop', { text: 'x'.repeat(600 * kib) });
    const first = send('/wait', long);
    await waitFor('the first', async () => finish.length === 1);
    const second = send('/validate', long);
    expect(await send('/validate', review('shop'))).toEqual(well);
    finish[0]?.();
    expect(await Promise.all([first, second])).toEqual([well, well]);
  });
});
