import { devicesFor, readNodeLinks, rememberedKubelets } from '../devices/index.ts';
import { settingsLater } from '../plan/index.ts';
import { type HotPlug, type HotPlugDeps, hotPlug } from '../reconcile/index.ts';
import type { WatchedCluster } from '../cluster/index.ts';
import { type HeldMemory, memoryHolder } from '../service/index.ts';
import { holdNetworks } from './held-networks.ts';
import { holdResults } from './held-results.ts';
import type { DaemonState } from './state.ts';

/** What all changes share. */
interface Shared {
  readonly kubelets: ReturnType<typeof rememberedKubelets>;
  readonly hold: () => HeldMemory;
}

/**
 * Returns the controller that makes networks follow the annotations of running pods. The limits of an ADD for the
 * memory of networks and results apply to each change.
 */
export function hotPlugOf(state: () => DaemonState | undefined, watched: WatchedCluster | undefined): HotPlug {
  const shared = { kubelets: rememberedKubelets(), hold: memoryHolder() };
  return hotPlug(() => {
    const current = state();
    return current && hotPlugDeps(current, watched, shared);
  });
}

function hotPlugDeps(
  state: DaemonState,
  watched: WatchedCluster | undefined,
  { kubelets, hold }: Shared,
): HotPlugDeps | undefined {
  const { cluster, context, journal, report, agentDeps, settings } = state;
  const pods = watched?.pods;
  if (cluster === undefined || pods === undefined) return undefined;
  return {
    journal,
    cluster,
    pods,
    settings,
    report,
    cancellable: (containerId, signal, work) => context.running.run({ containerId, command: 'change' }, signal, work),
    followDeps: (reportOne) => {
      const own = agentDeps();
      const now = settings();
      const { nodeName, settings: written } = context.options();
      const held = hold();
      return (
        own && {
          ...own,
          host: holdResults(own.host, held),
          release: held.release,
          settings: now,
          report: reportOne,
          env: {},
          cluster: holdNetworks(cluster, held),
          readConf: context.readConf,
          nodeLinks: readNodeLinks,
          settingsOf: (record) => settingsLater(record, written),
          devices: devicesFor({ kubeletDir: now.kubeletDir, claims: cluster.claims, nodeName, kubelets }),
        }
      );
    },
  };
}
