import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { type Cluster, kubernetesCluster } from '../cluster/index.ts';
import {
  type Frame,
  bodyReader,
  bodyWriter,
  daemonFrame,
  encodeFrame,
  encodeHello,
  frameReader,
  shimFrame,
} from '../host/index.ts';
import { type Nad, type NadRef, networksKey } from '../npwg/index.ts';
import { quiet } from '../report/index.ts';

// The peers of warm-up (warm-up.ts): a runtime with its shim, and an API server. They answer what the daemon asks and
// do nothing.

/** A call for a pod that does not exist. */
export interface CallOfNobody {
  readonly command: 'ADD' | 'DEL';
  /** Distinguishes the pods. */
  readonly index: number;
}

const namespace = 'nobody';
const version = '1.0.0';
const nadNames = ['one', 'two'];
const network = (name: string): object => ({ cniVersion: version, name, type: 'nothing', ipam: { type: 'static' } });
const callOfRuntime = { cniVersion: version, name: 'plexus', type: 'plexus-cni', delegates: [network('default')] };

/** Makes one call over the socket as a shim does, and answers its requests. Resolves to the exit status of the call. */
export async function pretendShim(
  socket: string,
  { command, index }: CallOfNobody,
  signal: AbortSignal,
): Promise<number> {
  const connection = net.connect({ path: socket, signal });
  const closed = once(connection, 'close');
  const reader = frameReader();
  let exitCode = -1;
  connection.on('error', () => {}); // 'close' follows
  connection.on('data', (piece: Buffer) => {
    for (const frame of reader.push(piece)) {
      if (frame.type === daemonFrame.result) exitCode = bodyReader(frame.body).u8();
      const answer = answerTo(frame);
      if (answer !== undefined) connection.write(answer);
    }
  });
  connection.write(encodeHello({ role: 'call', program: 'warm-up', path: ['/nowhere'] }));
  connection.write(encodeFrame(shimFrame.call, 0, callBody(command, index)));
  await closed;
  return exitCode;
}

function callBody(command: CallOfNobody['command'], index: number): Buffer {
  const id = `nobody-${index}`;
  const env = {
    CNI_COMMAND: command,
    CNI_CONTAINERID: id,
    CNI_NETNS: '/var/run/netns/nobody',
    CNI_IFNAME: 'eth0',
    CNI_PATH: '/nowhere',
    CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=${namespace};K8S_POD_NAME=pod-${index};K8S_POD_INFRA_CONTAINER_ID=${id};K8S_POD_UID=uid-${index}`,
  };
  const body = bodyWriter().u8(0);
  body.list(Object.entries(env), ([key, value]) => body.text(`${key}=${value}`));
  return body.text(JSON.stringify(callOfRuntime)).done();
}

function answerTo({ type, id, body }: Frame): Buffer | undefined {
  switch (type) {
    case daemonFrame.run:
      return encodeFrame(shimFrame.ran, id, bodyWriter().u32(0).text(stdoutOf(body)).text('').done());
    case daemonFrame.listLinks:
      return encodeFrame(shimFrame.links, id, linksBody());
    case daemonFrame.getRoutes:
      return encodeFrame(
        shimFrame.routes,
        id,
        bodyWriter()
          .list([], () => {})
          .done(),
      );
    case daemonFrame.setRoutes:
      return encodeFrame(shimFrame.done, id);
    default:
      return undefined;
  }
}

/** What a plugin prints that did what it was asked. */
function stdoutOf(run: Uint8Array): string {
  const body = bodyReader(run);
  body.text(); // the plugin
  const env = new Map(body.list(() => body.text(), 100).map((pair) => pair.split('=', 2) as [string, string]));
  if (env.get('CNI_COMMAND') !== 'ADD') return '';
  const mac = '02:00:00:00:00:01';
  return JSON.stringify({
    cniVersion: version,
    interfaces: [{ name: env.get('CNI_IFNAME'), mac, sandbox: env.get('CNI_NETNS') }],
    ips: [{ address: '192.0.2.2/24', gateway: '192.0.2.1', interface: 0 }],
    routes: [{ dst: '0.0.0.0/0' }],
    dns: {},
  });
}

function linksBody(): Buffer {
  const body = bodyWriter();
  return body
    .list(['lo'], (name) =>
      body
        .text(name)
        .text('')
        .u32(65_536)
        .u8(1)
        .list(['127.0.0.1/8'], (each) => body.text(each)),
    )
    .done();
}

/** An API server in this process that knows these pods and networks, on a socket in a folder that only root can enter. */
export interface PretendApi {
  readonly cluster: Cluster;
  readonly close: () => void;
}

/** Starts it. */
export async function pretendApi(socket: string): Promise<PretendApi> {
  const server = http.createServer(answerRequest);
  server.listen(socket);
  await once(server, 'listening');
  const agent = new http.Agent({ keepAlive: true });
  const credentials = {
    server: new URL('http://nowhere.invalid'),
    options: async () => ({ socketPath: socket, agent, headers: {} }),
    files: [],
    close: () => agent.destroy(),
  };
  const cluster = kubernetesCluster({ credentials: { current: async () => credentials }, report: quiet });
  return {
    cluster: { ...cluster, getNad: async (ref) => nadOf(ref), recordEvent: async () => {} },
    close: () => {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

const nadOf = (ref: NadRef): Nad => ({ ...ref, config: JSON.stringify(network(ref.name)) });

function answerRequest({ url = '' }: http.IncomingMessage, response: http.ServerResponse): void {
  const name = /\/pods\/([^/?]+)/.exec(url)?.[1] ?? '';
  const annotations = { [networksKey]: nadNames.join() };
  const metadata = { namespace, name, uid: name.replace('pod', 'uid'), annotations };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }));
}
