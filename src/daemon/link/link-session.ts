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

/** One connection of the host link after its HELLO: requests to the shim, and their answers. */
export interface LinkSession {
  readonly channel: LinkChannel;
  /** Aborted when the caller cancels or the connection ends. */
  readonly signal: AbortSignal;
  /** Sends the last frame and ends the connection once the peer has read it. */
  readonly finish: (frame: Buffer) => void;
  /** Handles an answer or a CANCEL. Throws linkDamaged for any other frame type that this version knows. */
  readonly receive: (frame: Frame) => void;
  /** Call when the connection is closed: every pending request rejects with linkLost. */
  readonly lost: () => void;
}

interface Waiting {
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: PlexusError) => void;
}

const answers: readonly number[] = [shimFrame.ran, shimFrame.links, shimFrame.routes, shimFrame.done, shimFrame.failed];
// a client that leaves more than this unread is dropped
const maxUnsentBytes = 16 * 1024 * 1024;

/** Creates the session of a connected socket. `what` names its call in errors; `lastFrameMs`: see sendLast. */
export function linkSession(socket: Socket, what: string, lastFrameMs: number): LinkSession {
  const waiting = new Map<number, Waiting>();
  const ended = new AbortController();
  let nextId = 1;
  let isOpen = true;
  const send = (frame: Buffer): void => {
    if (!isOpen) return;
    socket.write(frame);
    if (socket.writableLength > maxUnsentBytes) socket.destroy();
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
      sendLast(socket, frame, lastFrameMs);
    },
    receive: (frame) => {
      if (!isKnown(frame)) return;
      if (frame.type === shimFrame.cancel)
        return ended.abort(operationCancelled({ command: what, reason: 'the runtime stopped the plugin' }));
      const one = waiting.get(frame.id);
      if (!answers.includes(frame.type)) throw linkDamaged({ problem: `a frame of type ${frame.type} during a call` });
      waiting.delete(frame.id);
      one?.resolve(frame);
    },
    lost: () => {
      if (!isOpen && waiting.size === 0) return; // the call was answered and nothing is pending
      isOpen = false;
      ended.abort(operationCancelled({ command: what, reason: 'the shim on the host ended' }));
      for (const { reject } of waiting.values()) reject(linkLost({ what }));
      waiting.clear();
    },
  };
}

/** Ends a connection with a frame; destroys it if the peer has not read the frame after `lastFrameMs`. */
export function sendLast(socket: Socket, frame: Buffer, lastFrameMs: number): void {
  socket.end(frame);
  const timer = setTimeout(() => socket.destroy(), lastFrameMs).unref();
  socket.once('close', () => clearTimeout(timer));
}

/**
 * Passes the frames of a socket to `on.frame`. Bytes that are not a frame, or an error thrown by `on.frame`, go to
 * `on.problem` and end the connection.
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
