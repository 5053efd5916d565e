import { devicesFor, readNodeLinks, rememberedKubelets } from '../devices/index.ts';
import { settingsLater } from '../plan/index.ts';
import { type HotPlug, type HotPlugDeps, hotPlug } from '../reconcile/index.ts';
import type { WatchedCluster } from '../cluster/index.ts';
import type { DaemonState } from './state.ts';

/** Returns the controller that makes networks follow the annotations of running pods. */
export function hotPlugOf(state: () => DaemonState | undefined, watched: WatchedCluster | undefined): HotPlug {
  const kubelets = rememberedKubelets();
  return hotPlug(() => {
    const current = state();
    return current && hotPlugDeps(current, watched, kubelets);
  });
}

function hotPlugDeps(
  state: DaemonState,
  watched: WatchedCluster | undefined,
  kubelets: ReturnType<typeof rememberedKubelets>,
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
      return (
        own && {
          ...own,
          settings: now,
          report: reportOne,
          env: {},
          cluster,
          readConf: context.readConf,
          nodeLinks: readNodeLinks,
          settingsOf: (record) => settingsLater(record, written),
          devices: devicesFor({ kubeletDir: now.kubeletDir, claims: cluster.claims, nodeName, kubelets }),
        }
      );
    },
  };
}
