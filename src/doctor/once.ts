/** Reads a value once for all callers; all of them get the same value or failure. */
export type Source<T> = () => Promise<T>;

/** Creates a value that is read at the first call. */
export function once<T>(read: Source<T>): Source<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= read());
}
