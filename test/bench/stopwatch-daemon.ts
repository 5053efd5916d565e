// A daemon composed of the product's parts, each wrapped in a stopwatch: node stopwatch-daemon.ts OPTIONS, started with
// an IPC channel (see steps.ts). It answers one call at a time and then reports the duration of each part.
import { connectForLong } from '../../src/cluster/index.ts';
import { type CallContext, callAnswerer } from '../../src/daemon/calls.ts';
import { lastGoodReader } from '../../src/daemon/last-good.ts';
import { runningOperations } from '../../src/daemon/running-operations.ts';
import { type IncomingCall, serveLink } from '../../src/daemon/link/link-server.ts';
import type { Host } from '../../src/host/index.ts';
import {
  type Journal,
  type SandboxLocks,
  bootIdNow,
  deferredCalls,
  fileJournal,
  fileLocks,
} from '../../src/journal/index.ts';
import { createLog, eventQueue } from '../../src/observe/index.ts';
import type { StopwatchOptions, TimedSpan } from './steps.ts';

const { socket, kubeconfig, cniDir } = JSON.parse(process.argv[2] ?? '{}') as StopwatchOptions;
const now = (): number => Number(process.hrtime.bigint()) / 1e6;
let spans: TimedSpan[] = [];

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const from = now();
  try {
    return await work();
  } finally {
    spans.push({ name, from, to: now() });
  }
}

const timedJournal = (journal: Journal): Journal => ({
  ...journal,
  read: (key) => timed('journal: read', () => journal.read(key)),
  begin: (record) => timed('journal: intent', () => journal.begin(record)),
  complete: (record) => timed('journal: complete, synced', () => journal.complete(record)),
});

const timedLocks = (locks: SandboxLocks): SandboxLocks => ({
  ...locks,
  withSandbox: async (wish, signal, work) => {
    const from = now();
    let worked = 0;
    const result = await locks.withSandbox(wish, signal, async () => {
      spans.push({ name: 'lock', from, to: now() });
      return work().finally(() => (worked = now()));
    });
    spans.push({ name: 'unlock', from: worked, to: now() });
    return result;
  },
});

const timedHost = (host: Host): Host => ({
  settle: (of, signal) => host.settle(of, signal),
  runPlugin: (run, signal) => timed(`plugin for ${run.env['CNI_IFNAME']}`, () => host.runPlugin(run, signal)),
  listLinks: (netns, signal) => timed('links of the sandbox', () => host.listLinks(netns, signal)),
  defaultRoutes: (target, signal) => timed('routes: read', () => host.defaultRoutes(target, signal)),
  setDefaultRoutes: (target, routes, signal) =>
    timed('routes: set', () => host.setDefaultRoutes(target, routes, signal)),
});

const log = createLog({ level: 'info', toStderr: true });
const stop = new AbortController();
const watched = await connectForLong({ kind: 'kubeconfig', file: kubeconfig }, log.report);
const { cluster } = watched;
const events = eventQueue((...words) => cluster.recordEvent(...words), log.report);
const context: CallContext = {
  options: () => ({
    socket,
    cniConfDir: '',
    manageConfiguration: 'off',
    statusChecks: false,
    daemonWaitSeconds: 10,
    whenDaemonIsAway: 'defer',
    logFormat: 'json',
    graceSeconds: 30,
    reclaimSeconds: 0,
    kubeletPodsApi: '',
    hotPlug: 'off',
    warmUp: 'off',
    settings: { cniDir, kubeconfig },
  }),
  journal: timedJournal(fileJournal(`${cniDir}/journal`)),
  locks: timedLocks(fileLocks(`${cniDir}/locks`, 'daemon')),
  deferred: deferredCalls(`${cniDir}/deferred`),
  cluster: {
    ...cluster,
    getNad: (ref, signal) => timed('NADs', () => cluster.getNad(ref, signal)),
    patchNetworkStatus: (pod, text, signal) =>
      timed('network-status: PATCH', () => cluster.patchNetworkStatus(pod, text, signal)),
    recordEvent: events.recordEvent,
  },
  readConf: lastGoodReader(`${cniDir}/last-good`, () => {}),
  report: log.report,
  bootId: await bootIdNow(),
  agent: () => undefined,
  running: runningOperations(),
};
const answer = callAnswerer(context);
const onCall = async (call: IncomingCall): ReturnType<typeof answer> => {
  const from = now();
  const said = await answer({ ...call, host: timedHost(call.host) });
  process.send?.({ spans: [...spans, { name: 'call', from, to: now() }] });
  spans = [];
  return said;
};
await serveLink({
  socket,
  program: 'bench',
  peerUid: () => 0,
  onCall,
  onAgent: () => {},
  onProblem: (error) => process.stderr.write(`${error.message}\n`),
});
void watched.run(stop.signal);
void events.run(stop.signal);
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
