import { randomBytes } from 'node:crypto';
import { type Command, type Env, type JsonObject, formatJson, pluginErrorOf } from '../cni/index.ts';
import {
  type PlexusError,
  type Where,
  asPlexusError,
  at,
  pluginTimeout,
  problemOf,
  withCause,
} from '../errors/index.ts';
import type { PluginExit, PluginRun } from '../host/index.ts';
import { type TraceContext, traceVariables } from '../report/index.ts';
import type { DelegateCall, NetworkCall, RuntimeDeps } from './delegate.ts';

export interface PluginJob {
  readonly command: Command;
  readonly plugin: string;
  readonly call: NetworkCall | DelegateCall;
  readonly input: JsonObject;
}

/**
 * Runs one plugin for one command and returns its stdout (CNI specification, section 2, CNI-55 to CNI-68). Every
 * failure names plugin, network, interface, pod and step, and keeps the plugin's own CNI code.
 */
export async function runPlugin(job: PluginJob, deps: RuntimeDeps, signal: AbortSignal): Promise<string> {
  const { command, plugin, call } = job;
  const trace = deps.trace === undefined ? undefined : childContext(deps.trace);
  const run = pluginRun(job, trace);
  const startedAt = deps.now();
  const step = {
    kind: 'plugin-finished',
    command,
    plugin,
    network: call.network,
    ...sandboxOf(call),
    startedAt,
    input: run.stdin,
  } as const;
  const finished = trace === undefined ? step : { ...step, trace };
  // A plugin's stderr matters most when it fails (CNI-64).
  let exit: PluginExit = { exitCode: 0, stdout: '', stderr: '' };
  try {
    exit = await withDeadline(job, deps, signal, (limited) => deps.host.runPlugin(run, limited, signal));
    if (exit.exitCode !== 0) throw pluginErrorOf({ plugin, command, input: job.input, ...exit });
    deps.report({ ...finished, ms: deps.now() - startedAt, output: exit.stdout, stderr: exit.stderr });
    return exit.stdout;
  } catch (thrown) {
    const error = at(asPlexusError(thrown), whereOf(job));
    deps.report({ ...finished, ms: deps.now() - startedAt, output: exit.stdout, stderr: exit.stderr, error });
    throw error;
  }
}

/** Returns what the host gets for one plugin run. */
export const pluginRun = ({ command, plugin, call, input }: PluginJob, trace?: TraceContext): PluginRun => ({
  plugin,
  path: call.path,
  env: environmentOf(command, call, trace),
  stdin: formatJson(input),
});

/** Creates the context of a child span. */
const childContext = (context: TraceContext): TraceContext => ({ ...context, spanId: randomBytes(8).toString('hex') });

async function withDeadline<T>(
  job: PluginJob,
  deps: RuntimeDeps,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted();
  const deadline = new AbortController();
  const expire = (): void =>
    deadline.abort(pluginTimeout({ plugin: job.plugin, command: job.command, seconds: deps.pluginSeconds }));
  const timer = setTimeout(expire, deps.pluginSeconds * 1000);
  try {
    return await work(AbortSignal.any([outer, deadline.signal]));
  } finally {
    clearTimeout(timer);
  }
}

const isDelegate = (call: NetworkCall | DelegateCall): call is DelegateCall => 'containerId' in call;

/**
 * Prefixes of variables that plugins do not inherit from the runtime: those of the call, settings of Plexus, variables
 * that load code into a program, and those that name descriptors or sockets of the runtime. The shim has the same list
 * (src/shim/plugin_env.c).
 */
export const withheldVariables = ['CNI_', 'PLEXUS_', 'LD_', 'LISTEN_', 'NOTIFY_SOCKET', 'NODE_OPTIONS'] as const;

const isInherited = (name: string): boolean => !withheldVariables.some((each) => name.startsWith(each));

/** Builds a run's environment: inherited variables, then its CNI_* (CNI-55). STATUS and GC have no sandbox. */
function environmentOf(command: Command, call: NetworkCall | DelegateCall, trace: TraceContext | undefined): Env {
  const inherited = Object.entries(call.env).filter(([name]) => isInherited(name));
  const sandbox = isDelegate(call) ? call : { containerId: '', netns: '', ifName: '', cniArgs: '' };
  return {
    ...Object.fromEntries(inherited),
    CNI_COMMAND: command,
    CNI_CONTAINERID: sandbox.containerId,
    CNI_NETNS: sandbox.netns ?? '',
    CNI_IFNAME: sandbox.ifName,
    CNI_ARGS: sandbox.cniArgs,
    CNI_PATH: call.path.join(':'),
    ...overrideOf(call.env),
    ...(trace !== undefined && traceVariables(trace)),
  };
}

// A runtime that allows the host's namespace for Plexus allows it for the delegates too (CNI-20).
const overrideOf = (env: Env): Env =>
  env['CNI_NETNS_OVERRIDE'] === undefined ? {} : { CNI_NETNS_OVERRIDE: env['CNI_NETNS_OVERRIDE'] };

const sandboxOf = (call: NetworkCall | DelegateCall) =>
  isDelegate(call)
    ? { sandbox: call.containerId, interfaceName: call.ifName, ...(call.pod !== undefined && { pod: call.pod }) }
    : {};

function whereOf({ command, plugin, call }: PluginJob): Where {
  const common = { step: command, plugin, network: call.network };
  if (!isDelegate(call)) return common;
  return { ...common, interfaceName: call.ifName, ...(call.pod !== undefined && { pod: call.pod }) };
}

/** Combines several errors: the first, with the others in its cause. */
export function firstOf(errors: readonly PlexusError[]): PlexusError | undefined {
  const [first, ...others] = errors;
  if (first === undefined || others.length === 0) return first;
  const messages = [problemOf(first.cause ?? ''), ...others.map((each) => each.message)].filter((text) => text !== '');
  return withCause(first, new AggregateError(errors, messages.join('; ')));
}
