import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { type Frame, encodeFrame, encodeWelcome, frameReader, linkVersion } from '../../src/host/index.ts';

/** One connection of the shim to a daemon that the test simulates. */
export interface PlayedConnection {
  readonly send: (bytes: Uint8Array) => void;
  /** The next frame; undefined when the connection has ended. */
  readonly next: () => Promise<Frame | undefined>;
  /** Sends a request and waits for its answer. */
  readonly ask: (type: number, body: Uint8Array) => Promise<Frame | undefined>;
  /** Stops and starts reading what the shim sends. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly end: () => void;
}
export interface PlayedDaemon {
  readonly socket: string;
  /** The next connection, before HELLO is read. */
  readonly connection: () => Promise<PlayedConnection>;
  /** The next connection after HELLO, WELCOME and CALL. */
  readonly called: () => Promise<PlayedConnection & { readonly call: Frame }>;
  readonly close: () => Promise<void>;
}

/** Listens on a socket and sends only what the test sends. */
export async function playDaemon(socket: string): Promise<PlayedDaemon> {
  const waiting: PlayedConnection[] = [];
  let wake = (): void => {};
  const open = new Set<net.Socket>();
  const server = net.createServer((client) => {
    open.add(client);
    client.on('close', () => open.delete(client));
    waiting.push(played(client));
    wake();
  });
  await rm(socket, { force: true });
  server.listen(socket);
  await once(server, 'listening');
  const connection = async (): Promise<PlayedConnection> => {
    for (let one = waiting.shift(); ; one = waiting.shift()) {
      if (one !== undefined) return one;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  const called: PlayedDaemon['called'] = async () => {
    const one = await connection();
    await one.next(); // HELLO
    one.send(encodeWelcome(linkVersion, 'played'));
    const call = await one.next();
    if (call === undefined) throw new Error('the shim ended before its call');
    return { ...one, call };
  };
  const close = async (): Promise<void> => {
    for (const client of open) client.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { socket, connection, called, close };
}

function played(client: net.Socket): PlayedConnection {
  const reader = frameReader();
  const frames: Frame[] = [];
  let wake = (): void => {};
  let isOpen = true;
  client.on('data', (piece: Buffer) => {
    frames.push(...reader.push(piece));
    wake();
  });
  client.on('error', () => {});
  client.on('close', () => {
    isOpen = false;
    wake();
  });
  let id = 1;
  const next = async (): Promise<Frame | undefined> => {
    for (let frame = frames.shift(); ; frame = frames.shift()) {
      if (frame !== undefined || !isOpen) return frame;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return {
    send: (bytes) => void client.write(bytes),
    next,
    ask: (type, body) => {
      client.write(encodeFrame(type, id++, body));
      return next();
    },
    pause: () => void client.pause(),
    resume: () => void client.resume(),
    end: () => client.destroy(),
  };
}

/** RUN with an unchecked environment, which the real daemon would never send. */
export const rawRun = (plugin: string, env: readonly string[], stdin = '{}', deadlineMs = 0): Buffer => {
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(value);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(bytes.length);
    return Buffer.concat([head, bytes]);
  };
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  return Buffer.concat([text(plugin), number(env.length), ...env.map(text), text(stdin), number(deadlineMs)]);
};
