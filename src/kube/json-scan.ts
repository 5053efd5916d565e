// Reads JSON from a stream and keeps only the parts that a shape names, so that an answer of any length takes little
// memory. It skips everything else byte by byte, replaces a string above its limit by its length, and passes the
// elements of a list on one by one. It accepts all valid JSON, and some invalid JSON in the skipped parts.

/** What to keep of a JSON value. A value of another kind is kept as an empty object. */
export type Shape = TextShape | KeysShape | WholeShape | EachShape;
/** A string or scalar of at most this many bytes of JSON. */
type TextShape = number;
/** Of an object, the values under these keys. */
interface KeysShape {
  readonly keys: Readonly<Record<string, Shape>>;
}
/** An object or list with all of its content, up to this many bytes; the scanner throws if it is longer. */
interface WholeShape {
  readonly wholeBytes: number;
}
/** A list whose elements are passed on one by one and not kept. */
interface EachShape {
  readonly each: Shape;
  readonly take: (value: unknown) => void;
}
/** Replaces a string that was longer than its limit. */
export interface LeftOut {
  readonly leftOutBytes: number;
}
/** Reads consecutive documents. */
export interface JsonScanner {
  /** Returns the documents that end in this piece. Throws if the text is not JSON. */
  readonly push: (piece: Uint8Array) => readonly unknown[];
  /** Whether a document has begun but not ended. */
  readonly isInside: () => boolean;
  /** How many bytes of an unfinished value are kept. */
  readonly heldBytes: () => number;
}

