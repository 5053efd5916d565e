import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtempDisposable } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type IncomingCall,
  type LinkServer,
  type LinkServerOptions,
  serveLink,
} from '../../src/daemon/link/link-server.ts';
import type { PlexusError } from '../../src/errors/index.ts';
import type { Host } from '../../src/host/index.ts';
import { decodeText } from '../../src/host/link-messages.ts';
import { type Frame, bodyWriter, encodeFrame, frameReader } from '../../src/host/wire.ts';
import { realPeerUid } from '../support/call-host.ts';
import { daemonFrame, shimFrame } from '../support/link-codec.ts';
import { waitFor } from '../support/wait-for.ts';
import { patience } from '../support/patience.ts';

// The daemon's end of the host link with low limits, and clients that write frames by hand.
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let socket: string;
let problems: PlexusError[];
let agents: (Host | undefined)[];
let server: LinkServer;
const clients: net.Socket[] = [];

const serve = (more: Partial<LinkServerOptions> = {}): Promise<LinkServer> =>
  serveLink({
    socket,
    program: 'plexus test',
    peerUid: realPeerUid(),
    onCall: async () => ({ stdout: 'answer', exitCode: 0 }),
    onAgent: (come) => agents.push(come?.host),
    onProblem: (error) => problems.push(error),
    ...more,
  });
beforeEach(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-link-'));
  socket = join(folder.path, 'x.sock');
  problems = [];
  agents = [];
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await server.close();
  await folder.remove();
});

const hello = ({ major = 1, minor = 0, role = 1, more = '' } = {}): Buffer =>
  encodeFrame(
    shimFrame.hello,
    0,
    Buffer.concat([
      bodyWriter().u16(major).u16(minor).u8(role).text('test').text('/opt/cni/bin').done(),
      Buffer.from(more),
    ]),
  );
const call = (more = ''): Buffer =>
  encodeFrame(
    shimFrame.call,
    0,
    Buffer.concat([Buffer.from([0]), Buffer.alloc(4), bodyWriter().text('{}').done(), Buffer.from(more)]),
  );
const ids = (): string[] => problems.map(({ id }) => id);

async function connect(...bytes: readonly Buffer[]): Promise<net.Socket> {
  const client = net.connect({ path: socket, allowHalfOpen: true }).on('error', () => {});
  clients.push(client);
  await once(client, 'connect');
  if (bytes.length > 0) client.write(Buffer.concat(bytes));
  return client;
}
/** Returns all frames until the daemon closes the connection. */
async function framesOf(client: net.Socket): Promise<Frame[]> {
  const reader = frameReader();
  const frames: Frame[] = [];
  client.on('data', (piece: Buffer) => frames.push(...reader.push(piece)));
  await once(client, 'end');
  return frames;
}
const typesOf = async (client: net.Socket): Promise<number[]> => (await framesOf(client)).map(({ type }) => type);
const served = [daemonFrame.welcome, daemonFrame.result];
/** Resolves when the daemon has closed a connection, even if the client does not read it. */
const isGone = (client: net.Socket): Promise<void> =>
  waitFor('the end of the connection', async () => {
    client.write(encodeFrame(33, 0)); // a type that this version ignores
    return client.destroyed;
  });

describe('access to the link', () => {
  it("is denied to users other than root, even if the socket's mode allows them", async () => {
    server = await serve();
    await chmod(folder.path, 0o755);
    await chmod(socket, 0o666);
    const script = `require('node:net').connect(${JSON.stringify(socket)}).on('data', (data) => process.stdout.write(data))`;
    const child = spawn(
      'setpriv',
      ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '-e', script],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [output] = (await once(child.stdout, 'data')) as [Buffer];
    await once(child, 'close');
    const [refused] = frameReader().push(output);
    expect(refused?.type).toBe(daemonFrame.refused);
    expect(refused && decodeText(refused)).toMatch(/^PLX-LINK-DAMAGED: .*user 65534: only root/);
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('user 65534')]);
    expect(await typesOf(await connect(hello(), call()))).toEqual(served);
  });

  it('belongs to one server at a time; another one replaces a server that has ended', async () => {
    server = await serve();
    await expect(serve()).rejects.toMatchObject({ id: 'PLX-DAEMON-RUNNING' });
    expect(await typesOf(await connect(hello(), call()))).toEqual(served);
    await server.close();
    server = await serve();
    expect(await typesOf(await connect(hello(), call()))).toEqual(served);
  });
});

describe('link versions', () => {
  it('rejects another major version once, naming both, even if the call follows at once', async () => {
    server = await serve();
    const frames = await framesOf(await connect(hello({ major: 2, minor: 7 }), call(), hello()));
    expect(frames.map(({ type }) => type)).toEqual([daemonFrame.refused]);
    expect(frames[0] && decodeText(frames[0])).toMatch(
      /^PLX-LINK-MISMATCH: the daemon \(plexus test\) uses host link 1\.1, the shim \(test\) uses 2\.7/,
    );
    expect(ids()).toEqual(['PLX-LINK-MISMATCH']);
  });
  it('serves a later minor version, which adds fields and messages', async () => {
    server = await serve();
    expect(
      await typesOf(
        await connect(hello({ minor: 9, more: 'more' }), call('more'), encodeFrame(33, 0, Buffer.from('new'))),
      ),
    ).toEqual(served);
    expect(problems).toEqual([]);
  });
});

