import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises';
import net from 'node:net';
import { dirname } from 'node:path';
import { type PlexusError, daemonBusy, daemonRunning, fileUnusable, linkDamaged, linkMismatch, operationCancelled, problemOf } from '../errors/index.ts';
import {
  type Call,
  type Frame,
  type Hello,
  type Host,
  decodeCall,
  decodeHello,
  encodeRefused,
  encodeResult,
  encodeWelcome,
  frameReader,
  linkVersion,
  remoteHost,
  shimFrame,
} from '../host/index.ts';
import { type LinkSession, linkSession, readFrames } from './link-session.ts';

/** What a call ends in: the plugin's stdout and exit status. */
export interface CallAnswer {
  readonly stdout: string;
  readonly exitCode: number;
}
/** A call as it arrives from the host. */
export interface IncomingCall extends Call {
  readonly path: readonly string[];
  /** Runs on the host, by the program that called. */
  readonly host: Host;
  /** Aborted when the caller gives up. */
  readonly signal: AbortSignal;
}
export interface LinkServerOptions {
  readonly socket: string;
  /** Version of this program, for messages. */
  readonly program: string;
  /** User ID of the process at the other end; undefined when it cannot be known. */
  readonly peerUid: (socket: net.Socket) => number | undefined;
  /** Answers a call. Never rejects. */
  readonly onCall: (call: IncomingCall) => Promise<CallAnswer>;
  /** An agent has come, or (undefined) gone. */
  readonly onAgent: (agent: { readonly host: Host; readonly path: readonly string[] } | undefined) => void;
  readonly onProblem: (error: PlexusError) => void;
  readonly limits?: Partial<Limits>;
}
export interface Limits {
  readonly connections: number;
  /** A connection that has not said what it wants after this long is closed. */
  readonly helloMs: number;
  /** Held for frames that are not complete, over all connections. */
  readonly heldBytes: number;
}
export interface LinkServer {
  /** Takes no further connection; calls that run go on. */
  readonly stopAccepting: () => Promise<void>;
  /** Resolves when no call runs. */
  readonly idle: () => Promise<void>;
  /** Asks all calls that run to stop. They undo what they did. */
  readonly cancelAll: () => void;
  readonly close: () => Promise<void>;
  readonly calls: () => number;
}

const defaultLimits: Limits = { connections: 1000, helloMs: 5000, heldBytes: 256 * 1024 * 1024 };

/** Serves the host link on a unix socket that only root may use (mode 0600). daemonRunning, fileUnusable. */
export async function serveLink(options: LinkServerOptions): Promise<LinkServer> {
  const { socket } = options;
  await assertSocketFree(socket);
  const limits = { ...defaultLimits, ...options.limits };
  const state: ServerState = { options, limits, connections: new Set(), running: new Set(), held: new Map(), heldBytes: 0 };
  const server = net.createServer((connection) => accept(connection, state));
  server.maxConnections = limits.connections + 50; // those above the limit are told so
  await listen(server, socket);
  const own = await inodeOf(socket);
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
  readonly running: Set<Running>;
  /** Bytes held for frames that are not complete, by connection, and their sum. */
  readonly held: Map<net.Socket, number>;
  heldBytes: number;
}

// ── the socket file ──────────────────────────────────────────────────────────────────────────────────────────

/** Rejects with daemonRunning while a daemon serves that socket. */
export async function assertSocketFree(path: string): Promise<void> {
  const probe = net.connect(path);
  const outcome = await new Promise<'served' | 'free'>((resolve) => {
    probe.once('connect', () => resolve('served'));
    probe.once('error', () => resolve('free'));
  });
  probe.destroy();
  if (outcome === 'served') throw daemonRunning({ socket: path });
}

