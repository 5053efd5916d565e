import net from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type Health, sharedMetrics } from '../../src/service/endpoints.ts';
import { type HttpOptions, httpEndpoints } from '../../src/daemon/http.ts';
import { fileFailed } from '../../src/errors/index.ts';
import type { Step } from '../../src/report/index.ts';
import { patience } from '../support/patience.ts';
import { waitFor } from '../support/wait-for.ts';

const text = async () => ({ contentType: 'text/plain', text: 'all is counted' });
const well = { notReady: () => undefined, metrics: text };

async function served(options: Partial<HttpOptions> = {}, health: Health = well) {
  const steps: Step[] = [];
  const report = (step: Step): void => void steps.push(step);
  const server = httpEndpoints({ address: { host: '127.0.0.1', port: 0 }, report, ...options });
  await server.listen(health);
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${server.port()}${path}`, { signal: patience() });
    return [answer.status, await answer.text()];
  };
  return { server, ask, steps };
}

describe('the HTTP endpoints', () => {
  it('answers 500 with the reason if the journal cannot be read for the metrics, and keeps running', async () => {
    const metrics = async () =>
      Promise.reject(
        fileFailed(
          { file: '/var/lib/cni/plexus/journal', action: 'list' },
          Object.assign(new Error('EIO'), { code: 'EIO' }),
        ),
      );
    const { server, ask } = await served({}, { notReady: () => undefined, metrics });
    try {
      expect(await ask('/metrics')).toEqual([
        500,
        expect.stringMatching(/^PLX-FILE-UNUSABLE: .*\/var\/lib\/cni\/plexus\/journal.*EIO/),
      ]);
      expect(await ask('/healthz')).toEqual([200, 'ok\n']);
    } finally {
      await server.close();
    }
  });

  it('warns once if another program listens on the address, and listens there once that program stops', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as net.AddressInfo;
    const { server, ask, steps } = await served({
      address: { host: '127.0.0.1', port },
      backOff: { firstMs: 5, longestMs: 5 },
    });
    try {
      expect(server.port()).toBeUndefined();
      expect(steps).toMatchObject([
        {
          kind: 'warning',
          text: expect.stringMatching(new RegExp(`^cannot listen on 127.0.0.1:${port} .*EADDRINUSE.*retries`)),
        },
      ]);
      other.close();
      await waitFor('the address', async () => server.port() === port);
      expect(await ask('/healthz')).toEqual([200, 'ok\n']);
      expect(steps.map(({ kind }) => kind)).toEqual(['warning', 'daemon']);
    } finally {
      await server.close();
    }
  });

  it('can be closed while it cannot listen', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { server } = await served({
      address: { host: '127.0.0.1', port: (other.address() as net.AddressInfo).port },
    });
    await server.close();
    other.close();
  });

  // each of these once kept kubelet's probes out while they used this address
  it('answers while one user holds more connections than allowed, idle or mid-request', async () => {
    const limits = { perPeer: 4, total: 8, lifeMs: 600_000 };
    const { server, ask } = await served({ limits });
    const held = await Promise.all(Array.from({ length: 20 }, () => connected(server.port() ?? 0)));
    for (const socket of held) socket.write('GET /metrics HTTP/1.1\r\nX-Half: ');
    try {
      for (let count = 0; count < 3; count++) expect(await ask('/metrics')).toEqual([200, 'all is counted']);
      await waitFor(
        'the end of those above the limit',
        async () => held.filter(({ destroyed }) => !destroyed).length <= limits.perPeer,
      );
    } finally {
      await server.close();
    }
  });

  it('answers while one user holds all connections and does not read the answers', async () => {
    const long = 'x'.repeat(16 * 1024 * 1024);
    let answered = 0;
    const metrics = async () => ({ contentType: 'text/plain', text: answered++ < 4 ? long : '' });
    const { server, ask } = await served({ limits: { perPeer: 4, total: 4, lifeMs: 600_000 } }, { ...well, metrics });
    const held = await Promise.all(Array.from({ length: 4 }, () => connected(server.port() ?? 0)));
    for (const socket of held) socket.pause().write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    try {
      await waitFor('the answers', async () => answered === 4);
      for (let count = 0; count < 8; count++) expect(await ask('/healthz')).toEqual([200, 'ok\n']);
    } finally {
      for (const socket of held) socket.destroy();
      await server.close();
    }
  });

  it('does not cut off a scrape that takes longer than the connection limit', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const slow = async () => promise.then(text);
    const { server, ask } = await served(
      { limits: { perPeer: 4, total: 4, lifeMs: 50 } },
      { notReady: () => undefined, metrics: slow },
    );
    try {
      const scrape = ask('/metrics');
      const silent = net.connect(server.port() ?? 0, '127.0.0.1').on('error', () => {});
      await once(silent.resume(), 'close'); // by now the scrape is older than the limit
      resolve();
      expect(await scrape).toEqual([200, 'all is counted']);
    } finally {
      await server.close();
    }
  });

  it('closes a connection whose client does not read or sends further requests', async () => {
    const long = 'x'.repeat(64 * 1024 * 1024);
    const { server } = await served(
      { limits: { perPeer: 4, total: 8, lifeMs: 300 } },
      { ...well, metrics: async () => ({ contentType: 'text/plain', text: long }) },
    );
    try {
      const socket = await connected(server.port() ?? 0);
      let bytes = 0;
      socket.on('data', (piece: Buffer) => {
        bytes += piece.length;
        socket.pause(); // read a little from time to time
        setTimeout(() => socket.resume(), 20);
      });
      socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3));
      await once(socket, 'close');
      expect(bytes).toBeLessThan(long.length);
    } finally {
      await server.close();
    }
  });
});

describe('shared metrics', () => {
  it('collects once for concurrent requests, and again after ten times the duration of the last collection', async () => {
    let now = 0;
    let collected = 0;
    const ends: (() => void)[] = [];
    const collect = (): ReturnType<typeof text> => {
      const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof text>>>();
      collected++;
      ends.push(() => resolve({ contentType: 'text/plain', text: String(collected) }));
      return promise;
    };
    const ask = sharedMetrics(collect, () => now);
    const [one, other] = [ask(), ask()];
    now = 20;
    ends[0]?.();
    expect(await Promise.all([one, other])).toMatchObject([{ text: '1' }, { text: '1' }]);
    now = 219;
    expect(await ask()).toMatchObject({ text: '1' });
    now = 221;
    const again = ask();
    ends[1]?.();
    expect(await again).toMatchObject({ text: '2' });
  });
});

async function connected(port: number): Promise<net.Socket> {
  // the server closes it, which is what the test checks
  const socket = net.connect(port, '127.0.0.1').on('error', () => {});
  await once(socket, 'connect');
  return socket;
}
