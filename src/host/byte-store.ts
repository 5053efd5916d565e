/** Bytes that arrive piece by piece, in one piece of memory of at most twice their number. */
export interface ByteStore {
  /** Copies the piece: what it was a view of can go. */
  readonly add: (piece: Uint8Array) => void;
  /** All of them. A view: valid until more is added. */
  readonly bytes: () => Buffer;
  /** Of memory that is taken. */
  readonly capacity: () => number;
}

const leastCapacity = 1024;

/**
 * An empty store. It doubles when it is full, so that a stream costs a bounded number of copies of each byte however
 * finely it is cut; a list of the pieces would cost hundreds of bytes for each piece. `mostLast`: keeps so many of the
 * last bytes only.
 */
export function byteStore(mostLast = Number.POSITIVE_INFINITY): ByteStore {
  let store = Buffer.alloc(0);
  let length = 0;
  const reserve = (bytes: number): void => {
    if (bytes <= store.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(leastCapacity, bytes, Math.min(2 * store.length, 2 * mostLast)));
    store.copy(larger, 0, 0, length);
    store = larger;
  };
  return {
    add: (piece) => {
      const added = piece.length > mostLast ? piece.subarray(piece.length - mostLast) : piece;
      if (length + added.length > 2 * mostLast) {
        store.copyWithin(0, length - mostLast, length);
        length = mostLast;
      }
      reserve(length + added.length);
      store.set(added, length);
      length += added.length;
    },
    bytes: () => store.subarray(Math.max(0, length - mostLast), length),
    capacity: () => store.length,
  };
}
