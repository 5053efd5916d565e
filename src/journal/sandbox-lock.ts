/** The process that holds a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly command: string;
  /** Whether that process also works for other sandboxes: it must not be ended for one of them. */
  readonly isDaemon: boolean;
}
/** One operation per sandbox at a time, also between processes; GC excludes all others (CNI-63). */
export interface SandboxLocks {
  /**
   * Runs `work` while holding the sandbox. If it is held, calls `onBusy` once with the holder (DEL uses this to cancel
   * an ADD). Rejects with sandboxBusy if the signal is aborted before the lock is acquired.
   */
  withSandbox<T>(
    claim: { readonly containerId: string; readonly command: string; readonly onBusy?: (holder: LockHolder) => void },
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T>;
  /** Runs `work` while no other operation holds or can acquire a sandbox. Rejects like `withSandbox`. */
  withAll<T>(command: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

const patienceMs = 5000;

/** The same locks with a shorter wait, for background work: a busy sandbox must not delay the work on others. */
export const impatient = (locks: SandboxLocks, ms = patienceMs): SandboxLocks => ({
  ...locks,
  withSandbox: (claim, signal, work) =>
    locks.withSandbox(claim, AbortSignal.any([signal, AbortSignal.timeout(ms)]), work),
});
