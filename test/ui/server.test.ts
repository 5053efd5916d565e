import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningUi, startUi } from '../support/running-ui.ts';
import { waitFor } from '../support/wait-for.ts';

let ui: RunningUi;
beforeAll(async () => {
  ui = await startUi();
  await waitFor('the pods', async () => (await ask('SECRET/state.json')).text.includes('db-0'));
});
afterAll(() => ui.stop());

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}
function ask(path: string, { method = 'GET', host = '', address = '127.0.0.1' } = {}): Promise<Answer> {
  const { port, pathname } = new URL(ui.url);
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
      ['SECRET/state.json', 'application/json'],
      ['SECRET/operations.json?pod=shop/db-0', 'application/json'],
      ['SECRET/topology.svg?revision=1', 'image/svg+xml'],
    ] as const) {
      const { status, headers } = await ask(path);
      expect([status, headers['content-type']], path).toEqual([200, `${type}; charset=utf-8`]);
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'/);
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
    expect(
      (await ask('SECRET/page.js')).text + (await ask('SECRET/')).text + (await ask('SECRET/page.css')).text,
    ).not.toMatch(/https?:\/\//);
  });

  it.each([
    { what: 'a path without the secret', path: '/', more: {}, status: 404 },
    { what: 'the data without the secret', path: '/state.json', more: {}, status: 404 },
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
    { what: 'DELETE', path: 'SECRET/state.json', more: { method: 'DELETE' }, status: 405 },
    { what: 'localhost', path: 'SECRET/', more: { host: 'localhost:1234' }, status: 200 },
    { what: 'HEAD', path: 'SECRET/', more: { method: 'HEAD' }, status: 200 },
  ])('answers $what with $status', async ({ path, more, status }) => {
    const answer = await ask(path, more);
    expect(answer.status).toBe(status);
    if (status !== 200) expect(answer.text).not.toContain('db-0');
  });

  it('learns the cluster from its watches, and only reads it', async () => {
    await waitFor('the pods', async () => (await ask('SECRET/state.json')).text.includes('db-0'));
    expect(JSON.parse((await ask('SECRET/state.json')).text)).toMatchObject({
      complete: true,
      problems: [],
      topology: { pods: { length: 10 } },
    });
    expect(new Set(ui.server.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
  });
});
