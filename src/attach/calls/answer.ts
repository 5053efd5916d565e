import {
  type Command,
  type Env,
  type Invocation,
  type WorkingInvocation,
  allowsNodeNetns,
  cniVersions,
  errorJson,
  formatJson,
  parseInvocation,
  podOfArgs,
  versionJson,
} from '../../cni/index.ts';
import { type PlexusError, type Warning, asPlexusError, netnsIsHost } from '../../errors/index.ts';
import { type OperationInfo, type Report, escapeInvisible, maskText, parseTraceContext } from '../../report/index.ts';
import type { AttachDeps } from '../deps.ts';
import { handle } from './engine.ts';

/** The output of a plugin call: one JSON document or nothing on stdout, and the exit status (CNI-05 to CNI-08). */
export interface Answer {
  readonly stdout: string;
  readonly exitCode: 0 | 1;
}
/** A plugin call before it is parsed. */
export interface RuntimeCall {
  readonly env: Env;
  readonly readStdin: () => Promise<string>;
  /** Returns whether the path leads to the network namespace of the node itself. */
  readonly isHostNetns: (path: string) => Promise<boolean>;
  /** Reports a call that is rejected before its configuration is read. */
  readonly report?: Report;
}
/** The dependencies of one call, and the warnings found in its configuration. */
export interface Prepared {
  readonly deps: AttachDeps;
  readonly warnings: readonly Warning[];
}

/** Answers one plugin call. Never rejects: an error becomes the JSON error object. CNI specification, section 2. */
export async function answerCall(
  call: RuntimeCall,
  prepare: (invocation: WorkingInvocation) => Promise<Prepared>,
  signal: AbortSignal,
): Promise<Answer> {
  let invocation: Invocation | undefined;
  let prepared: Prepared | undefined;
  try {
    invocation = parseInvocation(call.env, await call.readStdin());
    if (invocation.command === 'VERSION') return { stdout: formatJson(versionJson(invocation)), exitCode: 0 };
    prepared = await prepare(invocation);
    return { stdout: await carryOut(invocation, call, prepared, signal), exitCode: 0 };
  } catch (thrown) {
    const error = asPlexusError(thrown);
    if (prepared === undefined) reportRejected(call, error);
    return failure(error, call.env, { invocation, maskedKeys: prepared?.deps.settings.maskedKeys });
  }
}

function reportRejected({ env, report }: RuntimeCall, error: PlexusError): void {
  const command = commands.includes(env['CNI_COMMAND'] ?? '') ? (env['CNI_COMMAND'] ?? '') : 'unknown';
  report?.({ kind: 'operation-finished', sandbox: env['CNI_CONTAINERID'] ?? '', command, ms: 0, error });
}

const commands = ['ADD', 'DEL', 'CHECK', 'STATUS', 'GC', 'VERSION'];

async function carryOut(
  invocation: WorkingInvocation,
  call: RuntimeCall,
  { deps, warnings }: Prepared,
  signal: AbortSignal,
): Promise<string> {
  const operation = operationInfo(invocation, deps);
  const { command, sandbox, startedAt, trace } = operation;
  const report: Report = (step) => deps.report(step, operation);
  for (const { text } of warnings) report({ kind: 'warning', sandbox, text });
  const finished = {
    kind: 'operation-finished',
    sandbox,
    command,
    ...(operation.pod !== undefined && { pod: operation.pod }),
  } as const;
  try {
    const stdout = await handle(
      await guardNetns(invocation, call),
      { ...deps, report, ...(trace !== undefined && { trace }) },
      signal,
    );
    report({ ...finished, ms: deps.now() - startedAt });
    return stdout;
  } catch (thrown) {
    const error = asPlexusError(thrown);
    report({ ...finished, ms: deps.now() - startedAt, error });
    throw error;
  }
}

function operationInfo(invocation: WorkingInvocation, { now, beginTrace }: AttachDeps): OperationInfo {
  const { namespace, name } = 'args' in invocation ? podOfArgs(invocation.args) : {};
  const known = {
    command: invocation.command,
    sandbox: 'containerId' in invocation ? invocation.containerId : '',
    ...(namespace !== undefined && name !== undefined && { pod: `${namespace}/${name}` }),
    startedAt: now(),
  };
  const trace = beginTrace?.(known, parseTraceContext(invocation.env));
  return trace === undefined ? known : { ...known, trace };
}

// Guards the node's own network namespace. ADD and CHECK are rejected with code 8 (CNI-20). DEL continues without a
// namespace, so it releases addresses but changes nothing on the node. CNI_NETNS_OVERRIDE=1 disables the guard.
async function guardNetns(invocation: WorkingInvocation, { isHostNetns }: RuntimeCall): Promise<Invocation> {
  if (!('netns' in invocation) || invocation.netns === undefined || allowsNodeNetns(invocation.env)) return invocation;
  if (!(await isHostNetns(invocation.netns))) return invocation;
  if (invocation.command !== 'DEL') throw netnsIsHost({ netns: invocation.netns });
  const { netns: _host, ...rest } = invocation;
  return rest;
}

const newest = cniVersions[cniVersions.length - 1] ?? '1.1.0';

interface FailedCall {
  readonly invocation?: Invocation | undefined;
  readonly maskedKeys?: readonly string[] | undefined;
}

/**
 * Returns the answer that reports an error. Secrets are masked and invisible characters escaped, because the text may
 * contain plugin output and runtimes copy it into Events.
 */
export function failure(error: PlexusError, env: Env, { invocation, maskedKeys }: FailedCall = {}): Answer {
  const command = env['CNI_COMMAND'] as Command | undefined;
  const cniVersion = invocation?.cniVersion ?? newest;
  return {
    stdout: formatJson(
      errorJson(error, { cniVersion, command, shown: (text) => escapeInvisible(maskText(text, maskedKeys)) }),
    ),
    exitCode: 1,
  };
}
