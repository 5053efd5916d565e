/** Something that is read once, however many ask for it; a failure is everybody's. */
export type Source<T> = () => Promise<T>;

/** Reads at the first question. */
export function once<T>(read: Source<T>): Source<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= read());
}