// Bound under another name and renamed: nobody ever sees a socket that does not yet listen, or with another mode.
async function listen(server: net.Server, path: string): Promise<void> {
  const next = `${path}.${process.pid}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rm(next, { force: true });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen({ path: next, backlog: 1024 }, () => resolve()));
    await chmod(next, 0o600);
    await rename(next, path);
  } catch (error) {
    server.close();
    throw fileUnusable({ file: path, action: 'listen on', problem: problemOf(error) }, { cause: error });
  }
}

// the socket of another daemon that has taken our place stays
async function stopAccepting(server: net.Server, path: string, own: number | undefined): Promise<void> {
  if (!server.listening) return;
  server.close();
  if ((await inodeOf(path)) === own) await rm(path, { force: true });
}

/** Whether the socket file is still ours: another daemon that starts puts its own in place. */
export async function inodeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ ino }) => ino,
    () => undefined,
  );
}

// ── connections ──────────────────────────────────────────────────────────────────────────────────────────────

function accept(connection: net.Socket, state: ServerState): void {
  const { options, limits, connections } = state;
  connection.on('error', () => {}); // its 'close' follows, which says all there is to say
  const refuse = (error: PlexusError): void => {
    options.onProblem(error);
    connection.end(encodeRefused(`${error.message}`));
    connection.resume();
  };
  const uid = options.peerUid(connection);
  if (uid !== 0) return refuse(linkDamaged({ problem: `a connection of user ${uid ?? 'unknown'}: only root may use it` }));
  if (connections.size >= limits.connections) return refuse(daemonBusy({ problem: `${limits.connections} connections are open` }));
  connections.add(connection);
  connection.once('close', () => {
    connections.delete(connection);
    setHeld(connection, 0, state);
    state.held.delete(connection);
  });
  greet(connection, state, refuse);
}

function greet(connection: net.Socket, state: ServerState, refuse: (error: PlexusError) => void): void {
  const reader = frameReader();
  let onFrame = (frame: Frame): void => begin(hello(frame));
  const impatient = setTimeout(() => refuse(linkDamaged({ problem: 'a connection that does not say what it wants' })), state.limits.helloMs);
  connection.once('close', () => clearTimeout(impatient));
  const begin = (said: Hello): void => {
    if (said.version.major !== linkVersion.major) return refuse(mismatch(said, state.options.program));
    connection.write(encodeWelcome(linkVersion, state.options.program));
    if (said.role === 'agent') clearTimeout(impatient);
    onFrame = said.role === 'agent' ? agent(connection, said, state) : firstOf(said);
  };
  const firstOf = (said: Hello) => (frame: Frame) => {
    clearTimeout(impatient);
    if (frame.type !== shimFrame.call) throw linkDamaged({ problem: `a frame of type ${frame.type} instead of a call` });
    onFrame = call(connection, { ...decodeCall(frame), path: said.path }, state);
  };
  const frame = (one: Frame): void => onFrame(one);
  connection.on('data', () => queueMicrotask(() => limitHeld(connection, reader.held(), state)));
  readFrames(connection, reader, { frame, problem: state.options.onProblem });
}

function hello(frame: Frame): Hello {
  if (frame.type !== shimFrame.hello) throw linkDamaged({ problem: `a frame of type ${frame.type} instead of a greeting` });
  return decodeHello(frame);
}

const text = ({ major, minor }: Hello['version']): string => `${major}.${minor}`;

const mismatch = (said: Hello, program: string): PlexusError =>
  linkMismatch({ daemon: program, daemonLink: text(linkVersion), shim: said.program, shimLink: text(said.version) });

// the one that holds most has to go: the others are unharmed
function limitHeld(connection: net.Socket, bytes: number, state: ServerState): void {
  setHeld(connection, bytes, state);
  const { held, heldBytes, limits, options } = state;
  if (heldBytes <= limits.heldBytes) return;
  const [largest] = [...held.entries()].toSorted((a, b) => b[1] - a[1]);
  options.onProblem(daemonBusy({ problem: `unfinished requests hold ${heldBytes} bytes; the longest is dropped` }));
  largest?.[0].destroy();
}

function setHeld(connection: net.Socket, bytes: number, state: ServerState): void {
  state.heldBytes += bytes - (state.held.get(connection) ?? 0);
  state.held.set(connection, bytes);
}

function agent(connection: net.Socket, said: Hello, { options }: ServerState): (frame: Frame) => void {
  const session = linkSession(connection, 'work of the host agent');
  options.onAgent({ host: remoteHost(session.channel), path: said.path });
  connection.once('close', () => {
    session.lost();
    options.onAgent(undefined);
  });
  return session.take;
}

function call(connection: net.Socket, incoming: Call & { readonly path: readonly string[] }, state: ServerState): (frame: Frame) => void {
  const session = linkSession(connection, incoming.env['CNI_COMMAND'] ?? 'the call');
  const stop = new AbortController();
  const done = answer(incoming, session, AbortSignal.any([session.signal, stop.signal]), state.options);
  const running: Running = { done, stop: () => stop.abort(operationCancelled({ command: 'the call', reason: 'the daemon is being stopped' })) };
  state.running.add(running);
  void done.finally(() => state.running.delete(running));
  connection.once('close', session.lost);
  return session.take;
}

async function answer(
  incoming: Call & { readonly path: readonly string[] },
  session: LinkSession,
  signal: AbortSignal,
  { onCall }: LinkServerOptions,
): Promise<void> {
  const { stdout, exitCode } = await onCall({ ...incoming, host: remoteHost(session.channel), signal });
  session.finish(encodeResult(exitCode, stdout === '' ? '' : `${stdout}\n`));
}
