import { asPlexusError, operationTimeout } from '../errors/index.ts';
import type { Report } from '../report/index.ts';
import type { BackOff } from './back-off.ts';
import { type Clock, systemClock } from './clock.ts';
import { hasFairShare } from './fair-share.ts';
import { type WorkOutcome, type TakenItem, workQueue } from './work-queue.ts';

/** The options of a controller. */
export interface ControllerOptions {
  /** Label of its metrics. */
  readonly name: string;
  readonly backOff: BackOff;
  /** Deadline of one reconcile; its signal is then aborted with operationTimeout. */
  readonly deadlineSeconds: number;
  /** How many keys are reconciled concurrently. Default 1. */
  readonly concurrency?: number;
  /** Returns the sandbox that a key belongs to, for reports of failures. */
  readonly sandboxOf?: (key: string) => string;
  readonly report: Report;
}
/** What a controller does. */
export interface Work {
  /** Closes the gap between the desired and the actual state of one key. A rejection is reported and retried. */
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<WorkOutcome>;
  /**
   * Lists all keys that need work; keys that are not yet queued are added. Runs at start, on `relist`, and again
   * `afterMs` after each run, so that a missed notification only causes a delay.
   */
  readonly list?: (signal: AbortSignal) => Promise<{ readonly keys: readonly string[]; readonly afterMs: number }>;
  /** Returns the tenant of a key. Tenants share the workers (hasFairShare), because work on a key may take minutes. */
  readonly tenantOf?: (key: string) => string;
}
/** A queue with its workers. Keys can be added before it runs. */
export interface Controller {
  readonly add: (key: string, afterMs?: number) => void;
  /** Lists the keys again, at once or after `afterMs`. */
  readonly relist: (afterMs?: number) => void;
  /** Ends all back-off, because the cause of the failures has changed. */
  readonly wake: () => void;
  /**
   * Works until the signal is aborted, then starts nothing new, aborts running work and resolves when it has ended.
   * Never rejects.
   */
  readonly run: (work: Work, signal: AbortSignal) => Promise<void>;
}

// reserved: no other key is empty
const listKey = '';
const listBackOff: BackOff = { firstMs: 5000, longestMs: 60_000, jitter: 0.25 };

/** Creates a controller that does not run yet. */
export function createController(options: ControllerOptions, clock: Clock = systemClock): Controller {
  const { name, report, concurrency = 1 } = options;
  const queue = workQueue((key) => (key === listKey ? listBackOff : options.backOff), clock.random);
  let onChange = (): void => {};
  const add = (key: string, afterMs = 0): void => {
    queue.add(key, clock.now(), afterMs);
    onChange();
  };
  const workOn = async ({ key, waitedMs }: TakenItem, work: Work, outer: AbortSignal): Promise<void> => {
    const startedAt = clock.now();
    report({ kind: 'work-started', controller: name, waitedMs, depth: queue.depth() });
    const failed = (thrown: unknown): WorkOutcome => {
      const sandbox = options.sandboxOf?.(key) ?? '';
      if (!outer.aborted) report({ kind: 'problem', sandbox, error: asPlexusError(thrown) });
      return 'retry';
    };
    const attempt = (signal: AbortSignal): Promise<WorkOutcome> =>
      key === listKey ? listInto(work, signal) : work.reconcile(key, signal);
    const outcome = await withinDeadline(options, { clock, outer }, attempt).catch(failed);
    queue.finish(key, outcome, clock.now());
    const result = outcome === 'done' ? 'success' : outcome === 'retry' ? 'error' : 'requeue_after';
    report({ kind: 'work-finished', controller: name, result, ms: clock.now() - startedAt });
  };
  const listInto = async ({ list }: Work, signal: AbortSignal): Promise<WorkOutcome> => {
    if (list === undefined) return 'done';
    const { keys, afterMs } = await list(signal);
    for (const key of keys.filter((each) => !queue.has(each))) queue.add(key, clock.now());
    return { afterMs };
  };
  const run: Controller['run'] = async (work, signal) => {
    const workers = createWorkers(concurrency, work);
    let cancelTimer = (): void => {};
    const advance = (): void => {
      cancelTimer();
      if (signal.aborted) return;
      const added = queue.promote(clock.now());
      if (added > 0) report({ kind: 'work-added', controller: name, added, depth: queue.depth() });
      for (let next = takeNext(); next !== undefined; next = takeNext()) start(next);
      const ms = queue.dueInMs(clock.now());
      cancelTimer = ms === undefined ? () => {} : clock.after(ms, advance);
    };
    const takeNext = (): TakenItem | undefined => queue.take(clock.now(), workers.mayStart);
    const start = (item: TakenItem): void => workers.add(item.key, workOn(item, work, signal), advance);
    onChange = advance;
    if (work.list !== undefined) queue.add(listKey, clock.now());
    advance();
    await untilAborted(signal);
    cancelTimer();
    await workers.ended();
  };
  const wake = (): void => {
    queue.wake(clock.now());
    onChange();
  };
  return { add, relist: (afterMs) => add(listKey, afterMs), wake, run };
}

interface Workers {
  readonly mayStart: (key: string) => boolean;
  readonly add: (key: string, work: Promise<void>, onEnd: () => void) => void;
  readonly ended: () => Promise<unknown>;
}

/** The work that runs. A list has no tenant. */
function createWorkers(concurrency: number, { tenantOf }: Work): Workers {
  const running = new Map<Promise<void>, string | undefined>(); // with its tenant
  const tenantIn = (key: string): string | undefined => (key === listKey ? undefined : tenantOf?.(key));
  return {
    mayStart: (key) => {
      const tenant = tenantIn(key);
      if (tenant === undefined) return running.size < concurrency;
      const own = [...running.values()].filter((each) => each === tenant).length;
      return hasFairShare(own, running.size, concurrency);
    },
    add: (key, work, onEnd) => {
      const ending = work.finally(() => {
        running.delete(ending);
        onEnd();
      });
      running.set(ending, tenantIn(key));
    },
    ended: () => Promise.allSettled(running.keys()),
  };
}

async function withinDeadline<T>(
  { name, deadlineSeconds: seconds }: ControllerOptions,
  { clock, outer }: { readonly clock: Clock; readonly outer: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const forward = (): void => controller.abort(outer.reason);
  const cancel = clock.after(seconds * 1000, () => controller.abort(operationTimeout({ command: name, seconds })));
  // AbortSignal.any would leak a little memory per reconcile as long as `outer` lives
  outer.addEventListener('abort', forward);
  try {
    return await work(controller.signal);
  } finally {
    cancel();
    outer.removeEventListener('abort', forward);
  }
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
