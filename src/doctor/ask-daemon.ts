import net from 'node:net';
import { problemOf } from '../errors/index.ts';
import { type Frame, daemonFrame, decodeText, decodeWelcome, encodeHello, frameReader } from '../host/index.ts';

/** How the daemon of a node answers a greeting. */
export type Greeting =
  | { readonly kind: 'welcome'; readonly program: string; readonly link: string }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'absent'; readonly code: string; readonly problem: string }
  | { readonly kind: 'silent' }
  | { readonly kind: 'strange'; readonly problem: string };

/**
 * Greets the daemon as the shim does, without making a call. Resolves with `silent` if the signal is aborted first.
 * Never rejects.
 */
export async function greetDaemon(socket: string, program: string, signal: AbortSignal): Promise<Greeting> {
  const { promise, resolve } = Promise.withResolvers<Greeting>();
  const reader = frameReader();
  const wordless: Greeting = { kind: 'strange', problem: 'it closed the connection without an answer' };
  const connection = net.connect(socket);
  connection.on('error', (error: NodeJS.ErrnoException) =>
    resolve({ kind: 'absent', code: error.code ?? '', problem: problemOf(error) }),
  );
  connection.on('connect', () => {
    connection.removeAllListeners('error').on('error', () => resolve(wordless)); // a process listens there
    connection.write(encodeHello({ role: 'call', program, path: [] }));
  });
  connection.on('close', () => resolve(wordless));
  connection.on('data', (piece: Buffer) => {
    try {
      const [frame] = reader.push(piece);
      if (frame !== undefined) resolve(greetingIn(frame));
    } catch (error) {
      resolve({ kind: 'strange', problem: problemOf(error) });
    }
  });
  const giveUp = (): void => resolve({ kind: 'silent' });
  signal.addEventListener('abort', giveUp);
  return promise.finally(() => {
    signal.removeEventListener('abort', giveUp);
    connection.destroy();
  });
}

function greetingIn(frame: Frame): Greeting {
  if (frame.type === daemonFrame.refused) return { kind: 'refused', why: decodeText(frame) };
  if (frame.type === daemonFrame.welcome) {
    const { program, version } = decodeWelcome(frame);
    return { kind: 'welcome', program, link: `${version.major}.${version.minor}` };
  }
  return { kind: 'strange', problem: `it answered with a frame of type ${frame.type}` };
}
