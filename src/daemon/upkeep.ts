import { deviceInfoFiles } from '../devices/index.ts';
import { stat } from 'node:fs/promises';
import { asPlexusError, summaryOf } from '../errors/index.ts';
import { type UnattachedPod, impatient } from '../journal/index.ts';
import { everySoOften, reclaimer, unattachedSweep } from '../reconcile/index.ts';
import type { DaemonParts } from './parts.ts';

const tickMs = 5000;
// what is found for the first time is looked at again after this
const againMs = 30_000;

/**
 * Compares the journal with the node: undoes sandboxes that are gone, and finds running pods that were never attached.
 * At start and then every reclaimSeconds; sandboxes also when a host agent comes, which alone can undo them.
 */
export async function upkeepLoop(parts: DaemonParts, signal: AbortSignal): Promise<void> {
  await Promise.all([
    roundLoop(parts, { round: reclaimRound(parts), needsAgent: true }, signal),
    roundLoop(parts, { round: sweepRound(parts), needsAgent: false }, signal),
  ]);
}

async function roundLoop(
  { context, report, agent, wake }: DaemonParts,
  { round, needsAgent }: Upkeep,
  signal: AbortSignal,
): Promise<void> {
  const everyMs = (): number => context.options().reclaimSeconds * 1000;
  let dueAt = 0;
  let agentBefore: object | undefined;
  await everySoOften(
    { intervalMs: () => (everyMs() > 0 ? Math.min(tickMs, everyMs()) : tickMs), longestMs: 60_000, report, wake },
    async () => {
      const isNewAgent = needsAgent && agent.current !== undefined && agentBefore === undefined;
      agentBefore = agent.current;
      // a clock that cannot jump
      if (everyMs() === 0 || (performance.now() < dueAt && !isNewAgent)) return;
      const suspects = await round(signal);
      dueAt = performance.now() + (suspects > 0 ? Math.min(againMs, everyMs()) : everyMs());
    },
    signal,
  );
}

type Round = (signal: AbortSignal) => Promise<number>;
interface Upkeep {
  readonly round: Round;
  readonly needsAgent: boolean;
}

/** Returns how many sandboxes must be looked at again. */
function reclaimRound({ settings, journal, locks, report, cluster, agent, context }: DaemonParts): Round {
  const reclaim = reclaimer();
  let waiting = 0;
  return async (signal) => {
    const { deferred, bootId } = context;
    if (agent.current !== undefined) {
      waiting = 0;
      const now = settings();
      const deviceInfo = deviceInfoFiles(now.deviceInfoDir);
      const own = {
        settings: now,
        report,
        deviceInfo,
        now: Date.now,
        journal,
        locks: impatient(locks),
        cluster,
        deferred,
        bootId,
      };
      return (await reclaim({ ...agent.current, ...own }, signal)).suspects;
    }
    const lost = (
      await journal.list((record) => (record.bootId !== undefined && record.bootId !== bootId) || undefined)
    ).found.length;
    const text = `${lost} sandboxes from before the machine was started anew wait for the host agent (deploy/components/host-agent): only it can run plugins without the runtime`;
    if (lost > waiting) report({ kind: 'warning', sandbox: '', text });
    waiting = lost;
    return 0;
  };
}

/** Returns how many pods must be looked at again. */
function sweepRound({ report, cluster, journal, unattached, context, settings }: DaemonParts): Round {
  const sweep = unattachedSweep();
  let problem = '';
  return async (signal) => {
    const { nodeName } = context.options();
    if (cluster === undefined || nodeName === undefined) return 0;
    try {
      const { found, suspects } = await sweep(
        { cluster, journal, node: nodeName, installedAt: await madeAt(settings().cniDir) },
        signal,
      );
      await tell(found, await unattached.read());
      problem = '';
      return suspects;
    } catch (thrown) {
      const text = `pods that were never attached cannot be looked for: ${summaryOf(asPlexusError(thrown))}`;
      if (text !== problem && !signal.aborted) report({ kind: 'warning', sandbox: '', text });
      problem = text;
      return 0;
    }
  };
  async function tell(found: readonly UnattachedPod[], before: readonly UnattachedPod[]): Promise<void> {
    if (JSON.stringify(found) === JSON.stringify(before)) return;
    // the same Event is told once, however often it is sent: a daemon that ends before the next line sends it again
    const isNew = ({ uid }: UnattachedPod): boolean => before.every((pod) => pod.uid !== uid);
    for (const pod of found.filter(isNew)) {
      const message = `The pod asks for ${pod.networks}, but it runs without: Plexus never attached it, probably because ${pod.why}. Delete the pod, so that it is made anew.`;
      await cluster?.recordEvent(
        pod,
        { type: 'Warning', reason: 'NetworksNotAttached', message },
        new AbortController().signal,
      );
    }
    await unattached.write(found);
    report({ kind: 'unattached', pods: found.map(({ namespace, name }) => `${namespace}/${name}`) });
  }
}

const madeAt = (folder: string): Promise<number | undefined> =>
  stat(folder).then(
    ({ birthtimeMs }) => (birthtimeMs > 0 ? birthtimeMs : undefined),
    () => undefined,
  );
