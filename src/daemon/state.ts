import { mkdir } from 'node:fs/promises';
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
  hasLargeRecord,
  isLargeRecord,
  unattachedPods,
} from '../journal/index.ts';
import { type Settings, parseSettings } from '../plan/index.ts';
import type { Report } from '../report/index.ts';
import type { CallContext } from './calls.ts';
import type { DaemonDeps } from './deps.ts';
import { memoryHolder } from '../service/index.ts';
import { holdSandboxes } from './held-results.ts';
import { lastGoodReader } from './last-good.ts';
import { runningOperations } from './running-operations.ts';

/** A connected host agent, with its plugin folders. */
export interface Agent {
  readonly host: Host;
  readonly path: readonly string[];
}
/** Holds the connected host agent, if any, which runs plugins for the daemon's background work. */
export interface AgentSlot {
  readonly current: () => Agent | undefined;
  readonly replace: (agent: Agent | undefined) => void;
}

export function agentSlot(): AgentSlot {
  let current: Agent | undefined;
  return { current: () => current, replace: (agent) => void (current = agent) };
}

/** What the calls and controllers of a daemon share. */
export interface DaemonState {
  readonly settings: () => Settings;
  readonly journal: Journal;
  /** Locks for background work (holdSandboxes). Calls take those of the context. */
  readonly locks: SandboxLocks;
  readonly report: Report;
  /** Sends Events in the background. */
  readonly cluster: Cluster | undefined;
  /** The result of the last sweep. */
  readonly unattached: UnattachedPods;
  /** The context in which calls are answered. */
  readonly context: CallContext;
  /** Returns the dependencies of background work that runs plugins; undefined without a host agent. */
  readonly agentDeps: () => AbandonedDeps | undefined;
}

export const settingsOf = (deps: Pick<DaemonDeps, 'options'>): Settings =>
  parseSettings({ clusterNetwork: 'set-elsewhere', ...deps.options().settings }).settings;

/** Opens the node state in the folder of Plexus. */
export async function openState(
  deps: DaemonDeps,
  shared: Pick<DaemonState, 'journal' | 'report' | 'cluster'> & { readonly agent: AgentSlot },
): Promise<DaemonState> {
  const { cniDir } = settingsOf(deps);
  const { journal, report, cluster, agent } = shared;
  // Its creation time dates the installation (upkeep.ts). The first call reports a folder that cannot be created.
  await mkdir(cniDir, { recursive: true, mode: 0o700 }).catch(() => {});
  const locks = fileLocks(`${cniDir}/locks`, 'daemon');
  const settings = (): Settings => settingsOf(deps);
  const background = holdSandboxes(locks, memoryHolder(), (id) => hasLargeRecord(`${cniDir}/journal`, id));
  const context: CallContext = {
    journal,
    isLargeRecord: (key) => isLargeRecord(`${cniDir}/journal`, key),
    report,
    cluster,
    locks,
    deferred: deferredCalls(`${cniDir}/deferred`),
    running: runningOperations(),
    readConf: confReader(cniDir, report),
    options: deps.options,
    beginTrace: deps.tracing?.begin,
    bootId: await bootIdNow(),
    agent: () => agent.current()?.host,
  };
  const agentDeps = (): AbandonedDeps | undefined => {
    const [current, now] = [agent.current(), settings()];
    const deviceInfo = deviceInfoFiles(now.deviceInfoDir);
    const own = { settings: now, report, deviceInfo, now: Date.now, journal, locks: impatient(background) };
    return current && { ...current, ...own };
  };
  return {
    settings,
    journal,
    locks: background,
    report,
    cluster,
    unattached: unattachedPods(cniDir),
    context,
    agentDeps,
  };
}

const confReader = (cniDir: string, report: Report): CallContext['readConf'] =>
  lastGoodReader(`${cniDir}/last-good`, (path, problem) =>
    report({
      kind: 'warning',
      text: `${path} cannot be read now (${problem}); the daemon uses its last good version`,
    }),
  );
