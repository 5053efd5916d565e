import { spawn } from 'node:child_process';
import { podArgs } from './cni-runtime.ts';
import { hostFileFor } from './host-file.ts';
import type { RecordingNode } from './recording-node.ts';
import type { TestPod } from './test-node.ts';

/** A running call: can be killed, lose its caller, or be awaited. */
export interface RunningCall {
  readonly kill: () => void;
  readonly hangUp: () => void;
  readonly ended: Promise<{ readonly exitCode: number | null; readonly stdout: string }>;
}

/** Starts a call of the plugin without waiting for it. */
export async function startCall(
  at: RecordingNode,
  command: string,
  pod: TestPod,
  more: object = {},
): Promise<RunningCall> {
  const caller = await at.node.caller();
  const env = {
    PATH: process.env['PATH'] ?? '',
    CNI_COMMAND: command,
    CNI_CONTAINERID: pod.containerId,
    CNI_NETNS: pod.netns.path,
    CNI_IFNAME: 'eth0',
    CNI_ARGS: podArgs(pod, pod.containerId),
    CNI_PATH: at.delegates,
    ...hostFileFor(at.config(more)),
    ...caller.env,
  };
  const child = spawn('nsenter', [`--net=${at.node.netns.path}`, caller.executable], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stdin.end(JSON.stringify(at.config(more)));
  const ended = new Promise<{ exitCode: number | null; stdout: string }>((resolve) =>
    child.once('close', (exitCode) => resolve({ exitCode, stdout })),
  );
  return { kill: () => child.kill('SIGKILL'), hangUp: () => child.stdout.destroy(), ended };
}
