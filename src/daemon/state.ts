import type { AbandonedDeps } from '../attach/index.ts';
import type { Cluster } from '../cluster/index.ts';
import { deviceInfoFiles } from '../devices/index.ts';
import type { Host } from '../host/index.ts';
import {
  type Journal,
  type SandboxLocks,
  type UnattachedPods,
  bootIdNow,
  deferredCalls,
  fileLocks,
  impatient,
  unattachedPods,
} from '../journal/index.ts';
import { type Settings, parseSettings } from '../plan/index.ts';
import type { Report } from '../report/index.ts';
import type { CallContext } from './calls.ts';
import type { DaemonDeps } from './deps.ts';
import { lastGoodReader } from './last-good.ts';

/** A connected host agent, with the folders of its plugins. */
export interface Agent {
  readonly host: Host;
  readonly path: readonly string[];
}
/** The host agent that is connected, if one is: it runs plugins for work that the daemon begins. */
export interface AgentSlot {
  readonly current: () => Agent | undefined;
  readonly replace: (agent: Agent | undefined) => void;
}

export function agentSlot(): AgentSlot {
  let current: Agent | undefined;
  return { current: () => current, replace: (agent) => void (current = agent) };
}

/** What calls and controllers of a daemon share. */
export interface DaemonState {
  readonly settings: () => Settings;
  readonly journal: Journal;
  readonly locks: SandboxLocks;
  readonly report: Report;
  /** With Events that are sent in the background. */
  readonly cluster: Cluster | undefined;
  /** What the last sweep found. */
  readonly unattached: UnattachedPods;
  /** What a call is carried out with. */
  readonly context: CallContext;
  /** What plugins are run with for work that the daemon begins; undefined without a host agent. */
  readonly agentDeps: () => AbandonedDeps | undefined;
}

export const settingsOf = (deps: Pick<DaemonDeps, 'options'>): Settings =>
  parseSettings({ clusterNetwork: 'set-elsewhere', ...deps.options().settings }).settings;

/** The state in the folder of Plexus on this node. */
export async function openState(
  deps: DaemonDeps,
  shared: Pick<DaemonState, 'journal' | 'report' | 'cluster'> & { readonly agent: AgentSlot },
): Promise<DaemonState> {
  const { cniDir } = settingsOf(deps);
  const { journal, report, cluster, agent } = shared;
  const locks = fileLocks(`${cniDir}/locks`, 'daemon');
  const settings = (): Settings => settingsOf(deps);
  const context: CallContext = {
    journal,
    report,
    cluster,
    locks,
    deferred: deferredCalls(`${cniDir}/deferred`),
    readConf: confReader(cniDir, report),
    options: deps.options,
    beginTrace: deps.tracing?.begin,
    bootId: await bootIdNow(),
    agent: () => agent.current()?.host,
  };
  const agentDeps = (): AbandonedDeps | undefined => {
    const [current, now] = [agent.current(), settings()];
    const deviceInfo = deviceInfoFiles(now.deviceInfoDir);
    const own = { settings: now, report, deviceInfo, now: Date.now, journal, locks: impatient(locks) };
    return current && { ...current, ...own };
  };
  return { settings, journal, locks, report, cluster, unattached: unattachedPods(cniDir), context, agentDeps };
}

const confReader = (cniDir: string, report: Report): CallContext['readConf'] =>
  lastGoodReader(`${cniDir}/last-good`, (path, problem) =>
    report({
      kind: 'warning',
      text: `${path} cannot be read now (${problem}); the daemon uses its last good version`,
    }),
  );
