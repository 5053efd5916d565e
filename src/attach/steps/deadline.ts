import { operationTimeout } from '../../errors/index.ts';

export interface Deadline {
  readonly command: string;
  readonly seconds: number;
}

/**
 * Runs `work` with a signal that is aborted at the deadline (reason: operationTimeout, code 11) or together with
 * `outer` (with its reason). Whatever `work` awaits rejects with that reason (K8S-60).
 */
export async function withDeadline<T>(
  deadline: Deadline,
  outer: AbortSignal,
  work: (signal: AbortSignal, secondsLeft: () => number) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const forward = (): void => controller.abort(outer.reason);
  const end = performance.now() + deadline.seconds * 1000;
  const timer = setTimeout(() => controller.abort(operationTimeout(deadline)), deadline.seconds * 1000);
  outer.addEventListener('abort', forward);
  if (outer.aborted) forward();
  try {
    return await work(controller.signal, () => Math.max(0, end - performance.now()) / 1000);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', forward);
  }
}
