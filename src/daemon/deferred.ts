import { type Prepared, delDeferred } from '../attach/index.ts';
import { type DelInvocation, parseCniArgs, parseInvocation, podOfArgs } from '../cni/index.ts';
import { asPlexusError, callNotKept } from '../errors/index.ts';
import { type Call, type Host, decodeCall, decodeHello, frameReader, shimFrame } from '../host/index.ts';
import type { RecordKey } from '../journal/index.ts';
import type { WorkOutcome, Work } from '../queue/index.ts';
import { sandboxKey } from '../reconcile/index.ts';
import type { OperationInfo, Report } from '../report/index.ts';
import { type CallContext, prepare } from './calls.ts';

// shims defer calls without notifying the daemon
const listMs = 5000;

/**
 * Carries out the DELs that the shim answered while the daemon was down. Allows the shim to defer DELs only while they
 * can be carried out: after agentPatienceMs without a host agent it may not.
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
        const text = `${count} deferred DELs wait for the host agent (deploy/components/host-agent): only it can run plugins without the runtime`;
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

interface Attempt {
  readonly context: CallContext;
  readonly host: Host;
  readonly signal: AbortSignal;
}

async function carryOut(kept: RecordKey, attempt: Attempt): Promise<WorkOutcome> {
  const { context } = attempt;
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
    const parsed = parsedCall(call, { ...attempt, context: { ...context, report } });
    if (parsed === undefined) return await setAside(kept, context);
    for (const { text } of parsed.warnings) report({ kind: 'warning', sandbox: kept.containerId, text });
    await delDeferred(parsed.invocation, parsed.deps, attempt.signal);
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

/**
 * Returns a deferred call, parsed and prepared; undefined, with a report, if its configuration is invalid, because a
 * retry would not help.
 */
function parsedCall(
  { env, stdin }: Call,
  { context, host }: Attempt,
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

/** Decodes the file of a deferred call; undefined if it does not hold the DEL that the file name states. */
function decoded(bytes: Buffer, { containerId, ifName }: RecordKey): Call | undefined {
  try {
    const [hello, call, ...more] = frameReader().push(bytes);
    if (hello === undefined || call === undefined || more.length > 0 || call.type !== shimFrame.call) return undefined;
    decodeHello(hello);
    const decodedCall = decodeCall(call);
    const { CNI_COMMAND: command, CNI_CONTAINERID: id, CNI_IFNAME: name } = decodedCall.env;
    return command === 'DEL' && id === containerId && name === ifName ? decodedCall : undefined;
  } catch {
    return undefined; // damaged
  }
}

// Sets the file aside. The sandbox is still in the journal, so reclaiming finds it.
async function setAside(kept: RecordKey, { deferred, report }: CallContext): Promise<WorkOutcome> {
  const file = await deferred.setAside(kept);
  report({ kind: 'problem', sandbox: kept.containerId, error: callNotKept({ file }) });
  return 'done';
}
