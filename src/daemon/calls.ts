import { type Answer, type AttachDeps, type Prepared, answerCall } from '../attach/index.ts';
import type { ConfPath, JsonObject } from '../cni/index.ts';
import type { Cluster } from '../cluster/index.ts';
import { type Kubelets, deviceInfoFiles, devicesFor, readNodeLinks, rememberedKubelets } from '../devices/index.ts';
import { is, linkLost } from '../errors/index.ts';
import type { Host } from '../host/index.ts';
import { type DeferredCalls, type Journal, type RecordKey, type SandboxLocks, multusState } from '../journal/index.ts';
import { mergedConfig, parseSettings } from '../plan/index.ts';
import type { Report } from '../report/index.ts';
import { type DaemonOptions, fairTurns, memoryHolder } from '../service/index.ts';
import { holdNetworks } from './held-networks.ts';
import { holdRecords, holdResults } from './held-results.ts';
import type { IncomingCall } from './link/link-server.ts';
import type { RunningOperations } from './running-operations.ts';

/** What all calls of a daemon share. */
export interface CallContext {
  /** Returns the current options, which may change while the daemon runs. */
  readonly options: () => DaemonOptions;
  readonly journal: Journal;
  /** Whether a record takes more memory than records usually do. */
  readonly isLargeRecord?: (key: RecordKey) => Promise<boolean>;
  readonly locks: SandboxLocks;
  readonly deferred: DeferredCalls;
  /** The operations that a DEL cancels. */
  readonly running: RunningOperations;
  readonly cluster: Cluster | undefined;
  readonly readConf: (path: string) => Promise<ConfPath>;
  readonly report: Report;
  readonly bootId: string;
  readonly beginTrace?: AttachDeps['beginTrace'];
  /** Returns the host agent if one is connected. It undoes what a disconnected shim no longer can. */
  readonly agent: () => Host | undefined;
}

/**
 * Returns a function that answers the calls of the host link with the engine. A DEL cancels a running ADD of its
 * sandbox.
 */
export function callAnswerer(context: CallContext): (call: IncomingCall) => Promise<Answer> {
  const kubelets = rememberedKubelets();
  const hold = memoryHolder();
  const turn = fairTurns();
  return async (call) => {
    const containerId = call.env['CNI_CONTAINERID'] ?? '';
    const command = call.env['CNI_COMMAND'] ?? '';
    const { running } = context;
    const cancel: AttachDeps['cancel'] = (holder) => {
      if (cancelledByDel.includes(holder.command)) running.cancel({ containerId, command: holder.command });
    };
    return command === 'ADD'
      ? running.run({ containerId, command }, call.signal, (signal) => answer(call, cancel, signal))
      : answer(call, cancel, call.signal);
  };
  async function answer(call: IncomingCall, cancel: AttachDeps['cancel'], signal: AbortSignal): Promise<Answer> {
    const held = hold();
    const { isLargeRecord } = context;
    // GC reads the records of many sandboxes, each under its lock
    const weighs = isLargeRecord !== undefined && ofOneSandbox.includes(call.env['CNI_COMMAND'] ?? '');
    const own = {
      ...context,
      journal: weighs ? holdRecords(context.journal, held, isLargeRecord, signal) : context.journal,
      cluster: context.cluster && holdNetworks(context.cluster, held),
      cancel,
      kubelets,
      turn,
    };
    try {
      return await answerCall(
        {
          env: call.env,
          readStdin: async () => call.takeStdin(),
          isHostNetns: async () => call.netnsIsHost,
          report: context.report,
        },
        async (invocation) => prepare(invocation, { host: holdResults(call.host, held) }, own),
        signal,
      );
    } finally {
      await held.release();
    }
  }
}

/** Commands of operations that the runtime's DEL cancels; DEL then undoes them. */
const cancelledByDel = ['ADD', 'change'];
const ofOneSandbox = ['ADD', 'DEL', 'CHECK'];

/**
 * Returns the dependencies of a call with that configuration; `call.host` runs its plugins. Rejects with
 * settingsInvalid.
 */
export function prepare(
  { config }: { readonly config: JsonObject },
  call: Pick<IncomingCall, 'host'>,
  context: CallContext & Pick<AttachDeps, 'cancel' | 'turn'> & { readonly kubelets?: Kubelets },
): Prepared {
  const { settings, warnings } = parseSettings(mergedConfig(config, context.options().settings));
  const multus = multusState(settings.multusStateDir);
  const { journal, locks, deferred, cluster, readConf, report, bootId, beginTrace, cancel, agent, turn } = context;
  return {
    warnings,
    // plugins come only from the runtime's folders, because the shim rejects any other
    deps: {
      settings: { ...settings, binDir: [] },
      host: withAgentFallback(call.host, agent),
      journal,
      locks,
      deferred,
      multusState: multus,
      cluster,
      devices: devicesFor({
        kubeletDir: settings.kubeletDir,
        claims: cluster?.claims,
        nodeName: context.options().nodeName,
        kubelets: context.kubelets,
      }),
      deviceInfo: deviceInfoFiles(settings.deviceInfoDir),
      nodeLinks: readNodeLinks,
      readConf,
      report,
      bootId,
      ...(beginTrace !== undefined && { beginTrace }),
      ...(turn !== undefined && { turn }),
      publishesLater: true,
      now: Date.now,
      cancel,
    },
  };
}

// Runs DEL through the host agent if the shim is gone: the runtime may kill the shim during an ADD that must be undone.
const withAgentFallback = (host: Host, agent: () => Host | undefined): Host => ({
  ...host,
  runPlugin: async (run, ...signals) => {
    try {
      return await host.runPlugin(run, ...signals);
    } catch (thrown) {
      const other = agent();
      if (!is(thrown, linkLost) || other === undefined || run.env['CNI_COMMAND'] !== 'DEL') throw thrown;
      return other.runPlugin(run, ...signals);
    }
  },
});
