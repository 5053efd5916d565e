import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nodeChecks, nodeScene } from '../../src/doctor/index.ts';
import { encodeRefused, encodeWelcome } from '../../src/host/index.ts';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { shim } from '../support/daemon.ts';
import { textsOf } from '../support/doctor-room.ts';
import { playDaemon } from '../support/played-daemon.ts';
import { waitFor } from '../support/wait-for.ts';
import { patience } from '../support/patience.ts';

let cluster: ClusterNode;
beforeAll(async () => {
  cluster = await createClusterNode();
  await mkdir(join(cluster.node.dir, 'bin'));
  await copyFile(shim, join(cluster.node.dir, 'bin/plexus'));
});
afterAll(() => cluster.remove());

interface At {
  readonly socket?: string;
  readonly http?: string | undefined;
  readonly uid?: number;
}

function look(id: string, at: At = {}): Promise<readonly string[]> {
  const { dir } = cluster.node;
  const { socket = join(dir, 'run/plexus.sock'), uid = 0 } = at;
  const http = 'http' in at ? at.http : `127.0.0.1:${cluster.daemon().httpPort}`;
  const places = {
    root: '/',
    confDir: cluster.confDir,
    binDir: join(dir, 'bin'),
    stateDir: join(dir, 'state'),
    socket,
    ...(http !== undefined && { http }),
  };
  const scene = nodeScene(places, {
    program: 'test',
    arch: process.arch,
    uid,
    now: Date.now,
    nodeLinks: async () => [],
  });
  const check = nodeChecks.find((each) => each.id === `PLX-D-${id}`) ?? expect.unreachable(id);
  return check.look(scene, patience()).then(textsOf);
}

describe('for a running daemon, the check', () => {
  beforeAll(async () => void (await cluster.start()));

  it.each(['DAEMON', 'READY', 'SHIM'])('PLX-D-%s reports nothing', async (id) => {
    expect(await look(id)).toEqual([]);
  });

  it('PLX-D-WATCH reports an interrupted watch, and nothing while changes arrive', async () => {
    await waitFor('the watch', async () => (await look('WATCH')).length === 0);
    await cluster.api.goAway();
    await waitFor('its end to be seen', async () =>
      (await look('WATCH')).includes('warning: the watch is interrupted'),
    );
    await cluster.api.comeBack();
    await waitFor('the watch to be back', async () => (await look('WATCH')).length === 0);
  });

  it('PLX-D-HOST-AGENT notes a missing host agent, reports nothing for a connected one, and warns when it disconnects', async () => {
    expect(await look('HOST-AGENT')).toEqual(['note: no host agent is connected']);
    const end = await cluster.startAgent();
    await waitFor('the host agent', async () => (await look('HOST-AGENT')).length === 0);
    await waitFor('the mark of the deferred calls', async () =>
      existsSync(join(cluster.node.dir, 'state/deferred/.open')),
    );
    await end();
    await waitFor('its end', async () =>
      (await look('HOST-AGENT')).includes('warning: no host agent is connected, but one was recently'),
    );
  });

  it('PLX-D-DAEMON warns if other users may use the socket', async () => {
    const { socket } = cluster.daemon();
    await chmod(socket, 0o666);
    expect(await look('DAEMON')).toEqual([
      'warning: it belongs to user 0 with mode 666, but the daemon creates it for root only (mode 600)',
    ]);
    await chmod(socket, 0o600);
  });

  it.each(['READY', 'WATCH', 'HOST-AGENT'])(
    'PLX-D-%s uses the observe socket if HTTP is off, and is unknown if no daemon answers',
    async (id) => {
      expect(await look(id, { http: undefined })).toEqual(await look(id));
      for (const http of [undefined, '127.0.0.1:1'])
        expect(await look(id, { http, socket: '/nowhere/x.sock' })).toEqual([
          expect.stringMatching(/^unknown: not checked: no answer \(.+\)$/),
        ]);
    },
  );

  it('PLX-D-READY warns if another program listens on the HTTP address, and ignores its answers', async () => {
    const other = http
      .createServer((_, response) => response.writeHead(503).end('not the daemon'))
      .listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = `127.0.0.1:${(other.address() as net.AddressInfo).port}`;
    await cluster.daemon().stop();
    await cluster.start({ flags: { http: address, 'log-level': 'warn' } });
    await waitFor('the observe socket', async () => existsSync(join(cluster.node.dir, 'run/observe.sock')));
    await waitFor('the watch', async () => (await look('WATCH', { http: address })).length === 0);
    expect(await look('READY', { http: address })).toEqual([
      `warning: the daemon cannot listen on ${address}: metrics cannot be scraped; CNI calls and probes are not affected`,
    ]);
    other.close();
    await cluster.daemon().stop();
    await cluster.start();
  });

  it('PLX-D-READY reports why the daemon is not ready', async () => {
    await cluster.daemon().stop();
    await cluster.api.goAway();
    await cluster.start();
    expect(await look('READY')).toEqual([
      expect.stringMatching(
        /^error: the daemon is not ready: the watch of NetworkAttachmentDefinitions is not established yet/,
      ),
    ]);
    await cluster.api.comeBack();
  });
});

