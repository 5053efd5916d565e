import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** One call as a container runtime makes it. */
export interface Call {
  readonly program: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
}
/** The measurements of one process. */
export interface CallFigures {
  /** On the monotonic clock of the machine, in milliseconds. */
  readonly start: number;
  readonly end: number;
  /** CPU time of the process and of the children it has waited for. */
  readonly cpuMs: number;
  readonly peakKib: number;
  readonly stdout: string;
}
export interface Runner {
  /** `run-calls` as built from native/run-calls.c. */
  readonly program: string;
  /** Namespace that represents the node. */
  readonly netns: string;
}

/** Runs calls sequentially. Rejects if one fails, because the duration of a failure is not comparable. */
export async function runCalls(calls: readonly Call[], { program, netns }: Runner): Promise<readonly CallFigures[]> {
  const child = spawn(program, [netns], { stdio: ['pipe', 'pipe', 'pipe'] });
  const out: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (piece: Buffer) => out.push(piece));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end(calls.map(encoded).join(''));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const answers = decoded(Buffer.concat(out));
  const failed = answers.find(({ exitStatus }) => exitStatus !== 0);
  if (exitCode !== 0 || failed !== undefined || answers.length !== calls.length) {
    throw new Error(`call ${answers.length} of ${calls.length} failed: ${failed?.stdout ?? ''}${stderr}`);
  }
  return answers;
}

/** Milliseconds from the start of the first process to the end of the last one. */
export const spanOf = (figures: readonly CallFigures[]): number =>
  (figures.at(-1)?.end ?? 0) - (figures[0]?.start ?? 0);

function encoded({ program, env, stdin }: Call): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return [variables.length, program, ...variables, stdin].map((text) => `${text}\0`).join('');
}

function decoded(bytes: Buffer): (CallFigures & { readonly exitStatus: number })[] {
  const answers: (CallFigures & { readonly exitStatus: number })[] = [];
  for (let place = 0; place < bytes.length;) {
    const line = bytes.indexOf('\n', place);
    const [exitStatus = 0, startNs = 0, endNs = 0, userUs = 0, systemUs = 0, peakKib = 0, length = 0] = bytes
      .toString('utf8', place, line)
      .split(' ')
      .map(Number);
    const stdout = bytes.toString('utf8', line + 1, line + 1 + length);
    answers.push({
      exitStatus,
      start: startNs / 1e6,
      end: endNs / 1e6,
      cpuMs: (userUs + systemUs) / 1000,
      peakKib,
      stdout,
    });
    place = line + 1 + length;
  }
  return answers;
}
