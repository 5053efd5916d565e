import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { readRequestInfo } from './request-info.ts';

/** A command that a client runs in a container. */
export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
}
/** Its result. */
export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
/** The streams of a command while it runs. */
export interface ExecStreams {
  readonly stdout: (text: string) => void;
  /** Aborted when the client has ended the input, or has gone. */
  readonly inputEnd: AbortSignal;
}
export type ExecHandler = (request: ExecRequest, streams: ExecStreams) => Promise<ExecResult>;

const protocol = 'v5.channel.k8s.io';
const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, section 1.3
const [stdoutChannel, stderrChannel, statusChannel, closeChannel] = [1, 2, 3, 255];

/**
 * Answers the exec subresource of a pod over a WebSocket, as the API server does: each message begins with the number of
 * its stream, and the last one is a Status. `isAllowed`: whether token and permissions suffice.
 */
export async function answerExec(
  request: IncomingMessage,
  socket: Duplex,
  { run, isAllowed }: { readonly run: ExecHandler | undefined; readonly isAllowed: boolean },
): Promise<void> {
  socket.on('error', () => {}); // A client may disconnect at any time.
  const info = readRequestInfo(request.method ?? 'GET', request.url ?? '/', '');
  const key = request.headers['sec-websocket-key'];
  const isExec = info.resource === 'pods' && info.subresource === 'exec' && key !== undefined && run !== undefined;
  if (!isExec || !isAllowed) {
    socket.end(`HTTP/1.1 ${isAllowed ? '404 Not Found' : '403 Forbidden'}\r\ncontent-length: 0\r\n\r\n`);
    return;
  }
  const accept = createHash('sha1').update(`${key}${guid}`).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\nsec-websocket-protocol: ${protocol}\r\n\r\n`,
  );
  const { namespace, name: pod, query } = info;
  const { code, stdout, stderr } = await run(
    { namespace, pod, container: query.get('container') ?? '', command: query.getAll('command') },
    { stdout: (text) => void socket.write(frame(stdoutChannel, text)), inputEnd: inputEndOf(socket) },
  );
  if (stdout !== '') socket.write(frame(stdoutChannel, stdout));
  if (stderr !== '') socket.write(frame(stderrChannel, stderr));
  socket.write(frame(statusChannel, JSON.stringify(statusOf(code))));
  socket.end(Buffer.from([0x88, 2, 0x03, 0xe8])); // Close, 1000.
}

/** Kubelet closes the input of a command when the client ends it, and when the connection ends. */
function inputEndOf(socket: Duplex): AbortSignal {
  const ended = new AbortController();
  for (const event of ['end', 'close']) socket.once(event, () => ended.abort());
  // Each frame of these clients is short and arrives whole: two bytes of head, four of mask, then the content.
  socket.on('data', ([head = 0, , mask = 0, , , , first = 0]: Buffer) => {
    const isClose = (head & 0x0f) === 8;
    if (isClose || (first ^ mask) === closeChannel) ended.abort();
  });
  return ended.signal;
}

const statusOf = (code: number): object =>
  code === 0
    ? { metadata: {}, status: 'Success' }
    : {
        metadata: {},
        status: 'Failure',
        message: `command terminated with non-zero exit code: exit status ${code}`,
        reason: 'NonZeroExitCode',
        details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
      };

/** One unmasked binary message. */
function frame(channel: number, text: string): Buffer {
  const body = Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(body.length));
  const head =
    body.length < 126 ? [body.length] : body.length < 65_536 ? [126, ...length.subarray(6)] : [127, ...length];
  return Buffer.concat([Buffer.from([0x82, ...head]), body]);
}
