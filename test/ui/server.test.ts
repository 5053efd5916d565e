import http from 'node:http';
import { networkInterfaces } from 'node:os';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PageState } from '../../src/ui/page-state.ts';
import { aNadObject, aPodSummary, eth0 } from '../support/pod-summary.ts';
import { podObject } from '../support/sample-cluster.ts';
import { type RunningUi, startUi } from '../support/running-ui.ts';
import { followUi } from '../support/ui-events.ts';
import { waitFor } from '../support/wait-for.ts';

let ui: RunningUi;
beforeAll(async () => {
  ui = await startUi();
  await waitFor('pods and networks', async () => {
    using events = followUi(ui.url);
    const { complete, problems, pods, networks } = (await events.next()).data as PageState;
    return complete && problems.length === 0 && pods.length === 10 && networks.some(({ types }) => types.length > 0);
  });
});
afterAll(() => ui.stop());

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}
function ask(
  path: string,
  { method = 'GET', host = '', address = '127.0.0.1', port = new URL(ui.url).port } = {},
): Promise<Answer> {
  const { pathname } = new URL(ui.url);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const request = http.request(
    {
      host: address,
      port,
      path: path.replace('SECRET/', pathname),
      method,
      headers: { host: host || `127.0.0.1:${port}` },
    },
    (message) => {
      let text = '';
      message.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      message.on('end', () => resolve({ status: message.statusCode ?? 0, headers: message.headers, text }));
    },
  );
  request.on('error', reject).end();
  return promise;
}

