import type { Socket } from 'node:net';
import { isAbsolute } from 'node:path';
import { type WatchedCluster, connectForLong, connectOptionsFor } from '../cluster/index.ts';
import { startDaemon } from '../daemon/index.ts';
import { type LiveConfiguration, loadConfiguration } from '../service/index.ts';
import { operationCancelled } from '../errors/index.ts';
import { loadNative } from '../files/index.ts';
import { type KeepOptions, isInSight, keepConfiguration } from '../install/index.ts';
import { createLog, createTracing } from '../observe/index.ts';
import { type Settings, parseSettings } from '../plan/index.ts';
import type { Report } from '../report/index.ts';
import { fromEnvironment, fromFlags } from './daemon-flags.ts';
import { logOptionsOf } from './log-options.ts';
import { versionText } from './version-text.ts';

const usualFile = '/etc/plexus/plexus.yaml';

/** Runs the daemon in this process until SIGTERM or SIGINT. Rejects if it cannot start. */
export async function runDaemonProcess(args: Readonly<Record<string, unknown>>): Promise<void> {
  const given = args['config'];
  const file = typeof given === 'string' ? given : usualFile;
  const warnings: string[] = [];
  const sources = { file, required: given !== undefined, env: fromEnvironment(process.env), flags: fromFlags(args) };
  const configuration = await loadConfiguration(sources, (text) => warnings.push(text));
  const { settings, logFormat } = configuration.current();
  // A daemon logs each command; a call in direct mode has its own process, so it is quieter.
  const logged = parseSettings({ clusterNetwork: 'set-elsewhere', logLevel: 'info', ...settings }).settings;
  const log = createLog({ ...logOptionsOf(logged), format: logFormat });
  await log.prepare();
  for (const text of warnings) log.report({ kind: 'warning', text });
  const { nodeName } = configuration.current();
  const about = { version: versionText(), ...(nodeName !== undefined && { node: nodeName }) };
  const tracing = await createTracing(process.env, about, (text) => log.report({ kind: 'warning', text }));
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.on(name, () => stop.abort(operationCancelled({ command: 'daemon', reason: `received ${name}` })));
  const daemon = await startDaemon(
    {
      program: versionText(),
      options: configuration.current,
      connect: (report) => clusterOf(configuration, report),
      keepConfiguration: async (report, signal) => {
        await Promise.all([
          configuration.follow(report, signal),
          keepConfiguration(() => keepOptions(configuration), report, signal),
        ]);
      },
      peerUid: peerUid(),
      log: log.report,
      tracing,
    },
    stop.signal,
  );
  await daemon.ended;
  await log.flush();
  process.exit(0); // Remaining handles (a watch, an idle connection) have no work left.
}

const settingsOf = (configuration: LiveConfiguration): Settings =>
  parseSettings({ clusterNetwork: 'set-elsewhere', ...configuration.current().settings }).settings;

async function clusterOf(configuration: LiveConfiguration, report: Report): Promise<WatchedCluster | undefined> {
  const options = connectOptionsFor(settingsOf(configuration), process.env);
  const { kubeletPodsApi: kubeletSocket, hotPlug, nodeName } = configuration.current();
  return options && connectForLong(options, report, { kubeletSocket, podsOf: hotPlug === 'on' ? nodeName : undefined });
}

function keepOptions(configuration: LiveConfiguration): KeepOptions {
  const { cniConfDir, manageConfiguration, defaultNetwork, statusChecks, socket, daemonWaitSeconds, settings } =
    configuration.current();
  const { clusterNetwork } = settings;
  const file =
    defaultNetwork ?? (typeof clusterNetwork === 'string' && isAbsolute(clusterNetwork) ? clusterNetwork : undefined);
  return {
    folder: cniConfDir,
    isInSight,
    manage: manageConfiguration,
    statusChecks,
    socket,
    daemonWaitSeconds,
    cniDir: settingsOf(configuration).cniDir,
    ...(file !== undefined && { defaultNetwork: file }),
  };
}

function peerUid(): (socket: Socket) => number | undefined {
  const native = loadNative();
  return (socket) =>
    native.peerUid((socket as unknown as { readonly _handle?: { readonly fd?: number } })._handle?.fd ?? -1);
}