/** An open object or list on the path to a requested value. */
interface Container {
  readonly isObject: boolean;
  readonly shape: KeysShape | EachShape;
  readonly value: Record<string, unknown>;
  key: string;
  expectsKey: boolean;
}
/** Bytes of a string, a scalar or a whole value, up to `most`. */
interface Collected {
  readonly most: number;
  pieces: Uint8Array[];
  bytes: number;
}
interface State {
  readonly shape: Shape;
  readonly open: Container[];
  /** Nesting depth inside a value that is skipped or read as a whole. */
  depth: number;
  whole: Collected | undefined;
  text: (Collected & { isEscaped: boolean }) | undefined;
  scalar: Collected | undefined;
  documents: unknown[];
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const mostKeyBytes = 1024;
const mostScalarBytes = 64;

/** Creates a scanner for documents of that shape. */
export function jsonScanner(shape: Shape): JsonScanner {
  const state: State = {
    shape,
    open: [],
    depth: 0,
    whole: undefined,
    text: undefined,
    scalar: undefined,
    documents: [],
  };
  return {
    push: (piece) => {
      state.documents = [];
      let from = 0; // Where the collected text continues in this piece.
      for (let at = 0; at < piece.length; at++) {
        if (state.text?.isEscaped === false) at = endOfPlain(piece, at);
        if (at < piece.length) from = scanByte(state, piece, at, from);
      }
      const rest = piece.subarray(from);
      if (state.whole !== undefined) collect(state.whole, rest);
      else if (state.text ?? state.scalar) collect((state.text ?? state.scalar) as Collected, rest);
      return state.documents;
    },
    heldBytes: () => Math.max(...[state.whole, state.text, state.scalar].map(keptBytes)),
    isInside: () => state.open.length > 0 || state.depth > 0 || state.text !== undefined || state.scalar !== undefined,
  };
}

/** Finds the next quote or backslash of a string that continues here. Most bytes of an answer are inside strings. */
function endOfPlain(piece: Uint8Array, from: number): number {
  let at = from;
  while (at < piece.length && piece[at] !== quote && piece[at] !== backslash) at++;
  return at;
}

/** Processes one byte. Returns the position where the collected text begins. */
function scanByte(state: State, piece: Uint8Array, at: number, from: number): number {
  const byte = piece[at] as number;
  if (state.text !== undefined) {
    if (state.text.isEscaped) state.text.isEscaped = false;
    else if (byte === backslash) state.text.isEscaped = true;
    else if (byte === quote) endText(state, piece.subarray(from, at));
    return from;
  }
  if (state.depth > 0) return scanInside(state, piece, at, from);
  if (state.scalar !== undefined) {
    if (!isBlank(byte) && byte !== comma && byte !== closeBrace && byte !== closeBracket) return from;
    collect(state.scalar, piece.subarray(from, at));
    deliverScalar(state);
  }
  return isBlank(byte) ? from : scanBetween(state, byte, at);
}

const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Processes a byte of a value that is skipped or read as a whole, outside strings. */
function scanInside(state: State, piece: Uint8Array, at: number, from: number): number {
  const byte = piece[at];
  if (byte === quote) state.text = { most: 0, pieces: [], bytes: 0, isEscaped: false };
  else if (byte === openBrace || byte === openBracket) state.depth++;
  else if (byte === closeBrace || byte === closeBracket) state.depth--;
  if (state.depth > 0) return from;
  const { whole } = state;
  state.whole = undefined;
  if (whole === undefined) deliver(state, {});
  else {
    collect(whole, piece.subarray(from, at + 1));
    if (whole.bytes > whole.most) throw new Error(`a value is longer than ${whole.most} bytes`);
    deliver(state, JSON.parse(Buffer.concat(whole.pieces).toString()));
  }
  return at + 1;
}

/** Processes a byte outside strings and scalars, in a requested container or between documents. */
function scanBetween(state: State, byte: number, at: number): number {
  const top = state.open.at(-1);
  if (top !== undefined && (byte === comma || byte === colon)) separate(top, byte);
  else if (byte === closeBrace || byte === closeBracket) close(state, byte);
  else if (byte === quote) beginText(state, top);
  else if (top?.expectsKey === true) throw new Error('it is not JSON: a key is missing');
  else if (byte === openBrace || byte === openBracket) return beginContainer(state, byte === openBrace, at);
  else return beginScalar(state, at);
  return at + 1;
}

function separate(top: Container, byte: number): void {
  if (byte === comma) top.expectsKey = top.isObject;
  else if (!top.isObject) throw new Error('it is not JSON: a colon in a list');
}

/** The shape of the value that begins here; undefined if it is skipped. */
function shapeOfNext({ open, shape }: State): Shape | undefined {
  const top = open.at(-1);
  if (top === undefined) return shape;
  if ('each' in top.shape) return top.shape.each;
  return Object.hasOwn(top.shape.keys, top.key) ? top.shape.keys[top.key] : undefined;
}

function deliver(state: State, value: unknown): void {
  const top = state.open.at(-1);
  if (shapeOfNext(state) === undefined) return;
  if (top === undefined) state.documents.push(value);
  else if ('each' in top.shape) top.shape.take(value);
  else top.value[top.key] = value;
}

function beginText(state: State, top: Container | undefined): void {
  if (top === undefined) throw new Error('it is neither an object nor a list');
  const of = shapeOfNext(state);
  const most = top.expectsKey ? mostKeyBytes : typeof of === 'number' ? of : 0;
  state.text = { most, pieces: [], bytes: 0, isEscaped: false };
}

function beginContainer(state: State, isObject: boolean, at: number): number {
  const of = shapeOfNext(state);
  if (typeof of === 'object' && (isObject ? 'keys' in of : 'each' in of)) {
    state.open.push({ isObject, shape: of as KeysShape | EachShape, value: {}, key: '', expectsKey: isObject });
    return at + 1;
  }
  state.depth = 1;
  state.whole =
    typeof of === 'object' && 'wholeBytes' in of ? { most: of.wholeBytes, pieces: [], bytes: 0 } : undefined;
  return at;
}

function beginScalar(state: State, at: number): number {
  if (state.open.length === 0) throw new Error('it is neither an object nor a list');
  state.scalar = { most: mostScalarBytes, pieces: [], bytes: 0 };
  return at;
}

function close(state: State, byte: number): void {
  const top = state.open.pop();
  if (top === undefined || top.isObject !== (byte === closeBrace))
    throw new Error('it is not JSON: brackets do not match');
  deliver(state, top.value);
}

function collect(collected: Collected, piece: Uint8Array): void {
  collected.bytes += piece.length;
  if (collected.bytes <= collected.most) collected.pieces.push(piece);
  else collected.pieces = [];
}

const keptBytes = (collected: Collected | undefined): number =>
  collected === undefined || collected.bytes > collected.most ? 0 : collected.bytes;

function endText(state: State, piece: Uint8Array): void {
  const text = state.text as NonNullable<State['text']>;
  state.text = undefined;
  if (state.depth > 0) return; // Part of a larger value.
  collect(text, piece);
  const top = state.open.at(-1) as Container;
  if (!top.expectsKey) return deliver(state, typeof shapeOfNext(state) === 'number' ? valueOf(text, '"') : {});
  const key = valueOf(text, '"');
  top.key = typeof key === 'string' ? key : '';
  top.expectsKey = false;
}

function deliverScalar(state: State): void {
  const scalar = state.scalar as Collected;
  state.scalar = undefined;
  deliver(state, typeof shapeOfNext(state) === 'number' ? valueOf(scalar, '') : {});
}

const valueOf = ({ bytes, most, pieces }: Collected, around: string): unknown =>
  bytes > most
    ? ({ leftOutBytes: bytes } satisfies LeftOut)
    : JSON.parse(`${around}${Buffer.concat(pieces).toString()}${around}`);