describe('for a daemon that is not running, the check', () => {
  const servers: net.Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  const serving = async (answer: (connection: net.Socket) => void): Promise<string> => {
    const socket = join(cluster.node.dir, `s${Math.random()}`);
    const server = net.createServer(answer).listen(socket);
    servers.push(server);
    await once(server, 'listening');
    await chmod(socket, 0o600);
    return socket;
  };

  it('PLX-D-DAEMON reports a missing path, a path that is not a socket, or a socket without a listener', async () => {
    expect(await look('DAEMON', { socket: '/proc/none.sock' })).toEqual([
      'error: it does not exist: no daemon serves this node',
    ]);
    expect(await look('DAEMON', { socket: shim })).toEqual(['error: it is not a socket']);
    await cluster.daemon().stop('SIGKILL');
    expect(await look('DAEMON')).toEqual([
      expect.stringMatching(/^error: no process listens there \(connect ECONNREFUSED/),
    ]);
  });

  it('PLX-D-DAEMON reports a refusal as an error to root and as unknown to other users', async () => {
    const socket = await serving((connection) => connection.end(encodeRefused('it is busy')));
    expect(await look('DAEMON', { socket })).toEqual(['error: the daemon refused the connection: it is busy']);
    expect(await look('DAEMON', { socket, uid: 1000 })).toEqual([
      'unknown: not checked: only root may connect to the daemon',
    ]);
  });

  it.each([
    {
      title: 'closes the connection at once',
      answer: (connection: net.Socket) => void connection.destroy(),
      what: 'it closed the connection without an answer',
    },
    {
      title: 'speaks another protocol',
      answer: (connection: net.Socket) => void connection.write('HTTP/1.1 400 Bad Request\r\n'),
      what: 'a frame of',
    },
    {
      title: 'sends a frame that is not a welcome',
      answer: (connection: net.Socket) => void connection.write(Buffer.from([0, 0, 0, 5, 72, 0, 0, 0, 0])),
      what: 'frame of type 72',
    },
  ])('PLX-D-DAEMON reports a foreign program on the socket that $title', async ({ answer, what }) => {
    expect(await look('DAEMON', { socket: await serving(answer) })).toEqual([
      expect.stringMatching(new RegExp(`^error: the listening process is not the daemon: .*${what}`)),
    ]);
  });

  it('PLX-D-SHIM reports a version other than that of the daemon', async () => {
    const played = await playDaemon(join(cluster.node.dir, 'played.sock'));
    const seen = look('SHIM', { socket: played.socket });
    const connection = await played.connection();
    await connection.next();
    connection.send(encodeWelcome({ major: 1, minor: 0 }, '9.9.9'));
    expect(await seen).toEqual([
      expect.stringMatching(/^warning: its version is \d+\.\d+\.\d+, but that of the daemon is 9\.9\.9$/),
    ]);
    await played.close();
  });
});
