import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, WatchedCluster } from '../cluster/index.ts';
import { daemonRunning } from '../errors/index.ts';
import { observeSocketOf } from '../host/index.ts';
import { fileJournal } from '../journal/index.ts';
import {
  createMetrics,
  type EventQueue,
  eventQueue,
  type Metrics,
  type RecentOperations,
  recentOperations,
} from '../observe/index.ts';
import { type HotPlug, sandboxKey } from '../reconcile/index.ts';
import { type Report, quiet, tee } from '../report/index.ts';
import {
  type Controllers,
  agentChanged,
  createControllers,
  publishLater,
  runControllers,
  wakeOn,
} from './background.ts';
import { callAnswerer } from './calls.ts';
import type { DaemonDeps } from './deps.ts';
import { type Health, sharedMetrics } from '../service/index.ts';
import { hotPlugOf } from './hot-plug.ts';
import { type HttpEndpoints, httpEndpoints } from './http.ts';
import { journalNumbers } from './journal-numbers.ts';
import { type LinkServer, assertSocketFree, inodeOf, serveLink } from './link/link-server.ts';
import { nodeEvent } from './node-events.ts';
import { serveObserving } from './observe-socket.ts';
import { type AgentSlot, type DaemonState, agentSlot, openState, settingsOf } from './state.ts';
import { notifyingJournal, reportingJournal, timedJournal } from './reporting-journal.ts';

export interface RunningDaemon {
  /** Resolves when the daemon has ended, after `stop` or because another daemon has replaced its socket. */
  readonly ended: Promise<void>;
}

const lastFlushMs = 2000;
const socketCheckMs = 5000;

/**
 * Starts the node daemon in phases, each of which uses the results of those before: report, connect, open the state,
 * serve calls, serve health, run the controllers. When `stop` is aborted, the daemon shuts down in order: it accepts no
 * new calls, lets running calls finish within graceSeconds, then cancels the rest, which undo their work. Rejects with
 * daemonRunning or fileUnusable.
 */
export async function startDaemon(deps: DaemonDeps, stop: AbortSignal): Promise<RunningDaemon> {
  const reporting = await startReporting(deps);
  const { report } = reporting;
  const connection = await connect(deps, report);
  const agent = agentSlot();
  let opened: DaemonState | undefined;
  const plug = hotPlugOf(() => opened, connection.watched);
  const state = await openState(deps, { ...connection, report, agent, journal: journalOf(deps, reporting, plug) });
  opened = state;
  const calls = await serveCalls(deps, { state, agent, controllers: reporting.controllers });
  const health = await serveHealth(deps, { ...reporting, ...connection, state, calls, agent });
  const background = new AbortController();
  const loops = runBackground(deps, { ...reporting, ...connection, state, plug }, { stop, signal: background.signal });
  const warming = warmUpFor(deps, { calls, report }, AbortSignal.any([stop, background.signal]));
  const ended = untilStopped(deps, stop, report).then(async () => {
    await drain(calls, deps, report);
    background.abort();
    await Promise.allSettled([...loops, warming, health.close()]);
    await deps.tracing?.flush(lastFlushMs);
    report({ kind: 'daemon', text: 'stopped' });
  });
  return { ended };
}

/** Phase 1: the sinks for steps. The controllers are created because one sink wakes them; they do not run yet. */
interface Reporting {
  readonly report: Report;
  readonly metrics: Metrics;
  readonly recent: RecentOperations;
  readonly controllers: Controllers;
}

async function startReporting(deps: DaemonDeps): Promise<Reporting> {
  const metrics = await createMetrics();
  const recent = recentOperations(Date.now, () => settingsOf(deps).maskedKeys);
  const sinks = tee(deps.log, metrics.report, recent.report, deps.tracing?.report ?? quiet);
  const controllers = createControllers(sinks);
  return { report: tee(sinks, wakeOn(controllers)), metrics, recent, controllers };
}

/** Phase 2: the API server. Events are sent in the background. */
interface Connection {
  readonly watched: WatchedCluster | undefined;
  readonly events: EventQueue | undefined;
  readonly cluster: Cluster | undefined;
}

async function connect(deps: DaemonDeps, report: Report): Promise<Connection> {
  const watched = await deps.connect(report);
  const direct = watched?.cluster;
  const events = direct && eventQueue((...args) => direct.recordEvent(...args), report);
  return { watched, events, cluster: direct && events && { ...direct, recordEvent: events.recordEvent } };
}

/** Phase 3: the journal. openState adds the rest of the node's state to it. */
function journalOf(deps: DaemonDeps, { report, controllers }: Reporting, plug: HotPlug): DaemonState['journal'] {
  const journal = reportingJournal(fileJournal(`${settingsOf(deps).cniDir}/journal`), deps.log);
  const notifying = notifyingJournal(journal, {
    written: (record) => {
      if (record.pendingStatus !== undefined) publishLater(controllers, sandboxKey(record));
      if (plug.recordWritten(record)) controllers.hotPlug.add(sandboxKey(record));
    },
    removed: plug.recordRemoved,
  });
  return timedJournal(notifying, report);
}

