import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { WatchedCluster } from '../cluster/index.ts';
import { daemonRunning } from '../errors/index.ts';
import {
  type DeferredCalls,
  type Journal,
  bootIdNow,
  deferredCalls,
  fileJournal,
  fileLocks,
  unattachedPods,
} from '../journal/index.ts';
import {
  createMetrics,
  type EventQueue,
  eventQueue,
  type JournalNumbers,
  type Recent,
  recentOperations,
  type Tracing,
} from '../observe/index.ts';
import { type Settings, isAbandoned, parseSettings } from '../plan/index.ts';
import { createWake } from '../reconcile/index.ts';
import { type Report, quiet, tee } from '../report/index.ts';
import { type DaemonParts, backgroundWork } from './background.ts';
import { type CallContext, callAnswerer } from './calls.ts';
import { sharedMetrics } from './endpoints.ts';
import { type HttpEndpoints, serveHttp } from './http.ts';
import { leaveStandIn } from './leave-stand-in.ts';
import { lastGoodReader } from './last-good.ts';
import { type LinkServer, assertSocketFree, inodeOf, serveLink } from './link-server.ts';
import { nodeEvent } from './node-events.ts';
import { observeSocketOf, serveObserving } from './observe-socket.ts';
import { tellingJournal, timedJournal, wakingJournal } from './telling-journal.ts';
import type { DaemonOptions } from './options.ts';

/** What a daemon is given by whoever starts it. */
export interface DaemonDeps {
  readonly program: string;
  readonly options: () => DaemonOptions;
  /** Undefined: without a cluster. */
  readonly connect: (report: Report) => Promise<WatchedCluster | undefined>;
  /** Keeps 00-plexus.conflist in place until the signal is aborted. */
  readonly keepConfiguration: (report: Report, signal: AbortSignal) => Promise<void>;
  readonly peerUid: (socket: Socket) => number | undefined;
  readonly log: Report;
  /** Absent: nobody traces. */
  readonly tracing?: Tracing | undefined;
}
export interface RunningDaemon {
  /** Resolves when the daemon has ended, after `stop` or when another daemon has taken its socket. */
  readonly ended: Promise<void>;
}

const lastFlushMs = 2000;
// whether another daemon has taken the socket
const takenLookMs = 5000;

/**
 * Starts the node daemon: serves the host link, keeps the node's configuration, watches NADs, writes what could not
 * be written. Ends in order when `stop` is aborted: no new calls, those that run may end within graceSeconds, then
 * they are stopped and undone. daemonRunning, fileUnusable.
 */
export async function startDaemon(deps: DaemonDeps, stop: AbortSignal): Promise<RunningDaemon> {
  const { cniDir } = settingsOf(deps);
  const journal = tellingJournal(fileJournal(`${cniDir}/journal`), deps.log);
  const sofar: SoFar = {};
  const recent = recentOperations(Date.now, () => settingsOf(deps).maskedKeys);
  const [pending, abandoned, agent] = [{ maybe: true }, { maybe: true }, noAgent()];
  const metrics = await createMetrics(metricSources(sofar, { journal, recent, deps, agent }));
  const tellNode: Report = (step) => {
    const event = nodeEvent(step, deps.options().nodeName);
    if (event !== undefined) void sofar.events?.recordEvent(...event, stop);
  };
  const report = tee(
    deps.log,
    metrics.report,
    recent.report,
    deps.tracing?.report ?? quiet,
    wakingUp(pending, abandoned),
    tellNode,
  );
  const watched = await deps.connect(report);
  const direct = watched?.cluster;
  const events = direct && eventQueue((...words) => direct.recordEvent(...words), report);
  const cluster = direct && events && { ...direct, recordEvent: events.recordEvent };
  Object.assign(sofar, { watched, events });
  const { http: address, socket } = deps.options();
  const health = { notReady: () => notReady(sofar), metrics: sharedMetrics(metrics.render) };
  const parts = await partsOf(deps, {
    journal: timedJournal(wakingJournal(journal, pending), report),
    report,
    cluster,
    pending,
    abandoned,
    agent,
  });
  const calls = await serve(deps, parts);
  Object.assign(sofar, { calls, parts });
  const about = { peerUid: deps.peerUid, node: () => deps.options().nodeName, find: recent.find, health };
  const observing = await serveObserving({ socket: observeSocketOf(socket), ...about });
  const endpoints = address && (await serveHttp({ address, report }, health));
  sofar.endpoints = endpoints;
  const port = endpoints?.port();
  report({ kind: 'daemon', text: `serving ${socket}${port === undefined ? '' : `, http on port ${port}`}` });
  const background = new AbortController();
  const loops = [
    watched?.run(background.signal),
    deps.keepConfiguration(report, background.signal),
    events?.run(background.signal),
    leaveStandIn({ watched, settings: () => deps.options().settings, cniDir, report }, background.signal),
    ...backgroundWork(parts, background.signal),
  ];
  const ended = untilStopped(deps, stop, report).then(async () => {
    await drain(calls, deps, report);
    background.abort();
    await Promise.allSettled([...loops, endpoints?.close(), observing.close()]);
    await deps.tracing?.flush(lastFlushMs);
    report({ kind: 'daemon', text: 'stopped' });
  });
  return { ended };
}

/** What there is of a daemon that starts: its listeners are there before what they look at. */
interface SoFar {
  watched?: WatchedCluster;
  events?: EventQueue;
  calls?: LinkServer;
  parts?: DaemonParts;
  endpoints?: HttpEndpoints | undefined;
}

