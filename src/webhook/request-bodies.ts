import type http from 'node:http';
import { weightOfJson, sizeOfJson } from '../cni/index.ts';
import { memoryHolder } from '../service/index.ts';
import { type PlexusError, reviewInvalid, webhookBusy } from '../errors/index.ts';

// Any pod of the cluster can connect to the webhook, because the API server presents no certificate of its own. What
// requests hold in memory is therefore bounded for any sender: the bytes of all bodies, and the values of the
// bodies that are decoded. A body that takes long to arrive never keeps others out: if the bytes do not suffice, the
// oldest incomplete body is dropped. Short bodies, which those of real pods are, have bytes of their own, so that long
// ones keep only each other waiting. Long bodies are decoded one after the other.

export interface BodyLimits {
  /** Bytes of one body. */
  readonly bytes: number;
  /** Bytes of all long bodies together, and of all short ones. */
  readonly longBytes: number;
  readonly shortBytes: number;
}
/** The decoded body of a request. `release` ends what it holds; call it when the request is answered. */
export interface RequestBody {
  readonly value: unknown;
  readonly release: () => void;
}
/** Reads and decodes the body of a request. Rejects with reviewInvalid, webhookBusy, or if the signal is aborted. */
export type ReadBody = (request: http.IncomingMessage, signal: AbortSignal) => Promise<RequestBody>;

const longestShort = 256 * 1024;
/** Bodies that take less memory when decoded are decoded at once. */
const lightWeight = 512 * 1024;
/** More values than any real object has; each takes about a hundred bytes. */
const mostValues = 128 * 1024;

/** A part of the memory, and the bodies that use it, oldest first. */
interface Share {
  readonly most: number;
  held: number;
  readonly incomplete: Set<Body>;
}
interface Body {
  share: Share;
  bytes: number;
  /** Why it is no longer received. */
  dropped?: PlexusError;
  readonly request: http.IncomingMessage;
}

/** Creates a reader; all requests of a server share its limits. */
export function requestBodyReader(limits: BodyLimits): ReadBody {
  const short: Share = { most: limits.shortBytes, held: 0, incomplete: new Set() };
  const long: Share = { most: limits.longBytes, held: 0, incomplete: new Set() };
  const hold = memoryHolder();
  const receive = async (body: Body): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of body.request as AsyncIterable<Buffer>) {
      if (body.dropped !== undefined) throw body.dropped;
      if (body.bytes + chunk.length > limits.bytes)
        throw reviewInvalid({ problem: `it is longer than ${limits.bytes} bytes` });
      if (body.share === short && body.bytes + chunk.length > longestShort) move(body, long);
      take(body, chunk.length);
      chunks.push(chunk);
    }
    if (body.dropped !== undefined) throw body.dropped;
    body.share.incomplete.delete(body);
    return Buffer.concat(chunks);
  };
  return async (request, signal) => {
    const body: Body = { share: short, bytes: 0, request };
    short.incomplete.add(body);
    const held = hold();
    const release = (): void => {
      drop(body);
      void held.release();
    };
    const abort = (): void => void request.destroy();
    signal.addEventListener('abort', abort, { once: true });
    try {
      const bytes = await receive(body);
      await held.waitIf(bytes.length > longestShort, signal);
      const text = bytes.toString();
      if (sizeOfJson(text).elements > mostValues)
        throw reviewInvalid({ problem: `it has more than ${mostValues} values` });
      await held.waitIf(weightOfJson(text) > lightWeight, signal);
      signal.throwIfAborted(); // the caller no longer waits, so it would not release
      return { value: decoded(text), release };
    } catch (error) {
      release();
      throw body.dropped ?? error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  };
}

/** Counts further bytes of a body; drops older incomplete bodies if they do not suffice. Throws webhookBusy. */
function take(body: Body, bytes: number): void {
  const { share } = body;
  for (const other of share.incomplete) {
    if (share.held + bytes <= share.most) break;
    if (other === body || other.bytes === 0) continue;
    other.dropped = webhookBusy({ most: share.incomplete.size });
    drop(other);
    other.request.destroy();
  }
  if (share.held + bytes > share.most) throw webhookBusy({ most: share.incomplete.size });
  share.held += bytes;
  body.bytes += bytes;
}

function move(body: Body, to: Share): void {
  const { bytes } = body;
  drop(body);
  body.share = to;
  to.incomplete.add(body);
  take(body, bytes);
}

/** Gives back what a body holds. */
function drop(body: Body): void {
  body.share.held -= body.bytes;
  body.share.incomplete.delete(body);
  body.bytes = 0;
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw reviewInvalid({ problem: 'it is not JSON' });
  }
}
