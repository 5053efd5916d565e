import { mkdtempDisposable } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serveObserving } from '../../src/daemon/observe-socket.ts';
import { patienceMs } from '../support/patience.ts';

describe('the observe socket', () => {
  it('answers requests for invalid paths without ending the daemon', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-observe-'));
    const socket = join(folder.path, 'observe.sock');
    const queries: unknown[] = [];
    const health = { notReady: () => 'starting', metrics: () => Promise.reject(new Error('no journal')) };
    const find = (query: unknown) => (queries.push(query), []);
    const server = await serveObserving({ socket, peerUid: () => 0, node: () => undefined, find, health });
    try {
      const statuses: unknown[] = [];
      for (const path of [
        '//',
        '/operations?pod=shop/db&last=2',
        '/operations?last=-1&pod=%',
        '/',
        '/healthz',
        '/readyz',
        '/metrics',
      ])
        statuses.push(await statusOf(socket, path));
      expect(statuses).toEqual([404, 200, 200, 404, 200, 503, 500]);
      expect(queries).toEqual([{ pod: 'shop/db', last: 2 }, { pod: '%' }]);
    } finally {
      await server.close();
    }
  });
});

const statusOf = (socketPath: string, path: string): Promise<unknown> =>
  new Promise((resolve) => {
    const asking = request({ socketPath, path, timeout: patienceMs }, (response) =>
      resolve(response.resume().statusCode),
    );
    asking.on('timeout', () => asking.destroy(new Error('no answer')));
    asking.on('error', ({ message }) => resolve(message));
    asking.end();
  });