const metricSources = (
  sofar: SoFar,
  {
    journal,
    recent,
    deps,
    agent,
  }: {
    readonly journal: Journal;
    readonly recent: Recent;
    readonly deps: DaemonDeps;
    readonly agent: DaemonParts['agent'];
  },
): Parameters<typeof createMetrics>[0] => ({
  journal: () => journalNumbers(journal, deferredCalls(`${settingsOf(deps).cniDir}/deferred`)),
  watch: () => sofar.watched?.state() ?? { synced: false, objects: 0, leftOut: 0 },
  calls: () => sofar.calls?.calls() ?? 0,
  agent: () => agent.current !== undefined,
  httpListening: () => sofar.endpoints && sofar.endpoints.port() !== undefined,
  recent: recent.size,
  version: deps.program,
});

/** Tells the background loops when there may be work for them. */
const wakingUp =
  (pending: DaemonParts['pending'], abandoned: DaemonParts['abandoned']): Report =>
  (step) => {
    if (step.kind === 'status-published' && step.outcome === 'deferred') pending.maybe = true;
    if (step.kind === 'abandoned' || (step.kind === 'reclaimed' && step.outcome === 'abandoned'))
      abandoned.maybe = true;
  };

const settingsOf = (deps: DaemonDeps): Settings =>
  parseSettings({ clusterNetwork: 'set-elsewhere', ...deps.options().settings }).settings;

async function partsOf(
  deps: DaemonDeps,
  shared: Pick<DaemonParts, 'journal' | 'report' | 'cluster' | 'pending' | 'abandoned' | 'agent'>,
): Promise<DaemonParts> {
  const { cniDir } = settingsOf(deps);
  const own = {
    locks: fileLocks(`${cniDir}/locks`, 'daemon'),
    deferred: deferredCalls(`${cniDir}/deferred`),
    unattached: unattachedPods(cniDir),
    readConf: confReader(cniDir, shared.report),
    wake: createWake(),
  };
  const context: CallContext = {
    ...shared,
    ...own,
    options: deps.options,
    beginTrace: deps.tracing?.begin,
    bootId: await bootIdNow(),
    agent: () => shared.agent.current?.host,
  };
  return { ...shared, ...own, settings: () => settingsOf(deps), context };
}

const noAgent = (): DaemonParts['agent'] => ({ current: undefined });

const confReader = (cniDir: string, report: Report): CallContext['readConf'] =>
  lastGoodReader(`${cniDir}/last-good`, (path, problem) =>
    report({
      kind: 'warning',
      sandbox: '',
      text: `${path} cannot be read now (${problem}); its last good version is used`,
    }),
  );

async function serve(deps: DaemonDeps, { report, agent, wake, context }: DaemonParts): Promise<LinkServer> {
  const { socket } = deps.options();
  await assertSocketFree(socket);
  return serveLink({
    socket,
    program: deps.program,
    peerUid: deps.peerUid,
    onCall: callAnswerer(context),
    onAgent: (come) => {
      agent.current = come;
      wake.ring();
    },
    onProblem: (error) => report({ kind: 'problem', sandbox: '', error }),
  });
}

function notReady({ calls, watched }: SoFar): string | undefined {
  if (calls === undefined) return 'starting';
  const state = watched?.state();
  return state === undefined || state.complete
    ? undefined
    : `the watch of NetworkAttachmentDefinitions is not there yet: ${state.problem ?? 'connecting'}`;
}

// Also ends when another daemon has put its own socket in place: new calls go there.
async function untilStopped(deps: DaemonDeps, stop: AbortSignal, report: Report): Promise<void> {
  const { socket } = deps.options();
  const own = inodeOf(socket);
  while (!stop.aborted) {
    await delay(takenLookMs, undefined, { signal: stop }).catch(() => {}); // the loop's condition says what an abort means
    const now = inodeOf(socket);
    if (stop.aborted || now === own) continue;
    report({ kind: 'problem', sandbox: '', error: daemonRunning({ socket }) });
    return;
  }
}

async function drain(calls: LinkServer, deps: DaemonDeps, report: Report): Promise<void> {
  const { graceSeconds } = deps.options();
  report({ kind: 'daemon', text: `stopping; ${calls.calls()} calls run` });
  await calls.stopAccepting();
  const idle = calls.idle();
  const grace = new AbortController();
  await Promise.race([
    idle,
    delay(graceSeconds * 1000, undefined, { signal: grace.signal }).then(
      () => calls.cancelAll(),
      () => {},
    ),
  ]);
  await idle;
  grace.abort();
  await calls.close();
}

async function journalNumbers(journal: Journal, deferred: Pick<DeferredCalls, 'list'>): Promise<JournalNumbers> {
  const numbers = { sandboxes: 0, detaching: 0, abandoned: 0, pendingStatus: 0 };
  const attachments = new Map<string, number>();
  await journal.list((record) => {
    numbers.sandboxes++;
    if (record.pendingStatus !== undefined) numbers.pendingStatus++;
    for (const entry of record.attachments) {
      if (entry.state === 'detaching') numbers.detaching++;
      if (isAbandoned(entry)) numbers.abandoned++;
      const { network } = entry.attachment;
      attachments.set(network, (attachments.get(network) ?? 0) + 1);
    }
    return undefined;
  });
  return { ...numbers, deferred: (await deferred.list()).length, attachments };
}
