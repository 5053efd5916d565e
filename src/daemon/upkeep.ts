import { stat } from 'node:fs/promises';
import { asPlexusError, summaryOf } from '../errors/index.ts';
import type { UnattachedPod } from '../journal/index.ts';
import type { Work } from '../queue/index.ts';
import { type RoundTiming, nextRoundMs, reclaimWork, unattachedSweep } from '../reconcile/index.ts';
import type { DaemonState } from './state.ts';

const timingOf = ({ context }: DaemonState): RoundTiming => ({
  everyMs: () => context.options().reclaimSeconds * 1000,
  suspectMs: 30_000,
  idleMs: 5000,
});

/** Reclaims sandboxes that are gone: at start, every reclaimSeconds, and when a host agent connects. */
export function reclaimController(state: DaemonState): Work {
  const { journal, report, context, agentDeps, cluster } = state;
  const { deferred, bootId } = context;
  let waiting = 0;
  const warnOfWaiting = async (): Promise<void> => {
    const isOfEarlierBoot = (record: { readonly bootId?: string }): true | undefined =>
      (record.bootId !== undefined && record.bootId !== bootId) || undefined;
    const lost = (await journal.list(isOfEarlierBoot)).found.length;
    const text = `${lost} sandboxes from before the last reboot wait for the host agent (deploy/components/host-agent): only it can run plugins without the runtime`;
    if (lost > waiting) report({ kind: 'warning', text });
    waiting = lost;
  };
  const deps = () => {
    const own = agentDeps();
    if (own === undefined) return undefined;
    waiting = 0;
    return { ...own, cluster, deferred, bootId };
  };
  return reclaimWork(deps, timingOf(state), warnOfWaiting);
}

/** Detects running pods that were never attached: at start and every reclaimSeconds. */
export function sweepController(state: DaemonState): Work {
  const { report, cluster, journal, unattached, context, settings } = state;
  const timing = timingOf(state);
  const sweep = unattachedSweep();
  let problem = '';
  const round = async (signal: AbortSignal): Promise<number> => {
    const { nodeName } = context.options();
    if (cluster === undefined || nodeName === undefined) return 0;
    const installedAt = await createdAtMs(settings().cniDir);
    const { found, suspects } = await sweep({ cluster, journal, node: nodeName, installedAt }, signal);
    await publish(found, await unattached.read());
    return suspects;
  };
  return {
    reconcile: async (_node, signal) => {
      if (timing.everyMs() === 0) return { afterMs: nextRoundMs(timing, 0) };
      try {
        const suspects = await round(signal);
        problem = '';
        return { afterMs: nextRoundMs(timing, suspects) };
      } catch (thrown) {
        const text = `cannot check for pods that were never attached: ${summaryOf(asPlexusError(thrown))}`;
        if (text !== problem && !signal.aborted) report({ kind: 'warning', text });
        problem = text;
        return 'retry';
      }
    },
  };
  async function publish(found: readonly UnattachedPod[], before: readonly UnattachedPod[]): Promise<void> {
    if (JSON.stringify(found) === JSON.stringify(before)) return;
    // repeated Events are deduplicated within one process; a daemon that ends before `write` sends them again
    const isNew = ({ uid }: UnattachedPod): boolean => before.every((pod) => pod.uid !== uid);
    for (const pod of found.filter(isNew)) {
      const message = `The pod requests networks (${pod.networks}), but Plexus never attached it, probably because ${pod.why}. Delete the pod so that it is recreated.`;
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

const createdAtMs = (folder: string): Promise<number | undefined> =>
  stat(folder).then(
    ({ birthtimeMs }) => (birthtimeMs > 0 ? birthtimeMs : undefined),
    () => undefined,
  );
