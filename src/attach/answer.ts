import { type Command, type Env, type Invocation, cniVersions, errorJson, formatJson, parseInvocation, versionJson } from '../cni/index.ts';
import { type PlexusError, asPlexusError, netnsIsHost } from '../errors/index.ts';
import type { AttachDeps } from './deps.ts';
import { handle } from './engine.ts';

/** What a plugin call ends in: one JSON document or nothing on stdout, and an exit status (CNI-05 to CNI-08). */
export interface Answer {
  readonly stdout: string;
  readonly exitCode: 0 | 1;
}
/** One call of the plugin as it arrives. */
export interface PluginCall {
  readonly env: Env;
  readonly readStdin: () => Promise<string>;
  /** Whether a path leads to the network namespace of the node itself. */
  readonly isHostNetns: (path: string) => Promise<boolean>;
}
/** What a call is carried out with, and what was noticed in the configuration. */
export interface Prepared {
  readonly deps: AttachDeps;
  readonly warnings: readonly string[];
}
type WorkingInvocation = Exclude<Invocation, { command: 'VERSION' }>;

/** Answers one call of the plugin. Never rejects. CNI specification, section 2. */
export async function answerCall(call: PluginCall, prepare: (invocation: WorkingInvocation) => Promise<Prepared>, signal: AbortSignal): Promise<Answer> {
  let invocation: Invocation | undefined;
  try {
    invocation = parseInvocation(call.env, await call.readStdin());
    if (invocation.command === 'VERSION') return { stdout: formatJson(versionJson(invocation)), exitCode: 0 };
    return { stdout: await carryOut(invocation, call, await prepare(invocation), signal), exitCode: 0 };
  } catch (thrown) {
    return failure(asPlexusError(thrown), call.env, invocation);
  }
}

async function carryOut(invocation: WorkingInvocation, call: PluginCall, { deps, warnings }: Prepared, signal: AbortSignal): Promise<string> {
  const started = deps.now();
  const sandbox = 'containerId' in invocation ? invocation.containerId : '';
  for (const text of warnings) deps.report({ kind: 'warning', sandbox, text });
  const finished = { kind: 'operation-finished', sandbox, command: invocation.command } as const;
  try {
    const stdout = await handle(await guardNetns(invocation, call), deps, signal);
    deps.report({ ...finished, ms: deps.now() - started });
    return stdout;
  } catch (thrown) {
    const error = asPlexusError(thrown);
    deps.report({ ...finished, ms: deps.now() - started, error });
    throw error;
  }
}

const override = (value: string | undefined): boolean => ['1', 'true'].includes((value ?? '').toLowerCase());

// ADD and CHECK on the node's own namespace are refused (code 8, CNI-20), a DEL there goes on without a namespace, so
// that nothing of the node is touched and addresses are still given back. CNI_NETNS_OVERRIDE=1 allows it.
async function guardNetns(invocation: WorkingInvocation, { isHostNetns }: PluginCall): Promise<Invocation> {
  if (!('netns' in invocation) || invocation.netns === undefined || override(invocation.env['CNI_NETNS_OVERRIDE'])) return invocation;
  if (!(await isHostNetns(invocation.netns))) return invocation;
  if (invocation.command !== 'DEL') throw netnsIsHost({ netns: invocation.netns });
  const { netns: _host, ...rest } = invocation;
  return rest;
}

const newest = cniVersions[cniVersions.length - 1] ?? '1.1.0';

/** The answer that says what went wrong. */
export function failure(error: PlexusError, env: Env, invocation?: Invocation): Answer {
  const command = env['CNI_COMMAND'] as Command | undefined;
  const cniVersion = invocation?.cniVersion ?? newest;
  return { stdout: formatJson(errorJson(error, { cniVersion, command })), exitCode: 1 };
}
