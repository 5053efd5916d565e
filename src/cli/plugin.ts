import { handle } from '../attach/index.ts';
import { type Command, type Env, type Invocation, cniVersions, errorJson, formatJson, parseInvocation, versionJson } from '../cni/index.ts';
import { type PlexusError, asPlexusError } from '../errors/index.ts';
import { parseSettings } from '../plan/index.ts';
import { directDeps } from './direct.ts';
import { guardNetns } from './netns-guard.ts';

/** What a plugin call ends in: one JSON document or nothing on stdout, and an exit status (CNI-05 to CNI-08). */
export interface Answer {
  readonly stdout: string;
  readonly exitCode: 0 | 1;
}

/** Answers one call of the plugin from its environment and stdin, in this process alone. Never rejects. */
export async function answerCall(env: Env, readStdin: () => Promise<string>, signal: AbortSignal): Promise<Answer> {
  let invocation: Invocation | undefined;
  try {
    invocation = parseInvocation(env, await readStdin());
    return { stdout: await carryOut(invocation, signal), exitCode: 0 };
  } catch (thrown) {
    return failure(asPlexusError(thrown), env, invocation);
  }
}

async function carryOut(invocation: Invocation, signal: AbortSignal): Promise<string> {
  if (invocation.command === 'VERSION') return formatJson(versionJson(invocation));
  const started = Date.now();
  const { settings, warnings } = parseSettings(invocation.config);
  const { deps, log } = directDeps(settings, invocation.env);
  const sandbox = 'containerId' in invocation ? invocation.containerId : '';
  for (const text of warnings) deps.report({ kind: 'warning', sandbox, text });
  const finished = { kind: 'operation-finished', sandbox, command: invocation.command } as const;
  try {
    const stdout = await handle(await guardNetns(invocation), deps, signal);
    deps.report({ ...finished, ms: Date.now() - started });
    return stdout;
  } catch (thrown) {
    const error = asPlexusError(thrown);
    deps.report({ ...finished, ms: Date.now() - started, error });
    throw error;
  } finally {
    await log.flush();
  }
}

const newest = cniVersions[cniVersions.length - 1] ?? '1.1.0';

/** The answer that says what went wrong. */
export function failure(error: PlexusError, env: Env, invocation: Invocation | undefined): Answer {
  const command = env['CNI_COMMAND'] as Command | undefined;
  const cniVersion = invocation?.cniVersion ?? newest;
  return { stdout: formatJson(errorJson(error, { cniVersion, command })), exitCode: 1 };
}