describe('limits of the link', () => {
  it('replaces idle connections by new ones, the oldest first', async () => {
    server = await serve({ limits: { connections: 3 } });
    const [first, second, third] = [await connect(), await connect(), await connect(hello())];
    expect(await typesOf(await connect(hello(), call()))).toEqual(served);
    expect(ids()).toEqual(['PLX-DAEMON-BUSY']);
    await waitFor('the end of the oldest', async () => first.resume().readableEnded);
    for (const idle of [second, third]) expect(idle.resume().readableEnded).toBe(false);
    third.write(call());
    expect(await typesOf(third)).toEqual(served);
  });
  it('rejects and closes new connections while all others run calls', async () => {
    const go = Promise.withResolvers<void>();
    const onCall = async () => {
      await go.promise;
      return { stdout: 'answer', exitCode: 0 };
    };
    server = await serve({ limits: { connections: 1, lastFrameMs: 50 }, onCall });
    const running = await connect(hello(), call());
    await waitFor('the call', async () => server.calls() === 1);
    const refused = await connect(hello(), call());
    const frames = await framesOf(refused);
    expect(frames.map(({ type }) => type)).toEqual([daemonFrame.refused]);
    expect(frames[0] && decodeText(frames[0])).toMatch(/^PLX-DAEMON-BUSY: .*1 connections/);
    await isGone(refused);
    go.resolve();
    expect(await typesOf(running)).toEqual(served);
  });
  it('drops the largest incomplete request if all together are too large', async () => {
    server = await serve({ limits: { heldBytes: 100_000 } });
    const unfinished = encodeFrame(shimFrame.call, 0, Buffer.alloc(500_000));
    const short = await connect(hello(), unfinished.subarray(0, 40_000));
    const long = await connect(hello(), unfinished.subarray(0, 90_000));
    await isGone(long);
    expect(new Set(ids())).toEqual(new Set(['PLX-DAEMON-BUSY']));
    expect(await typesOf(await connect(hello(), call()))).toEqual(served);
    expect(short.readableEnded).toBe(false);
    short.end();
  });
  it('does not count bytes of complete requests or closed connections', async () => {
    server = await serve({ limits: { heldBytes: 200_000 } });
    const long = encodeFrame(
      shimFrame.call,
      0,
      Buffer.concat([Buffer.from([0]), Buffer.alloc(4), bodyWriter().text(' '.repeat(90_000)).done()]),
    );
    for (let times = 0; times < 5; times++) {
      const cut = await connect(hello(), long.subarray(0, 80_000));
      await once(cut, 'data'); // the greeting; the rest arrives with it or next
      cut.destroy();
      expect(await typesOf(await connect(hello(), long))).toEqual(served);
    }
    expect(problems).toEqual([]);
  });
  it('drops a client that does not read its answer', async () => {
    server = await serve({
      limits: { lastFrameMs: 50 },
      onCall: async () => ({ stdout: ' '.repeat(30_000_000), exitCode: 0 }),
    });
    await isGone((await connect(hello(), call())).pause());
  });
  it('drops a client that does not read its requests, and ends these', async () => {
    const outcomes = Promise.withResolvers<unknown[]>();
    const onCall = async ({ host }: IncomingCall) => {
      const run = { plugin: 'p', path: [], env: {}, stdin: ' '.repeat(16_000_000) };
      const runs = Array.from({ length: 8 }, () =>
        host.runPlugin(run, patience()).catch((error: PlexusError) => error.id),
      );
      outcomes.resolve(await Promise.all(runs));
      return { stdout: '', exitCode: 1 };
    };
    server = await serve({ onCall });
    const client = (await connect(hello(), call())).pause();
    expect(new Set(await outcomes.promise)).toEqual(new Set(['PLX-LINK-LOST']));
    await isGone(client);
  });
  it('ends a call on garbage within it', async () => {
    const reason = Promise.withResolvers<unknown>();
    const onCall = async ({ signal }: IncomingCall) => {
      await once(signal, 'abort');
      reason.resolve(signal.reason);
      return { stdout: '', exitCode: 1 };
    };
    server = await serve({ onCall });
    const client = await connect(hello(), call());
    await waitFor('the call', async () => server.calls() === 1);
    client.write(Buffer.from('garbage!'));
    expect(await reason.promise).toMatchObject({ id: 'PLX-OPERATION-CANCELLED' });
    await server.idle();
    expect(ids()).toEqual(['PLX-LINK-DAMAGED']);
  });
});

describe('the host agent', () => {
  it('is the one that connected last, even if the previous one disconnects later', async () => {
    server = await serve();
    const first = await connect(hello({ role: 2 }));
    await waitFor('the first agent', async () => agents.length === 1);
    const second = await connect(hello({ role: 2 }));
    await waitFor('the second agent', async () => agents.length === 2);
    first.destroy();
    // the server has handled the end of the first one by now
    expect(await typesOf(await connect(hello(), call()))).toEqual(served);
    expect(agents.at(-1)).toBeDefined();
    second.destroy();
    await waitFor('its end', async () => agents.at(-1) === undefined);
  });
});
