import { describe, expect, it } from 'vitest';
import { serveHttp } from '../../src/daemon/http.ts';
import { fileFailed } from '../../src/errors/index.ts';
import { patience } from '../support/patience.ts';

describe('the HTTP endpoints', () => {
  it('a journal that cannot be read while metrics are collected: 500 with the reason, and the daemon lives', async () => {
    const metrics = async () =>
      Promise.reject(fileFailed({ file: '/var/lib/cni/plexus/journal', action: 'list' }, Object.assign(new Error('EIO'), { code: 'EIO' })));
    const server = await serveHttp({ host: '127.0.0.1', port: 0 }, { notReady: () => undefined, metrics });
    try {
      const ask = async (path: string) => {
        const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { signal: patience() });
        return [answer.status, await answer.text()];
      };
      expect(await ask('/metrics')).toEqual([500, expect.stringMatching(/^PLX-FILE-UNUSABLE: .*\/var\/lib\/cni\/plexus\/journal.*EIO/)]);
      expect(await ask('/healthz')).toEqual([200, 'ok\n']);
    } finally {
      await server.close();
    }
  });
});
