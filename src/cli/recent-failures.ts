import { existsSync } from 'node:fs';
import { observeSocketOf } from '../host/index.ts';
import { type PodSummary, podKey } from '../npwg/index.ts';
import type { RecordedOperation } from '../report/index.ts';
import { type PodFailure, failureOfOperations } from '../view/index.ts';
import { boundedText, parseAnswer } from './bounded-text.ts';
import type { ClusterArguments } from './cluster-options.ts';
import { daemonsOf } from './on-node.ts';
import { fetchRecentOperations, socketOption } from './recent-operations.ts';

// An answer is a bonus: the pod is shown without it.
const longestMs = 60_000;
// More than all operations that a daemon keeps.
const mostBytes = 32 * 1024 * 1024;

/**
 * The failure of a pod in the recent operations of its daemon: of this machine, or through pods/exec. Empty if the
 * daemon is not reachable or has recorded no failure.
 */
export async function recentFailures(pod: PodSummary, choice: ClusterArguments): Promise<readonly PodFailure[]> {
  try {
    const failure = failureOfOperations(podKey(pod), await operationsOn(pod, choice));
    return failure === undefined ? [] : [failure];
  } catch {
    return [];
  }
}

async function operationsOn(pod: PodSummary, choice: ClusterArguments): Promise<readonly RecordedOperation[]> {
  const socket = socketOption.default;
  if (existsSync(observeSocketOf(socket)))
    return (await fetchRecentOperations(socket, { pod: podKey(pod) })).operations;
  if (pod.node === undefined) return [];
  const signal = AbortSignal.timeout(longestMs);
  const access = daemonsOf(choice);
  const stdout = boundedText(mostBytes);
  const output = { stdout: stdout.push, stderr: () => {} };
  const words = ['trace', 'pod', pod.name, '--namespace', pod.namespace, '--output', 'json'];
  const status = await access.run(await access.daemonOn(pod.node, signal), words, output, signal);
  return status === 0 ? (parseAnswer(stdout.text()) as readonly RecordedOperation[]) : [];
}
