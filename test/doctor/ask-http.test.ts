import { mkdtempDisposable } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askDaemonHttp } from '../../src/doctor/ask-http.ts';
import { patience } from '../support/patience.ts';

const listening = async (server: http.Server, at: string | { readonly port: number }): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(at, resolve);
  await promise;
};
const endless = (): http.Server =>
  http.createServer((_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
    };
    response.on('drain', more);
    more();
  });

// doctor runs as root, outside of the daemon's memory limit.
describe('an answer to doctor', () => {
  it('that never ends is rejected when a compromised daemon sends it', async () => {
    await using dir = await mkdtempDisposable(join(tmpdir(), 'plexus-ask-'));
    await using server = endless();
    await listening(server, join(dir.path, 'observe.sock'));
    const asked = askDaemonHttp({ socket: join(dir.path, 'plexus.sock') }, '/metrics', patience());
    await expect(asked).rejects.toThrow('its answer is longer than 16777216 bytes');
  });

  it('that never ends is rejected when another user listens on the HTTP address', async () => {
    await using server = endless();
    await listening(server, { port: 0 });
    const { port } = server.address() as AddressInfo;
    const asked = askDaemonHttp({ socket: '/nowhere/plexus.sock', http: `127.0.0.1:${port}` }, '/readyz', patience());
    await expect(asked).rejects.toThrow('its answer is longer than 16777216 bytes');
  });

  it('that redirects is not followed', async () => {
    await using server = http.createServer((_request, response) =>
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    );
    await listening(server, { port: 0 });
    const { port } = server.address() as AddressInfo;
    const asked = askDaemonHttp({ socket: '/nowhere/plexus.sock', http: `127.0.0.1:${port}` }, '/readyz', patience());
    await expect(asked).resolves.toEqual(expect.objectContaining({ status: 302 }));
  });
});
