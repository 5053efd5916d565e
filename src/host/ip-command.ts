import type { Env } from '../cni/index.ts';
import { hostCommandFailed, netnsUnusable, problemOf } from '../errors/index.ts';
import { type ChildEnd, type ChildRun, runChild } from './child.ts';
import type { HeldNamespace } from './held-namespace.ts';

const mostStdoutBytes = 16 * 1024 * 1024;
const dumpTries = 5;
const keptChanging = 'the list kept changing while ip read it';

// A fixed environment, so that the caller's environment cannot change what these two commands do.
const commandEnv: Env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/** Runs `ip` inside a namespace and reads its output with `parser`. Rejects with netnsUnusable, hostCommandFailed. */
export async function ipIn<T>(
  held: HeldNamespace,
  args: readonly string[],
  parser: (text: string) => T,
  signal: AbortSignal,
): Promise<T> {
  const command = `ip ${args.join(' ')}`;
  const end = await completeEnd(
    { file: 'nsenter', args: [`--net=${held.path}`, 'ip', ...args], env: commandEnv, stdin: '', mostStdoutBytes },
    signal,
  );
  if (end.kind === 'exited' && end.exitCode === 0) return parseOutput(command, parser, end.stdout.toString());
  // nsenter prints this for a namespace of another kind.
  if (end.kind === 'exited' && end.stderr.includes('reassociate'))
    throw netnsUnusable({ netns: held.netns, problem: 'it is not a network namespace' });
  const isUnlistable = end.kind === 'too-much-output' || (end.kind === 'exited' && end.stderr === keptChanging);
  throw hostCommandFailed({ command, problem: problemOfEnd(end), ...(isUnlistable && { isUnlistable }) });
}

// `ip` succeeds although the list may lack entries: the kernel's list changed while ip read it.
async function completeEnd(run: ChildRun, signal: AbortSignal): Promise<ChildEnd> {
  for (let tries = 1; ; tries++) {
    const end = await runChild(run, signal);
    if (end.kind !== 'exited' || !end.stderr.includes('Dump was interrupted')) return end;
    if (tries === dumpTries) return { ...end, exitCode: 1, stderr: keptChanging };
  }
}

function problemOfEnd(end: ChildEnd): string {
  switch (end.kind) {
    case 'exited':
      return end.stderr.trim() || `exit status ${end.exitCode}`;
    case 'not-started':
      return end.problem;
    case 'too-much-output':
      return 'it printed too much output';
  }
}

function parseOutput<T>(command: string, parser: (text: string) => T, text: string): T {
  try {
    return parser(text);
  } catch (error) {
    throw hostCommandFailed({ command, problem: `its output cannot be parsed: ${problemOf(error)}` }, { cause: error });
  }
}
