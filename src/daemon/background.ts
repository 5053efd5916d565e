import type { Cluster } from '../cluster/index.ts';
import { deviceInfoFiles } from '../devices/index.ts';
import type { Host } from '../host/index.ts';
import { type Journal, type SandboxLocks, type UnattachedPods, impatient } from '../journal/index.ts';
import type { Settings } from '../plan/index.ts';
import {
  type Wake,
  abandonedIn,
  abandonedRetrier,
  everySoOften,
  ifMaybe,
  publishAllPending,
} from '../reconcile/index.ts';
import type { Report } from '../report/index.ts';
import type { CallContext } from './calls.ts';
import { deferredCarrier } from './deferred.ts';
import { upkeepLoop } from './upkeep.ts';

// a daemon with nothing to do wakes about once a second in all (test/limits/idle.test.ts)
const tickMs = 5000;

/** What the parts of a daemon share. */
export interface DaemonParts {
  readonly settings: () => Settings;
  readonly journal: Journal;
  readonly locks: SandboxLocks;
  readonly report: Report;
  /** With Events that are sent in the background. */
  readonly cluster: Cluster | undefined;
  /** Who runs plugins for work that the daemon begins by itself. */
  readonly agent: { current: { readonly host: Host; readonly path: readonly string[] } | undefined };
  /** Whether the journal may hold a status that has not been written. */
  readonly pending: { maybe: boolean };
  /** Whether something in the journal may be abandoned. */
  readonly abandoned: { maybe: boolean };
  /** What the last sweep found. */
  readonly unattached: UnattachedPods;
  /** Rung when an agent connects: the loops that need one then work at once. */
  readonly wake: Wake;
  /** What a call is carried out with. */
  readonly context: CallContext;
}

/** What the daemon does by itself, until the signal is aborted. */
export const backgroundWork = (parts: DaemonParts, signal: AbortSignal): readonly Promise<void>[] => [
  publishLoop(parts, signal),
  retryLoop(parts, signal),
  deferredLoop(parts, signal),
  upkeepLoop(parts, signal),
];

async function publishLoop(
  { settings, journal, locks, report, cluster, pending }: DaemonParts,
  signal: AbortSignal,
): Promise<void> {
  if (cluster === undefined) return;
  await everySoOften(
    { intervalMs: tickMs, longestMs: 60_000, report },
    // a status that cannot be written again says so, and is tried in the next round
    () =>
      ifMaybe(pending, () =>
        publishAllPending(
          { settings: settings(), cluster, journal, report, now: Date.now, locks: impatient(locks) },
          signal,
        ),
      ),
    signal,
  );
}

async function retryLoop(
  { settings, journal, locks, report, agent, abandoned, wake }: DaemonParts,
  signal: AbortSignal,
): Promise<void> {
  const retry = abandonedRetrier();
  const onWaiting = (count: number): void => {
    if (count === 0) return;
    const text = `abandoned attachments of ${count} sandboxes wait for the host agent (deploy/components/host-agent): only it can run plugins without the runtime`;
    report({ kind: 'warning', sandbox: '', text });
  };
  await everySoOften(
    { intervalMs: tickMs, longestMs: 60_000, report, wake },
    () =>
      ifMaybe(abandoned, async () => {
        const { current } = agent;
        const found = await retry(
          current && {
            ...current,
            settings: settings(),
            report,
            deviceInfo: deviceInfoFiles(settings().deviceInfoDir),
            now: Date.now,
            journal,
            locks: impatient(locks),
          },
          () => abandonedIn({ journal }),
          onWaiting,
          signal,
        );
        if (found > 0) abandoned.maybe = true;
      }),
    signal,
  );
}

async function deferredLoop({ agent, context, report, wake }: DaemonParts, signal: AbortSignal): Promise<void> {
  const carryOut = deferredCarrier(context);
  await everySoOften(
    { intervalMs: tickMs, longestMs: 60_000, report, wake },
    () => carryOut(agent.current?.host, signal),
    signal,
  );
}
