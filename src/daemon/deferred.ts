import { type Prepared, delDeferred } from '../attach/index.ts';
import { type DelInvocation, parseCniArgs, parseInvocation, podOf } from '../cni/index.ts';
import { asPlexusError, callNotKept } from '../errors/index.ts';
import { type Call, type Host, decodeCall, decodeHello, frameReader, shimFrame } from '../host/index.ts';
import type { KeptCall } from '../journal/index.ts';
import type { OperationInfo, Report } from '../report/index.ts';
import { type CallContext, prepare } from './calls.ts';

const atOnce = 8;
const firstPauseMs = 2000;
const longestPauseMs = 300_000;

/** When a call is tried next, by a clock that nobody sets, and how often it has been. */
type Schedule = Map<string, { readonly at: number; readonly tries: number }>;

/**
 * Carries out the DELs that were answered while there was no daemon, and lets the program on the host keep further ones
 * as long as somebody can carry them out: `host` is undefined while no host agent is connected; after agentPatienceMs
 * none is expected.
 */
export function deferredCarrier(
  context: CallContext,
  agentPatienceMs = 60_000,
): (host: Host | undefined, signal: AbortSignal) => Promise<void> {
  const schedule: Schedule = new Map();
  let waiting = 0;
  let lastSeen = performance.now();
  return async (host, signal) => {
    const { deferred, options, report } = context;
    if (host !== undefined) lastSeen = performance.now();
    const isAgentGone = performance.now() - lastSeen > agentPatienceMs;
    if (options().whenDaemonIsAway === 'fail' || isAgentGone) await deferred.close();
    else if (host !== undefined) await deferred.open();
    const kept = await deferred.list();
    if (host === undefined && kept.length !== waiting && kept.length > 0) {
      const text = `${kept.length} DELs from while the daemon was away wait for the host agent (deploy/components/host-agent): only it can run plugins without the runtime`;
      report({ kind: 'warning', sandbox: '', text });
    }
    waiting = host === undefined ? kept.length : 0;
    if (host === undefined) return;
    const due = kept.filter((call) => (schedule.get(nameOf(call))?.at ?? 0) <= performance.now());
    const one = async (call: KeptCall): Promise<void> => tryOne(call, { context, host, schedule, signal });
    while (due.length > 0 && !signal.aborted) await Promise.all(due.splice(0, atOnce).map(one));
  };
}

const nameOf = ({ containerId, ifName }: KeptCall): string => `${containerId}@${ifName}`;

interface Trying {
  readonly context: CallContext;
  readonly host: Host;
  readonly schedule: Schedule;
  readonly signal: AbortSignal;
}

async function tryOne(kept: KeptCall, trying: Trying): Promise<void> {
  const { context, schedule } = trying;
  const name = nameOf(kept);
  const startedAt = Date.now();
  let operation: OperationInfo = { command: 'DEL', sandbox: kept.containerId, startedAt };
  const report: Report = (step) => context.report(step, operation);
  const finished = { kind: 'operation-finished', sandbox: kept.containerId, command: 'DEL' } as const;
  try {
    const call = decoded(kept);
    if (call === undefined) return await setAside(kept, context);
    operation = { ...operation, ...podIn(call) };
    const understood = understand(call, { ...trying, context: { ...context, report } });
    if (understood === undefined) return await setAside(kept, context);
    for (const text of understood.warnings) report({ kind: 'warning', sandbox: kept.containerId, text });
    await delDeferred(understood.invocation, understood.deps, trying.signal);
    schedule.delete(name);
    report({ ...finished, ms: Date.now() - startedAt });
  } catch (thrown) {
    const tries = (schedule.get(name)?.tries ?? 0) + 1;
    schedule.set(name, { at: performance.now() + Math.min(longestPauseMs, firstPauseMs * 2 ** (tries - 1)), tries });
    report({ ...finished, ms: Date.now() - startedAt, error: asPlexusError(thrown) });
  }
}

function podIn({ env }: Call): Pick<OperationInfo, 'pod'> {
  const { namespace, name } = podOf(parseCniArgs(env['CNI_ARGS'] ?? ''));
  return namespace === undefined || name === undefined ? {} : { pod: `${namespace}/${name}` };
}

/** What a kept call asks for; undefined when its configuration cannot be used: it would not be better the next time. */
function understand(
  { env, stdin }: Call,
  { context, host }: Trying,
): (Prepared & { readonly invocation: DelInvocation }) | undefined {
  try {
    const invocation = parseInvocation(env, stdin);
    return invocation.command === 'DEL'
      ? { ...prepare(invocation, { host }, { ...context, cancel: () => {} }), invocation }
      : undefined;
  } catch (thrown) {
    context.report({ kind: 'problem', sandbox: env['CNI_CONTAINERID'] ?? '', error: asPlexusError(thrown) });
    return undefined;
  }
}

/** The call in a file; undefined when it is none, or another than the file's name says. */
function decoded({ bytes, containerId, ifName }: KeptCall): Call | undefined {
  try {
    const [hello, call, ...more] = frameReader().push(bytes);
    if (hello === undefined || call === undefined || more.length > 0 || call.type !== shimFrame.call) return undefined;
    decodeHello(hello);
    const decodedCall = decodeCall(call);
    const { CNI_COMMAND: command, CNI_CONTAINERID: id, CNI_IFNAME: name } = decodedCall.env;
    return command === 'DEL' && id === containerId && name === ifName ? decodedCall : undefined;
  } catch {
    return undefined; // damage of any kind
  }
}

// the journal still has the sandbox: reclaiming finds it
async function setAside(kept: KeptCall, { deferred, report }: CallContext): Promise<void> {
  const file = await deferred.setAside(kept);
  report({ kind: 'problem', sandbox: kept.containerId, error: callNotKept({ file }) });
}
