import { type Prepared, delDeferred } from '../attach/index.ts';
import { type DelInvocation, parseCniArgs, parseInvocation, podOfArgs } from '../cni/index.ts';
import { asPlexusError, callNotKept } from '../errors/index.ts';
import { type Call, type Host, decodeCall, decodeHello, frameReader, shimFrame } from '../host/index.ts';
import type { RecordKey } from '../journal/index.ts';
import type { WorkOutcome, Work } from '../queue/index.ts';
import { sandboxKey } from '../reconcile/index.ts';
import type { OperationInfo, Report } from '../report/index.ts';
import { type CallContext, prepare } from './calls.ts';

// calls are kept by other processes, which do not notify the daemon
const listMs = 5000;

/**
 * Carries out the DELs that were answered while there was no daemon, and lets the shim keep further ones as long as
 * they can be carried out: not after agentPatienceMs without a host agent.
 */
export function deferredWork(context: CallContext, agentPatienceMs = 60_000): Work {
  const { deferred, options, report } = context;
  let kept = new Map<string, RecordKey>();
  let waiting = 0;
  let lastSeen = performance.now();
  return {
    list: async () => {
      const host = context.agent();
      if (host !== undefined) lastSeen = performance.now();
      const isAgentGone = performance.now() - lastSeen > agentPatienceMs;
      if (options().whenDaemonIsAway === 'fail' || isAgentGone) await deferred.close();
      else if (host !== undefined) await deferred.open();
      kept = new Map((await deferred.list()).map((call) => [sandboxKey(call), call]));
      const count = host === undefined ? kept.size : 0;
      if (count > 0 && count !== waiting) {
        const text = `${count} DELs from while the daemon was away wait for the host agent (deploy/components/host-agent): only it can run plugins without the runtime`;
        report({ kind: 'warning', text });
      }
      waiting = count;
      return { keys: host === undefined ? [] : [...kept.keys()], afterMs: listMs };
    },
    reconcile: async (key, signal) => {
      const [host, call] = [context.agent(), kept.get(key)];
      if (host === undefined || call === undefined) return 'done'; // listed again when a host agent connects
      return carryOut(call, { context, host, signal });
    },
  };
}

interface Trying {
  readonly context: CallContext;
  readonly host: Host;
  readonly signal: AbortSignal;
}

async function carryOut(kept: RecordKey, trying: Trying): Promise<WorkOutcome> {
  const { context } = trying;
  const startedAt = Date.now();
  let operation: OperationInfo = { command: 'DEL', sandbox: kept.containerId, startedAt };
  const report: Report = (step) => context.report(step, operation);
  const finished = { kind: 'operation-finished', sandbox: kept.containerId, command: 'DEL' } as const;
  try {
    const bytes = await context.deferred.read(kept);
    if (bytes === undefined) return 'done';
    const call = decoded(bytes, kept);
    if (call === undefined) return await setAside(kept, context);
    operation = { ...operation, ...podIn(call) };
    const understood = understand(call, { ...trying, context: { ...context, report } });
    if (understood === undefined) return await setAside(kept, context);
    for (const { text } of understood.warnings) report({ kind: 'warning', sandbox: kept.containerId, text });
    await delDeferred(understood.invocation, understood.deps, trying.signal);
    report({ ...finished, ms: Date.now() - startedAt });
    return 'done';
  } catch (thrown) {
    report({ ...finished, ms: Date.now() - startedAt, error: asPlexusError(thrown) });
    return 'retry';
  }
}

function podIn({ env }: Call): Pick<OperationInfo, 'pod'> {
  const { namespace, name } = podOfArgs(parseCniArgs(env['CNI_ARGS'] ?? ''));
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
function decoded(bytes: Buffer, { containerId, ifName }: RecordKey): Call | undefined {
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
async function setAside(kept: RecordKey, { deferred, report }: CallContext): Promise<WorkOutcome> {
  const file = await deferred.setAside(kept);
  report({ kind: 'problem', sandbox: kept.containerId, error: callNotKept({ file }) });
  return 'done';
}
