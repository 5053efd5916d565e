import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export const shimBuilds = {
  'as shipped': join(import.meta.dirname, '../../dist/shim/plexus'),
  'with AddressSanitizer and UBSan': join(import.meta.dirname, '../../dist/shim/plexus-sanitized'),
} as const;

export interface ShimEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}
export interface ShimCall {
  readonly child: ChildProcess;
  readonly ended: Promise<ShimEnd>;
}

/** Starts the shim with exactly this environment. */
export function startShim(
  program: readonly string[],
  env: Readonly<Record<string, string>>,
  stdin = '{"cniVersion":"1.0.0","name":"n"}',
): ShimCall {
  const [file = '', ...args] = program;
  const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  const ended = new Promise<ShimEnd>((resolve) =>
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr })),
  );
  return { child, ended };
}
