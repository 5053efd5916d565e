import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyWriter, encodeFrame, frameReader } from '../../src/host/wire.ts';
import { decodeText } from '../../src/host/link-messages.ts';
import { daemonFrame, shimFrame } from '../support/link-codec.ts';
import type { TestDaemon } from '../support/daemon.ts';
import { type TestNode, createTestNode } from '../support/test-node.ts';
import { waitFor } from '../support/wait-for.ts';

// A real daemon, and clients that misbehave. Other clients must not be affected.
let node: TestNode;
let daemon: TestDaemon;
beforeAll(async () => {
  node = await createTestNode('daemon', { 'log-level': 'info' });
  const running = await node.daemon();
  if (running === undefined) throw new Error('no daemon');
  daemon = running;
});
afterAll(() => node.remove());

/** Retries, because the socket's backlog may be full if many clients connect at once. */
async function connect(): Promise<net.Socket> {
  let connected: net.Socket | undefined;
  await waitFor('a connection', async () => {
    const client = net.connect(daemon.socket);
    client.on('error', () => {});
    await once(client, 'connect');
    connected = client;
    return true;
  });
  if (connected === undefined) throw new Error('no connection');
  return connected;
}
const hello = (major: number, minor = 0): Buffer =>
  encodeFrame(shimFrame.hello, 0, bodyWriter().u16(major).u16(minor).u8(1).text('test').text('/opt/cni/bin').done());
const ended = (client: net.Socket): Promise<unknown> =>
  client.destroyed ? Promise.resolve() : once(client.resume(), 'close');
const saidSince = (line: number, text: string) =>
  waitFor(`"${text}" in the log`, async () => daemon.log.slice(line).some((each) => each.includes(text)));
const residentMiB = async (): Promise<number> =>
  Number(/^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${daemon.pid}/status`, 'utf8'))?.[1]) / 1024;

let pods = 0;
async function othersAreServed(): Promise<void> {
  const pod = await node.pod(`other-${pods++}`);
  for (const command of ['ADD', 'DEL']) {
    const answer = await node.call(command, pod);
    expect(answer, answer.stdout).toMatchObject({ exitCode: 0 });
  }
  await pod.netns.remove();
}

describe('misbehaving clients of the host link', () => {
  it.each([
    { title: 'garbage', bytes: Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n') },
    { title: 'a frame longer than allowed', bytes: Buffer.from([0x7f, 0xff, 0xff, 0xff, 1]) },
    { title: 'a frame without a type', bytes: Buffer.from([0, 0, 0, 0]) },
    { title: 'a truncated greeting', bytes: encodeFrame(shimFrame.hello, 0, Buffer.from([0, 1])) },
    { title: 'a call without a greeting', bytes: encodeFrame(shimFrame.call, 0, Buffer.alloc(9)) },
    {
      title: 'a truncated call',
      bytes: Buffer.concat([hello(1), encodeFrame(shimFrame.call, 0, Buffer.from([0, 0, 0, 0, 9]))]),
    },
    { title: 'an answer before its call', bytes: Buffer.concat([hello(1), encodeFrame(shimFrame.done, 7)]) },
  ])('ends only the connection of a client that sends $title, and logs the reason', async ({ bytes }) => {
    const line = daemon.log.length;
    const client = await connect();
    client.write(bytes);
    await ended(client);
    await saidSince(line, 'PLX-LINK-DAMAGED');
    await othersAreServed();
  });

  it('drops a client that stops in the middle of a frame', async () => {
    const line = daemon.log.length;
    const client = await connect();
    client.write(hello(1).subarray(0, 10));
    await ended(client);
    await saidSince(line, 'a connection that sent no call');
  });

  it('rejects another major version and names both in the answer and the log', async () => {
    const line = daemon.log.length;
    const client = await connect();
    client.write(hello(2, 7));
    const [bytes] = (await once(client, 'data')) as [Buffer];
    const [frame] = frameReader().push(bytes);
    expect(frame?.type).toBe(daemonFrame.refused);
    expect(frame && decodeText(frame)).toMatch(/1\.0.*2\.7|2\.7.*1\.0/);
    await saidSince(line, 'PLX-LINK-MISMATCH');
    await ended(client);
  });

  it('limits and reports idle connections, and serves calls meanwhile', async () => {
    const before = await residentMiB();
    const line = daemon.log.length;
    const clients = await Promise.all(Array.from({ length: 1100 }, connect));
    await saidSince(line, 'an idle one is dropped');
    expect((await residentMiB()) - before).toBeLessThan(100);
    await othersAreServed();
    await Promise.all(clients.map(ended));
    await othersAreServed();
  });

  it('bounds a client that sends an endless call', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, connect));
    const head = Buffer.alloc(9);
    head.writeUInt32BE(16 * 1024 * 1024, 0);
    head.writeUInt8(shimFrame.call, 4);
    const line = daemon.log.length;
    for (const client of clients) {
      client.write(hello(1));
      client.write(head);
      client.write(Buffer.alloc(10 * 1024 * 1024));
    }
    await saidSince(line, 'unfinished requests use');
    expect(await residentMiB()).toBeLessThan(800);
    for (const client of clients) client.destroy();
    await othersAreServed();
  });

  it('drops a client that never reads', async () => {
    const client = await connect();
    client.pause();
    const env = ['CNI_COMMAND=STATUS', 'CNI_PATH=/opt/cni/bin'];
    const body = bodyWriter().u8(0);
    body.list(env, (each) => body.text(each));
    client.write(
      Buffer.concat([
        hello(1),
        encodeFrame(shimFrame.call, 0, body.text(JSON.stringify(node.config({ cniVersion: '1.1.0' }))).done()),
      ]),
    );
    await othersAreServed();
    client.destroy();
    await othersAreServed();
  });

  it('denies connections to users other than root', async () => {
    const script = `require('node:net').connect(${JSON.stringify(daemon.socket)}).on('error', (error) => { process.stdout.write(error.code); })`;
    const child = spawn(
      'setpriv',
      ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '-e', script],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await once(child, 'close');
    expect(output).toBe('EACCES');
  });
});
