import { stat } from 'node:fs/promises';
import type { Env } from '../cni/index.ts';
import { hostCommandFailed, netnsMissing, netnsUnusable, problemOf } from '../errors/index.ts';
import { type ChildEnd, runChild } from './child.ts';

const mostStdoutBytes = 16 * 1024 * 1024;

// a fixed environment: nothing of a caller's may change what these two commands do
const commandEnv: Env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/** What `ip` prints inside a namespace, read by `parser`. netnsUnusable, hostCommandFailed. */
export async function ipInNetns<T>(netns: string, args: readonly string[], parser: (text: string) => T, signal: AbortSignal): Promise<T> {
  const command = `ip ${args.join(' ')}`;
  const end = await runChild({ file: 'nsenter', args: [`--net=${netns}`, 'ip', ...args], env: commandEnv, stdin: '', mostStdoutBytes }, signal);
  if (end.kind === 'exited' && end.exitCode === 0) return parsed(command, parser, end.stdout.toString());
  await assertNetns(netns, end);
  throw hostCommandFailed({ command, problem: problemOfEnd(end) });
}

// only looked at after a failure, to say what is wrong
async function assertNetns(netns: string, end: ChildEnd): Promise<void> {
  const found = await stat(netns).catch((error: NodeJS.ErrnoException) => {
    throw netnsUnusable({ netns, problem: error.code === 'ENOENT' ? netnsMissing : problemOf(error) });
  });
  // nsenter's own words: the file is something else, for example another kind of namespace
  const refused = end.kind === 'exited' && end.stderr.includes('reassociate');
  if (!found.isFile() || refused) throw netnsUnusable({ netns, problem: 'it is no network namespace' });
}

function problemOfEnd(end: ChildEnd): string {
  switch (end.kind) {
    case 'exited':
      return end.stderr.trim() || `exit status ${end.exitCode}`;
    case 'not-started':
      return end.problem;
    case 'too-much-output':
      return 'it printed too much';
  }
}

function parsed<T>(command: string, parser: (text: string) => T, text: string): T {
  try {
    return parser(text);
  } catch (error) {
    throw hostCommandFailed({ command, problem: `its output is not understood: ${problemOf(error)}` }, { cause: error });
  }
}
