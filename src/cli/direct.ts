import type { AttachDeps } from '../attach/index.ts';
import { type Cluster, connect, connectOptionsFor } from '../cluster/index.ts';
import { type Env, allowsNodeNetns } from '../cni/index.ts';
import { deviceInfoFiles, devicesFor } from '../devices/index.ts';
import { localHost } from '../host/index.ts';
import { type LockHolder, bootIdNow, deferredCalls, fileJournal, fileLocks, multusState } from '../journal/index.ts';
import { createLog, createTracing, type Log } from '../observe/index.ts';
import type { Settings } from '../plan/index.ts';
import { readConfPath } from '../runtime/index.ts';
import { tee } from '../report/index.ts';
import { logOptionsOf } from './log-options.ts';
import { versionText } from './version-text.ts';

// a pod does not wait longer than this for its spans to be sent, unless OTEL_BSP_EXPORT_TIMEOUT says so
const flushMs = 500;

/** Everything direct mode works with: this process's children, files under cniDir, the cluster that the settings name (or `standIn`). */
export async function directDeps(settings: Settings, env: Env, standIn?: Cluster): Promise<{ readonly deps: AttachDeps; readonly log: Log }> {
  const options = connectOptionsFor(settings, env);
  const cluster = standIn ?? (options === undefined ? undefined : connect(options));
  const log = createLog(logOptionsOf(settings));
  const tracing = await createTracing(process.env, { version: versionText() }, (text) => log.report({ kind: 'warning', sandbox: '', text }));
  const deps: AttachDeps = {
    settings,
    host: localHost({ netns: env['CNI_NETNS'], allowsNode: allowsNodeNetns(env) }),
    journal: fileJournal(`${settings.cniDir}/journal`),
    locks: fileLocks(`${settings.cniDir}/locks`),
    deferred: deferredCalls(`${settings.cniDir}/deferred`),
    multusState: multusState(settings.multusStateDir),
    cluster,
    devices: devicesFor({ kubeletDir: settings.kubeletDir, claims: cluster?.claims, nodeName: undefined }),
    deviceInfo: deviceInfoFiles(),
    readConf: readConfPath,
    report: tracing === undefined ? log.report : tee(log.report, tracing.report),
    ...(tracing !== undefined && { beginTrace: tracing.begin }),
    bootId: await bootIdNow(),
    now: Date.now,
    cancel,
  };
  if (tracing === undefined) return { deps, log };
  const flush = async (): Promise<void> => {
    await tracing.flush(Number(process.env['OTEL_BSP_EXPORT_TIMEOUT']) || flushMs);
    await log.flush();
  };
  return { deps, log: { ...log, flush } };
}

// an ADD that is told to stop undoes what it did and gives the sandbox free (see plugin.ts)
function cancel(holder: LockHolder): void {
  if (holder.command !== 'ADD' || holder.isDaemon) return;
  try {
    process.kill(holder.pid, 'SIGTERM');
  } catch {
    // it has just ended by itself: its lock is free or stale
  }
}
