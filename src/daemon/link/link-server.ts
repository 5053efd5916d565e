import net from 'node:net';
import {
  type PlexusError,
  daemonBusy,
  linkDamaged,
  linkMismatch,
  operationCancelled,
  summaryOf,
} from '../../errors/index.ts';
import {
  type Call,
  type Frame,
  type Hello,
  type Host,
  decodeCall,
  decodeHello,
  encodeRefused,
  encodeResultFrame,
  encodeWelcome,
  frameReader,
  isKnown,
  linkVersion,
  remoteHost,
  shimFrame,
} from '../../host/index.ts';
import { type LinkSession, linkSession, readFrames, sendLast } from './link-session.ts';
import { assertSocketFree, inodeOf, listen, stopAccepting } from './link-socket.ts';

export { assertSocketFree, inodeOf };

/** The outcome of a call: the plugin's stdout and exit status. */
export interface CallAnswer {
  readonly stdout: string;
  readonly exitCode: number;
}
/** A call received from the host. */
export interface IncomingCall extends ReceivedCall {
  /** Runs plugins on the host, through the calling shim. */
  readonly host: Host;
  /** Aborted when the caller disconnects or cancels. */
  readonly signal: AbortSignal;
}
interface ReceivedCall extends Omit<Call, 'stdin'> {
  readonly path: readonly string[];
  /** Returns the call's configuration once, then nothing: a running call must not hold a text of megabytes. */
  readonly takeStdin: () => string;
}
export interface LinkServerOptions {
  readonly socket: string;
  /** Version of this program, for messages. */
  readonly program: string;
  /** Returns the user ID of the peer process; undefined if it cannot be determined. */
  readonly peerUid: (socket: net.Socket) => number | undefined;
  /** Answers a call. Never rejects. */
  readonly onCall: (call: IncomingCall) => Promise<CallAnswer>;
  /** Called when a host agent connects and, with undefined, when it disconnects. */
  readonly onAgent: (agent: { readonly host: Host; readonly path: readonly string[] } | undefined) => void;
  readonly onProblem: (error: PlexusError) => void;
  readonly limits?: Partial<Limits>;
}
export interface Limits {
  readonly connections: number;
  /** How long a connection may stay without sending its first request. */
  readonly helloMs: number;
  /**
   * Limit for the memory that incomplete frames hold over all connections: a small part of the daemon's memory limit
   * (deploy/base).
   */
  readonly heldBytes: number;
  /** How long the peer has to read the last frame of its connection. */
  readonly lastFrameMs: number;
}
export interface LinkServer {
  /** Accepts no more connections. Running calls continue. */
  readonly stopAccepting: () => Promise<void>;
  /** Resolves when no call runs. */
  readonly idle: () => Promise<void>;
  /** Asks all running calls to stop. They undo their work. */
  readonly cancelAll: () => void;
  readonly close: () => Promise<void>;
  readonly calls: () => number;
}

const defaultLimits: Limits = { connections: 1000, helloMs: 5000, heldBytes: 32 * 1024 * 1024, lastFrameMs: 5000 };

/**
 * Serves the host link on a unix socket that only root may use (mode 0600). Rejects with daemonRunning or fileUnusable.
 */
export async function serveLink(options: LinkServerOptions): Promise<LinkServer> {
  const { socket } = options;
  await assertSocketFree(socket);
  const limits = { ...defaultLimits, ...options.limits };
  const state: ServerState = {
    options,
    limits,
    connections: new Set(),
    silent: new Set(),
    running: new Set(),
    held: new Map(),
    heldBytes: 0,
    agent: undefined,
  };
  const server = net.createServer((connection) => accept(connection, state));
  // connections above the limit are accepted only to be rejected with a reason
  server.maxConnections = limits.connections + 50;
  await listen(server, socket);
  const own = inodeOf(socket);
  return {
    stopAccepting: () => stopAccepting(server, socket, own),
    idle: async () => {
      while (state.running.size > 0) await Promise.allSettled([...state.running].map(({ done }) => done));
    },
    cancelAll: () => {
      for (const { stop } of state.running) stop();
    },
    close: async () => {
      for (const connection of state.connections) connection.destroy();
      await stopAccepting(server, socket, own);
    },
    calls: () => state.running.size,
  };
}

interface Running {
  readonly done: Promise<void>;
  readonly stop: () => void;
}
interface ServerState {
  readonly options: LinkServerOptions;
  readonly limits: Limits;
  readonly connections: Set<net.Socket>;
  /** Connections that have not sent their first request, oldest first. */
  readonly silent: Set<net.Socket>;
  readonly running: Set<Running>;
  /** Bytes held for incomplete frames, by connection, and their sum. */
  readonly held: Map<net.Socket, number>;
  heldBytes: number;
  agent: net.Socket | undefined;
}

// ── connections ──────────────────────────────────────────────────────────────────────────────────────────────

function accept(connection: net.Socket, state: ServerState): void {
  const { options, limits, connections, silent } = state;
  connection.on('error', () => {}); // 'close' follows and handles it
  const refuse = (error: PlexusError): void => {
    options.onProblem(error);
    sendLast(connection, encodeRefused(summaryOf(error)), limits.lastFrameMs);
    connection.resume();
  };
  const uid = options.peerUid(connection);
  if (uid !== 0)
    return refuse(linkDamaged({ problem: `a connection of user ${uid ?? 'unknown'}: only root may connect` }));
  if (connections.size >= limits.connections && !makeRoom(state))
    return refuse(daemonBusy({ problem: `${limits.connections} connections are open` }));
  connections.add(connection);
  silent.add(connection);
  connection.once('close', () => {
    forget(connection, state);
    setHeld(connection, 0, state);
    state.held.delete(connection);
  });
  greet(connection, state, refuse);
}

