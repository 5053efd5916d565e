/** A value that is read once; all callers get the same value or failure. */
export type Source<T> = () => Promise<T>;

/** Wraps a function so that it runs only once, at the first call. */
export function once<T>(read: Source<T>): Source<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= read());
}
