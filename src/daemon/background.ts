import { deviceInfoFiles } from '../devices/index.ts';
import { impatient } from '../journal/index.ts';
import { abandonedIn, abandonedRetrier, everySoOften, ifMaybe, publishAllPending } from '../reconcile/index.ts';
import { deferredCarrier } from './deferred.ts';
import type { DaemonParts } from './parts.ts';
import { upkeepLoop } from './upkeep.ts';

// a daemon with nothing to do wakes about once a second in all (test/limits/idle.test.ts)
const tickMs = 5000;

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
