import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDaemon, shim, startTestDaemon } from '../support/daemon.ts';
import { shimBuilds, startShim } from '../support/shim-call.ts';
import { waitFor } from '../support/wait-for.ts';

let dir: string;
let daemon: TestDaemon;
let taken: net.Server;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'plexus-probe-'));
  taken = net.createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
});
afterAll(async () => {
  taken.close();
  await rm(dir, { recursive: true, force: true });
});

const observeSocket = (): string => join(dirname(daemon.socket), 'observe.sock');
const probe = (path: string, socket = observeSocket(), program: string = shim) =>
  startShim([program, 'probe', path, '--socket', socket], {}).ended;

describe('the probes of the pod', () => {
  it('succeed while other users hold every connection of the HTTP address', async () => {
    daemon = await startTestDaemon({ dir, flags: { 'cni-dir': join(dir, 'state') } });
    const held = Array.from({ length: 200 }, () => net.connect(daemon.httpPort, '127.0.0.1').on('error', () => {}));
    await waitFor('the connections', async () => held.some(({ readyState }) => readyState === 'open'));
    expect(await probe('/healthz')).toMatchObject({ exitCode: 0, stdout: 'ok\n' });
    expect(await probe('/readyz')).toMatchObject({ exitCode: 0, stdout: 'ok\n' });
    expect((await fetch(`http://127.0.0.1:${daemon.httpPort}/metrics`)).status).toBe(200);
    for (const socket of held) socket.destroy();
    await daemon.stop();
  });

  it('succeed, and calls are served, while another program listens on the HTTP address', async () => {
    const { port } = taken.address() as net.AddressInfo;
    daemon = await startTestDaemon({
      dir,
      flags: { 'cni-dir': join(dir, 'state'), http: `127.0.0.1:${port}`, 'log-level': 'warn' },
    });
    await waitFor('the sockets', async () => (await probe('/readyz')).exitCode === 0);
    expect(daemon.log.filter((line) => line.includes('EADDRINUSE'))).toHaveLength(1);
    expect(await metricsOf(observeSocket())).toMatch(/^plexus_http_listening 0$/m);
    await daemon.stop();
  });

  it('fail if the daemon does not answer, although its socket accepts connections', async () => {
    daemon = await startTestDaemon({ dir, flags: { 'cni-dir': join(dir, 'state'), http: 'off' } });
    await waitFor('the observe socket', async () => (await probe('/healthz')).exitCode === 0);
    process.kill(daemon.pid, 'SIGSTOP');
    try {
      expect(await probe('/healthz')).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('does not answer in time'),
      });
    } finally {
      process.kill(daemon.pid, 'SIGCONT');
    }
    await waitFor('an answer', async () => (await probe('/healthz')).exitCode === 0);
    await daemon.stop();
  });

  const answers = {
    'a refusal, with its text': ['HTTP/1.1 503 Service Unavailable\r\n\r\nstarting\n', 'starting\n'],
    'what is not HTTP': ['hello', 'the answer is not HTTP'],
    'nothing at all': ['', 'the answer is not HTTP'],
    'an answer without an end of its headers': [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(9000)}`, 'the answer is not HTTP'],
  } as const;
  for (const [build, program] of Object.entries(shimBuilds))
    it.each(Object.entries(answers))(`of the shim ${build} fail on %s`, async (_, [text, printed]) => {
      const socket = join(dir, 'answers.sock');
      const server = net.createServer((connection) => connection.on('error', () => {}).end(text)).listen(socket);
      await once(server, 'listening');
      expect(await probe('/readyz', socket, program)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining(printed),
      });
      server.close();
    });

  it('fail with the reason if no daemon is running', async () => {
    expect(await probe('/healthz', join(dir, 'nobody.sock'))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('No such file'),
    });
  });
});

async function metricsOf(socketPath: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  http.get({ socketPath, path: '/metrics' }, resolve).on('error', reject);
  const pieces: Buffer[] = [];
  for await (const piece of (await promise) as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