// Drops the connection that has been silent longest: a shim sends its request at once, so that one is not a shim.
function makeRoom(state: ServerState): boolean {
  const [oldest] = state.silent;
  if (oldest === undefined) return false;
  state.options.onProblem(
    daemonBusy({ problem: `${state.limits.connections} connections are open; an idle one is dropped` }),
  );
  forget(oldest, state);
  oldest.destroy();
  return true;
}

function forget(connection: net.Socket, { connections, silent }: ServerState): void {
  connections.delete(connection);
  silent.delete(connection);
}

function greet(connection: net.Socket, state: ServerState, refuse: (error: PlexusError) => void): void {
  const { limits, options, silent } = state;
  const reader = frameReader();
  let onFrame = (frame: Frame): void => onHello(hello(frame));
  const fail = (error: PlexusError): void => {
    stopWaiting();
    onFrame = () => {}; // ignore frames that arrived with the bad one
    refuse(error);
  };
  const helloTimer = setTimeout(() => fail(linkDamaged({ problem: 'a connection that sent no call' })), limits.helloMs);
  const stopWaiting = (): void => {
    clearTimeout(helloTimer);
    silent.delete(connection);
  };
  connection.once('close', stopWaiting);
  const onHello = (peer: Hello): void => {
    if (peer.version.major !== linkVersion.major) return fail(mismatch(peer, options.program));
    connection.write(encodeWelcome(linkVersion, options.program));
    if (peer.role === 'agent') stopWaiting();
    onFrame = peer.role === 'agent' ? agent(connection, peer, state) : onFirstFrame(peer);
  };
  const onFirstFrame = (peer: Hello) => (frame: Frame) => {
    if (!isKnown(frame)) return;
    stopWaiting();
    if (frame.type !== shimFrame.call)
      throw linkDamaged({ problem: `a frame of type ${frame.type} instead of a call` });
    onFrame = call(connection, received(decodeCall(frame), peer), state);
  };
  const frame = (one: Frame): void => onFrame(one);
  connection.on('data', () => queueMicrotask(() => limitHeld(connection, reader.held(), state)));
  readFrames(connection, reader, { frame, problem: options.onProblem });
}

function hello(frame: Frame): Hello {
  if (frame.type !== shimFrame.hello)
    throw linkDamaged({ problem: `a frame of type ${frame.type} instead of a greeting` });
  return decodeHello(frame);
}

const text = ({ major, minor }: Hello['version']): string => `${major}.${minor}`;

const mismatch = (peer: Hello, program: string): PlexusError =>
  linkMismatch({ daemon: program, daemonLink: text(linkVersion), shim: peer.program, shimLink: text(peer.version) });

// Drops the connection that holds most when all together hold too much, so that the others are unaffected.
function limitHeld(connection: net.Socket, bytes: number, state: ServerState): void {
  setHeld(connection, bytes, state);
  const { held, heldBytes, limits, options } = state;
  if (heldBytes <= limits.heldBytes) return;
  const [largest] = [...held.entries()].toSorted((a, b) => b[1] - a[1]);
  options.onProblem(daemonBusy({ problem: `unfinished requests use ${heldBytes} bytes; the longest is dropped` }));
  largest?.[0].destroy();
}

function setHeld(connection: net.Socket, bytes: number, state: ServerState): void {
  state.heldBytes += bytes - (state.held.get(connection) ?? 0);
  state.held.set(connection, bytes);
}

function agent(connection: net.Socket, peer: Hello, state: ServerState): (frame: Frame) => void {
  const { options, limits } = state;
  const session = linkSession(connection, 'work of the host agent', limits.lastFrameMs);
  state.agent = connection;
  options.onAgent({ host: remoteHost(session.channel, false), path: peer.path }); // several operations share its link
  connection.once('close', () => {
    session.lost();
    if (state.agent !== connection) return; // a newer agent has connected already
    state.agent = undefined;
    options.onAgent(undefined);
  });
  return session.receive;
}

interface GreetedCall extends ReceivedCall {
  /** Of the shim's link. */
  readonly minor: number;
}

function received({ stdin, ...call }: Call, { path, version: { minor } }: Hello): GreetedCall {
  let kept = stdin;
  const takeStdin = (): string => {
    const taken = kept;
    kept = '';
    return taken;
  };
  return { ...call, path, minor, takeStdin };
}

function call(connection: net.Socket, incoming: GreetedCall, state: ServerState): (frame: Frame) => void {
  const session = linkSession(connection, incoming.env['CNI_COMMAND'] ?? 'the call', state.limits.lastFrameMs);
  const stop = new AbortController();
  const done = answer(incoming, session, AbortSignal.any([session.signal, stop.signal]), state.options);
  const running: Running = {
    done,
    stop: () => stop.abort(operationCancelled({ command: 'the call', reason: 'the daemon is stopping' })),
  };
  state.running.add(running);
  void done.finally(() => state.running.delete(running));
  connection.once('close', session.lost);
  return session.receive;
}

async function answer(
  incoming: GreetedCall,
  session: LinkSession,
  signal: AbortSignal,
  { onCall }: LinkServerOptions,
): Promise<void> {
  const { minor, ...call } = incoming;
  const host = remoteHost(session.channel, minor >= 1);
  const { stdout, exitCode } = await onCall({ ...call, host, signal });
  session.finish(encodeResultFrame(exitCode, stdout === '' ? '' : `${stdout}\n`));
}
