import { operationCancelled } from '../errors/index.ts';

/** The operations of a daemon that the runtime's DEL cancels: ADDs, and changes of running pods. */
export interface RunningOperations {
  /** Runs `work` with a signal that `cancel` aborts. */
  readonly run: <T>(
    of: { readonly containerId: string; readonly command: string },
    outer: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ) => Promise<T>;
  /** Cancels the operations of a sandbox with this command. */
  readonly cancel: (of: { readonly containerId: string; readonly command: string }) => void;
}

/** Creates an empty set of operations. */
export function runningOperations(): RunningOperations {
  const running = new Map<string, Set<AbortController>>();
  const keyOf = ({ containerId, command }: { readonly containerId: string; readonly command: string }): string =>
    `${command} ${containerId}`;
  return {
    run: async (of, outer, work) => {
      const key = keyOf(of);
      const stop = new AbortController();
      const same = running.get(key) ?? new Set();
      running.set(key, same.add(stop));
      try {
        return await work(AbortSignal.any([outer, stop.signal]));
      } finally {
        same.delete(stop);
        if (same.size === 0 && running.get(key) === same) running.delete(key);
      }
    },
    cancel: (of) => {
      const reason = operationCancelled({ command: of.command, reason: 'the runtime called DEL' });
      for (const each of running.get(keyOf(of)) ?? []) each.abort(reason);
    },
  };
}
