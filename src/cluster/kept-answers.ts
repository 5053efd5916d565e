const mostKept = 2048;

/**
 * Returns a function that answers a question again from memory, for `keepMs` of its answer; the most recent 2048 answers
 * are kept. Concurrent callers with the same key share one request, which continues for the others if one caller is
 * cancelled, so `ask` must limit its own duration. Failures are not kept.
 */
export function keptAnswers<T>(
  keepMs: (answer: T) => number,
  now: () => number = () => performance.now(),
): (key: string, ask: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) => Promise<T> {
  const kept = new Map<string, { readonly until: number; readonly answer: T }>();
  const pending = new Map<string, Promise<T>>();
  const asked = async (key: string, ask: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      const answer = await ask(new AbortController().signal);
      kept.delete(key); // an entry that is set again moves to the end
      kept.set(key, { until: now() + keepMs(answer), answer });
      const [oldest] = kept.keys();
      if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
      return answer;
    } finally {
      pending.delete(key);
    }
  };
  return async (key, ask, signal) => {
    const found = kept.get(key);
    if (found !== undefined && now() < found.until) return found.answer;
    const running = pending.get(key) ?? asked(key, ask);
    pending.set(key, running);
    return unlessAborted(running, signal);
  };
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
