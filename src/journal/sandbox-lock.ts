export interface LockHolder {
  readonly pid: number;
  readonly command: string;
  /** Whether that process also works for others: it must not be ended for one sandbox. */
  readonly isDaemon: boolean;
}
/** One operation per sandbox at a time, also between processes; GC excludes all others (CNI-63). */
export interface SandboxLocks {
  /**
   * Runs `work` while holding the sandbox. `onBusy` hears once of the process that holds it (DEL uses it to cancel an
   * ADD). sandboxBusy when the signal ends the waiting.
   */
  withSandbox<T>(
    claim: { readonly containerId: string; readonly command: string; readonly onBusy?: (holder: LockHolder) => void },
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T>;
  /** Runs `work` while no sandbox is held and none can be taken. */
  withAll<T>(command: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

const patienceMs = 5000;

/** The same for background work: a sandbox that stays busy is sandboxBusy soon, so that it keeps no other waiting. */
export const impatient = (locks: SandboxLocks, ms = patienceMs): SandboxLocks => ({
  ...locks,
  withSandbox: (claim, signal, work) =>
    locks.withSandbox(claim, AbortSignal.any([signal, AbortSignal.timeout(ms)]), work),
});
