import type { AttachDeps } from '../attach/index.ts';
import { type Cluster, connect, connectOptionsFor } from '../cluster/index.ts';
import type { Env } from '../cni/index.ts';
import { deviceInfoFiles, devicesFor } from '../devices/index.ts';
import { localHost } from '../host/index.ts';
import { type LockHolder, bootIdNow, deferredCalls, fileJournal, fileLocks, multusState } from '../journal/index.ts';
import { createLog, type Log } from '../observe/index.ts';
import type { Settings } from '../plan/index.ts';
import { readConfPath } from '../runtime/index.ts';

/** Everything direct mode works with: this process's children, files under cniDir, the cluster that the settings name (or `standIn`). */
export async function directDeps(settings: Settings, env: Env, standIn?: Cluster): Promise<{ readonly deps: AttachDeps; readonly log: Log }> {
  const options = connectOptionsFor(settings, env);
  const log = createLog({ level: settings.logLevel, toStderr: settings.logToStderr, ...(settings.logFile !== undefined && { file: settings.logFile }) });
  const cluster = standIn ?? (options === undefined ? undefined : connect(options));
  const deps: AttachDeps = {
    settings,
    host: localHost(),
    journal: fileJournal(`${settings.cniDir}/journal`),
    locks: fileLocks(`${settings.cniDir}/locks`),
    deferred: deferredCalls(`${settings.cniDir}/deferred`),
    multusState: multusState(settings.multusStateDir),
    cluster,
    devices: devicesFor({ kubeletDir: settings.kubeletDir, claims: cluster?.claims, nodeName: undefined }),
    deviceInfo: deviceInfoFiles(),
    readConf: readConfPath,
    report: log.report,
    bootId: await bootIdNow(),
    now: Date.now,
    cancel,
  };
  return { deps, log };
}

// an ADD that is told to stop undoes what it did and gives the sandbox free (see plugin.ts)
function cancel(holder: LockHolder): void {
  if (holder.command !== 'ADD') return;
  try {
    process.kill(holder.pid, 'SIGTERM');
  } catch {
    // it has just ended by itself: its lock is free or stale
  }
}
