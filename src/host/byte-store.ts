/** Collects bytes that arrive in pieces in one buffer of at most twice their size. */
export interface ByteStore {
  /** Copies the piece, so that the buffer it belongs to can be freed. */
  readonly add: (piece: Uint8Array) => void;
  /** All collected bytes, as a view that is valid until more are added. */
  readonly bytes: () => Buffer;
  /** Size of the buffer in bytes. */
  readonly capacity: () => number;
}

const leastCapacity = 1024;

/**
 * Creates an empty store. It doubles when full, so each byte is copied a bounded number of times however small the
 * pieces are; a list of pieces would cost hundreds of bytes for each. `mostLast` keeps only that many of the last
 * bytes.
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