/** Phase 4: the host link. */
async function serveCalls(
  deps: DaemonDeps,
  {
    state,
    agent,
    controllers,
  }: { readonly state: DaemonState; readonly agent: AgentSlot; readonly controllers: Controllers },
): Promise<LinkServer> {
  const { socket } = deps.options();
  await assertSocketFree(socket);
  return serveLink({
    socket,
    program: deps.program,
    peerUid: deps.peerUid,
    onCall: callAnswerer(state.context),
    onAgent: (connected) => {
      agent.replace(connected);
      agentChanged(controllers, connected !== undefined);
    },
    onProblem: (error) => state.report({ kind: 'problem', error }),
  });
}

/** Phase 5: probes, metrics and recent operations. */
async function serveHealth(
  deps: DaemonDeps,
  parts: Reporting &
    Connection & { readonly state: DaemonState; readonly calls: LinkServer; readonly agent: AgentSlot },
): Promise<{ readonly close: () => Promise<void> }> {
  const { http: address, socket } = deps.options();
  const { report, recent } = parts;
  const endpoints = address && httpEndpoints({ address, report });
  const health = healthOf(deps, parts, endpoints);
  const about = { peerUid: deps.peerUid, node: () => deps.options().nodeName, find: recent.find, health };
  const observing = await serveObserving({ socket: observeSocketOf(socket), ...about });
  await endpoints?.listen(health);
  const port = endpoints?.port();
  report({ kind: 'daemon', text: `serving ${socket}${port === undefined ? '' : `, http on port ${port}`}` });
  return { close: async () => void (await Promise.allSettled([endpoints?.close(), observing.close()])) };
}

function healthOf(
  deps: DaemonDeps,
  { metrics, recent, watched, state, calls, agent }: Parameters<typeof serveHealth>[1],
  endpoints: HttpEndpoints | undefined,
): Health {
  const render = metrics.collectFrom({
    journal: () => journalNumbers(state.journal, state.context.deferred),
    watch: () => watched?.state() ?? { synced: false, objects: 0, leftOut: 0 },
    calls: calls.calls,
    agent: () => agent.current() !== undefined,
    httpListening: () => endpoints && endpoints.port() !== undefined,
    recent: recent.size,
    version: deps.program,
  });
  return { notReady: () => notReady(watched), metrics: sharedMetrics(render) };
}

function notReady(watched: WatchedCluster | undefined): string | undefined {
  const state = watched?.state();
  return state === undefined || state.complete
    ? undefined
    : `the watch of NetworkAttachmentDefinitions is not established yet: ${state.problem ?? 'connecting'}`;
}

/** Phase 6: everything that runs until the daemon ends. */
function runBackground(
  deps: DaemonDeps,
  {
    report,
    controllers,
    watched,
    events,
    state,
    plug,
  }: Reporting & Connection & { readonly state: DaemonState; readonly plug: HotPlug },
  { stop, signal }: { readonly stop: AbortSignal; readonly signal: AbortSignal },
): readonly (Promise<void> | undefined)[] {
  const reportOnNode: Report = (step) => {
    const event = nodeEvent(step, deps.options().nodeName);
    if (event !== undefined) void events?.recordEvent(...event, stop);
  };
  return [
    watched?.run(signal),
    deps.keepConfiguration(tee(report, reportOnNode), signal),
    events?.run(signal),
    ...runControllers(controllers, { state, watched, plug }, signal),
  ];
}

/** Phase 7: once everything runs, the code that calls need is compiled. */
async function warmUpFor(
  deps: DaemonDeps,
  { calls, report }: { readonly calls: LinkServer; readonly report: Report },
  signal: AbortSignal,
): Promise<void> {
  if (deps.options().warmUp === 'off') return;
  const { warmUp } = await import('./warm-up.ts');
  const began = performance.now();
  const made = await warmUp({ ...deps, idle: calls.idle }, signal);
  const ms = Math.round(performance.now() - began);
  report({ kind: 'daemon', text: `warmed up with ${made} made-up calls in ${ms} ms` });
}

// Resolves on `stop`, or when another daemon has replaced the socket with its own, because new calls then go there.
async function untilStopped(deps: DaemonDeps, stop: AbortSignal, report: Report): Promise<void> {
  const { socket } = deps.options();
  const own = inodeOf(socket);
  while (!stop.aborted) {
    await delay(socketCheckMs, undefined, { signal: stop }).catch(() => {}); // the loop condition handles an abort
    const now = inodeOf(socket);
    if (stop.aborted || now === own) continue;
    report({ kind: 'problem', error: daemonRunning({ socket }) });
    return;
  }
}

async function drain(calls: LinkServer, deps: DaemonDeps, report: Report): Promise<void> {
  const { graceSeconds } = deps.options();
  report({ kind: 'daemon', text: `stopping; ${calls.calls()} calls in flight` });
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
