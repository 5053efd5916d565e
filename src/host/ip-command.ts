import type { Env } from '../cni/index.ts';
import { hostCommandFailed, netnsUnusable, problemOf } from '../errors/index.ts';
import { type ChildEnd, runChild } from './child.ts';
import type { HeldNamespace } from './held-namespace.ts';

const mostStdoutBytes = 16 * 1024 * 1024;

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
  const end = await runChild(
    { file: 'nsenter', args: [`--net=${held.path}`, 'ip', ...args], env: commandEnv, stdin: '', mostStdoutBytes },
    signal,
  );
  if (end.kind === 'exited' && end.exitCode === 0) return parseOutput(command, parser, end.stdout.toString());
  // nsenter prints this for a namespace of another kind.
  if (end.kind === 'exited' && end.stderr.includes('reassociate'))
    throw netnsUnusable({ netns: held.netns, problem: 'it is not a network namespace' });
  throw hostCommandFailed({ command, problem: problemOfEnd(end) });
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