describe('the server of plexus ui', () => {
  it('serves the page, its parts and the data itself', async () => {
    for (const [path, type] of [
      ['SECRET/', 'text/html'],
      ['SECRET/page.css', 'text/css'],
      ['SECRET/page.js', 'text/javascript'],
      ['SECRET/operations.json?pod=shop/db-0', 'application/json'],
      ['SECRET/network.json?name=shop/storage', 'application/json'],
      ['SECRET/network-events.json?name=shop/storage', 'application/json'],
    ] as const) {
      const { status, headers } = await ask(path);
      expect([status, headers['content-type']], path).toEqual([200, `${type}; charset=utf-8`]);
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'/);
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
    // XML namespaces are names, not addresses to load from.
    const texts = await Promise.all(
      ['', 'page.js', 'page.css'].map(async (name) => (await ask(`SECRET/${name}`)).text),
    );
    expect(
      texts
        .join('\n')
        .replaceAll(/"http:\/\/www\.w3\.org\/[\w/]+"/g, '')
        .includes('://'),
    ).toBe(false);
  });

  it('sends a page of less than 150 kB, compressed', async () => {
    const texts = await Promise.all(
      ['', 'page.js', 'page.css'].map(async (name) => (await ask(`SECRET/${name}`)).text),
    );
    expect(gzipSync(texts.join('')).length).toBeLessThan(150_000);
  });

  it.each([
    { what: 'a path without the secret', path: '/', more: {}, status: 404 },
    { what: 'the events without the secret', path: '/events', more: {}, status: 404 },
    { what: 'a network without the secret', path: '/network.json?name=shop/storage', more: {}, status: 404 },
    { what: 'a network that does not exist', path: 'SECRET/network.json?name=shop/none', more: {}, status: 404 },
    {
      what: 'a foreign host name, for the events',
      path: 'SECRET/events',
      more: { host: 'attacker.example' },
      status: 421,
    },
    { what: 'recent operations without the secret', path: '/operations.json?pod=shop/db-0', more: {}, status: 404 },
    {
      what: 'recent operations of a pod that it does not show',
      path: 'SECRET/operations.json?pod=kube-system/db-0',
      more: {},
      status: 404,
    },
    {
      what: 'POST for recent operations',
      path: 'SECRET/operations.json?pod=shop/db-0',
      more: { method: 'POST' },
      status: 405,
    },
    {
      what: 'a foreign host name, for recent operations',
      path: 'SECRET/operations.json?pod=shop/db-0',
      more: { host: 'attacker.example' },
      status: 421,
    },
    { what: 'an invalid path', path: '//', more: {}, status: 404 },
    { what: 'another path', path: 'SECRET/../../etc/passwd', more: {}, status: 404 },
    {
      what: 'a foreign host name (DNS rebinding)',
      path: 'SECRET/',
      more: { host: 'attacker.example' },
      status: 421,
    },
    {
      what: 'a host name with our name as prefix',
      path: 'SECRET/',
      more: { host: '127.0.0.1.attacker.example' },
      status: 421,
    },
    { what: 'POST', path: 'SECRET/', more: { method: 'POST' }, status: 405 },
    { what: 'DELETE', path: 'SECRET/events', more: { method: 'DELETE' }, status: 405 },
    { what: 'localhost', path: 'SECRET/', more: { host: 'localhost:1234' }, status: 200 },
    { what: 'HEAD', path: 'SECRET/', more: { method: 'HEAD' }, status: 200 },
  ])('answers $what with $status', async ({ path, more, status }) => {
    const answer = await ask(path, more);
    expect(answer.status).toBe(status);
    if (status !== 200) expect(answer.text).not.toContain('db-0');
  });

  it('sends the whole state first, then only what changes, and only reads the cluster', async () => {
    using events = followUi(ui.url);
    expect(await events.next()).toMatchObject({
      event: 'state',
      data: { complete: true, problems: [], pods: { length: 10 }, networks: { length: 5 } },
    });
    ui.server.put('pods', podObject(aPodSummary('aaa-new', { namespace: 'infra', has: [eth0('10.244.9.9')] })));
    expect(await events.next()).toMatchObject({
      event: 'change',
      data: {
        pods: { set: [{ namespace: 'infra', name: 'aaa-new' }], removed: [] },
        networks: { set: [{ name: 'cluster-net' }], removed: [] },
        found: { set: [], removed: [] },
      },
    });
    ui.server.remove('pods', 'infra', 'aaa-new');
    expect(await events.next()).toMatchObject({ data: { pods: { set: [], removed: ['infra/aaa-new'] } } });
    expect(new Set(ui.server.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  it('sends how many daemons are ready, once it may list DaemonSets', async () => {
    ui.server.put('daemonsets', {
      metadata: {
        namespace: 'kube-system',
        name: 'plexus',
        labels: { 'app.kubernetes.io/name': 'plexus', 'app.kubernetes.io/component': 'node' },
      },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'daemon', image: 'plexus:1' }] } },
      },
      status: { desiredNumberScheduled: 3, numberReady: 2, updatedNumberScheduled: 3 },
    });
    await waitFor('the daemons', async () => {
      using events = followUi(ui.url);
      const { data } = await events.next();
      const [set] = (data as PageState).daemons ?? [];
      return set?.desired === 3 && set.ready === 2 && set.image === 'plexus:1' && set.name === 'plexus';
    });
  });

  it('sends the configuration of a network, indented, and numbers as they are', async () => {
    ui.server.put(
      'network-attachment-definitions',
      aNadObject('exact', '{"type":"x","big":12345678901234567890,"a":[1]}'),
    );
    await waitFor('the network', async () => (await ask('SECRET/network.json?name=shop/exact')).status === 200);
    expect(JSON.parse((await ask('SECRET/network.json?name=shop/exact')).text)).toEqual({
      config: '{\n  "type": "x",\n  "big": 12345678901234567890,\n  "a": [\n    1\n  ]\n}',
    });
  });
});

describe('the server of plexus ui behind a proxy', () => {
  let proxied: RunningUi;
  beforeAll(async () => void (proxied = await startUi([], {}, { hosts: ['Plexus.example'] })));
  afterAll(() => proxied.stop());

  it.each([
    ['plexus.example', 200],
    ['plexus.example:443', 200],
    ['127.0.0.1:8080', 200],
    ['localhost', 200],
    ['evil.example', 421],
    ['plexus.example.evil.example', 421],
  ])('answers the host name %s with %i', async (host, status) => {
    const { port, pathname } = new URL(proxied.url);
    expect(pathname).toBe('/');
    expect((await ask('/', { host, port })).status).toBe(status);
  });

  it('listens on this machine only', async () => {
    const { port } = new URL(proxied.url);
    const outside = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4');
    if (outside === undefined) return expect(ui.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    await expect(ask('/', { port, address: outside.address })).rejects.toThrow('ECONNREFUSED');
  });
});
