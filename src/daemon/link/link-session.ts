import type { Socket } from 'node:net';
import { type PlexusError, asPlexusError, linkDamaged, linkLost, operationCancelled } from '../../errors/index.ts';
import {
  type Frame,
  type FrameReader,
  type LinkChannel,
  type SentRequest,
  daemonFrame,
  encodeFrame,
  isKnown,
  shimFrame,
} from '../../host/index.ts';

/** One connection of the host link, after its HELLO: requests to the program on the host, and their answers. */
export interface LinkSession {
  readonly channel: LinkChannel;
  /** Aborted when the caller gives up or the connection ends. */
  readonly signal: AbortSignal;
  /** Sends the last word and ends the connection once the other side has read it. */
  readonly finish: (frame: Buffer) => void;
  /** Takes an answer or a CANCEL. linkDamaged for anything else that this version knows. */
  readonly take: (frame: Frame) => void;
  /** The connection is gone: everything that waits for it ends with linkLost. */
  readonly lost: () => void;
}

interface Waiting {
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: PlexusError) => void;
}

const answers: readonly number[] = [shimFrame.ran, shimFrame.links, shimFrame.routes, shimFrame.done, shimFrame.failed];
// a client that does not read what it asked for
const mostUnsentBytes = 16 * 1024 * 1024;

/** The session of a connected socket. `what` names its call in errors; `lastWordMs`: see sayLast. */
export function linkSession(socket: Socket, what: string, lastWordMs: number): LinkSession {
  const waiting = new Map<number, Waiting>();
  const ended = new AbortController();
  let nextId = 1;
  let isOpen = true;
  const send = (frame: Buffer): void => {
    if (!isOpen) return;
    socket.write(frame);
    if (socket.writableLength > mostUnsentBytes) socket.destroy();
  };
  const open = (id: number): SentRequest => {
    const { promise, resolve, reject } = Promise.withResolvers<Frame>();
    promise.catch(() => {}); // Awaited later; attach a handler now so a rejection is not reported as unhandled.
    if (isOpen) waiting.set(id, { resolve, reject });
    else reject(linkLost({ what }));
    // The caller waits for the answer, so no plugin is left behind.
    const kill = (): void => {
      if (waiting.has(id)) send(encodeFrame(daemonFrame.kill, id));
    };
    return { answer: promise, kill };
  };
  const sendAll: LinkChannel['sendAll'] = (type, bodies) => {
    const frames: Buffer[] = [];
    const sent = bodies.map((bodyAfter, index) => {
      const id = nextId++;
      frames.push(encodeFrame(type, id, bodyAfter(index === 0 ? 0 : id - 1)));
      return open(id);
    });
    send(Buffer.concat(frames));
    return sent;
  };
  const request = (type: number, body: Uint8Array, signal: AbortSignal): Promise<Frame> => {
    const id = nextId++;
    const { answer, kill } = open(id);
    signal.addEventListener('abort', kill);
    send(encodeFrame(type, id, body));
    if (signal.aborted) kill();
    return answer.finally(() => signal.removeEventListener('abort', kill));
  };
  return {
    channel: { request, sendAll },
    signal: ended.signal,
    finish: (frame) => {
      if (!isOpen) return;
      isOpen = false;
      sayLast(socket, frame, lastWordMs);
    },
    take: (frame) => {
      if (!isKnown(frame)) return;
      if (frame.type === shimFrame.cancel)
        return ended.abort(operationCancelled({ command: what, reason: 'the runtime stopped the plugin' }));
      const one = waiting.get(frame.id);
      if (!answers.includes(frame.type))
        throw linkDamaged({ problem: `a frame of type ${frame.type} in the middle of a call` });
      waiting.delete(frame.id);
      one?.resolve(frame);
    },
    lost: () => {
      if (!isOpen && waiting.size === 0) return; // it has its answer: nothing runs for it any more
      isOpen = false;
      ended.abort(operationCancelled({ command: what, reason: 'the plugin process on the host is gone' }));
      for (const { reject } of waiting.values()) reject(linkLost({ what }));
      waiting.clear();
    },
  };
}

/** Ends a connection with a frame, for whose reading the other side has so long. */
export function sayLast(socket: Socket, frame: Buffer, lastWordMs: number): void {
  socket.end(frame);
  const impatient = setTimeout(() => socket.destroy(), lastWordMs).unref();
  socket.once('close', () => clearTimeout(impatient));
}

/**
 * Feeds a socket's bytes to `onFrame`; what cannot be a frame, or what it throws, ends the connection and goes to
 * `onProblem`.
 */
export function readFrames(
  socket: Socket,
  reader: FrameReader,
  on: { readonly frame: (frame: Frame) => void; readonly problem: (error: PlexusError) => void },
): void {
  socket.on('data', (piece: Buffer) => {
    try {
      for (const frame of reader.push(piece)) on.frame(frame);
    } catch (thrown) {
      on.problem(asPlexusError(thrown));
      socket.destroy();
    }
  });
}
