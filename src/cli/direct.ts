import { readFileSync } from 'node:fs';
import type { AttachDeps } from '../attach/index.ts';
import { type Cluster, connect, connectOptionsFor } from '../cluster/index.ts';
import { type WorkingInvocation, allowsNodeNetns } from '../cni/index.ts';
import { deviceInfoFiles, devicesFor, readNodeLinks } from '../devices/index.ts';
import { type Allowed, guardedHost, localHost } from '../host/index.ts';
import { type LockHolder, bootIdNow, deferredCalls, fileJournal, fileLocks, multusState } from '../journal/index.ts';
import { createLog, createTracing, type Log } from '../observe/index.ts';
import type { HostPaths, Settings } from '../plan/index.ts';
import { readConfWithin } from '../runtime/index.ts';
import { tee } from '../report/index.ts';
import { logOptionsOf } from './log-options.ts';
import { versionText } from './version-text.ts';

// The longest time a pod waits for its spans to be sent, unless OTEL_BSP_EXPORT_TIMEOUT is set.
const flushMs = 500;

export interface DirectCallSettings {
  readonly settings: Settings;
  readonly invocation: WorkingInvocation;
  readonly host: HostPaths;
  /** Used instead of the cluster from the settings. */
  readonly standIn?: Cluster;
}

/**
 * Creates the dependencies of direct mode: this process's children, files under cniDir, and the cluster from the
 * settings (or `standIn`).
 */
export async function directDeps({
  settings,
  invocation,
  host,
  standIn,
}: DirectCallSettings): Promise<{ readonly deps: AttachDeps; readonly log: Log }> {
  const options = connectOptionsFor(settings, invocation.env);
  const cluster = standIn ?? (options === undefined ? undefined : connect(options));
  const log = createLog(logOptionsOf(settings));
  const tracing = await createTracing(process.env, { version: versionText() }, (text) =>
    log.report({ kind: 'warning', text }),
  );
  const deps: AttachDeps = {
    settings,
    host: guardedHost(
      localHost({ netns: invocation.env['CNI_NETNS'], allowsNode: allowsNodeNetns(invocation.env) }),
      allowedFor(invocation),
    ),
    journal: fileJournal(`${settings.cniDir}/journal`),
    locks: fileLocks(`${settings.cniDir}/locks`),
    deferred: deferredCalls(`${settings.cniDir}/deferred`),
    multusState: multusState(settings.multusStateDir),
    cluster,
    devices: devicesFor({ kubeletDir: settings.kubeletDir, claims: cluster?.claims, nodeName: undefined }),
    deviceInfo: deviceInfoFiles(settings.deviceInfoDir),
    nodeLinks: readNodeLinks,
    readConf: readConfWithin([...host.confDirs, settings.confDir]),
    report: tracing === undefined ? log.report : tee(log.report, tracing.report),
    ...(tracing !== undefined && { beginTrace: tracing.begin }),
    bootId: await bootIdNow(),
    now: Date.now,
    cancel: (holder) => cancelAdd(holder, 'containerId' in invocation ? invocation.containerId : ''),
  };
  if (tracing === undefined) return { deps, log };
  const flush = async (): Promise<void> => {
    await tracing.flush(Number(process.env['OTEL_BSP_EXPORT_TIMEOUT']) || flushMs);
    await log.flush();
  };
  return { deps, log: { ...log, flush } };
}

// The daemon can write the journal and the locks, so only the call decides what is allowed. The shim applies the same
// rule to the daemon (src/shim/guard.c).
const allowedFor = (invocation: WorkingInvocation): Allowed => ({
  command: invocation.command,
  ...('containerId' in invocation && { sandbox: { containerId: invocation.containerId, netns: invocation.netns } }),
});

// An ADD that receives SIGTERM undoes its work and releases the sandbox (see plugin.ts). The lock's holder is read from
// a file that the daemon can write, so only a process that really runs such an ADD gets the signal.
function cancelAdd({ pid, command, isDaemon }: LockHolder, containerId: string): void {
  if (command !== 'ADD' || isDaemon || !runsAdd(pid, containerId)) return;
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has just exited: its lock is released or stale.
  }
}

function runsAdd(pid: number, containerId: string): boolean {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return ['CNI_COMMAND=ADD', `CNI_CONTAINERID=${containerId}`].every((each) => variables.includes(each));
  } catch {
    return false; // It has just exited.
  }
}
