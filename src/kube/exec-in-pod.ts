import type { CredentialSource } from './credential-source.ts';

/** A command for a container of a pod. */
export interface ExecTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  /**
   * Whether the command ends when its input ends. The input then has no content, and the signal ends it, so that the
   * command does not continue in the container.
   */
  readonly endsWithInput?: boolean;
}
/** Receives the output of a command as it arrives. */
export interface ExecOutput {
  readonly stdout: (chunk: Buffer) => void;
  readonly stderr: (chunk: Buffer) => void;
}

/**
 * Runs a command in a container, as kubectl exec does, and returns its exit status. Rejects with execRefused,
 * apiRefused and apiUnavailable. Loads the Kubernetes client.
 */
export const execInPod = async (
  source: CredentialSource,
  target: ExecTarget,
  output: ExecOutput,
  signal: AbortSignal,
): Promise<number> => (await import('./pod-exec.ts')).podExec(source, target, output, signal);
