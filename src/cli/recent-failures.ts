import { existsSync } from 'node:fs';
import { sizeProblem } from '../cni/index.ts';
import { observeSocketOf } from '../host/index.ts';
import { type PodSummary, podKey } from '../npwg/index.ts';
import type { RecordedOperation } from '../report/index.ts';
import { type PodFailure, failureOfOperations } from '../view/index.ts';
import type { ClusterArguments } from './cluster-options.ts';
import { daemonsOf } from './on-node.ts';
import { fetchRecentOperations, socketOption } from './recent-operations.ts';

// An answer is a bonus: the pod is shown without it.
const longestMs = 60_000;

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
  const chunks: Buffer[] = [];
  const output = { stdout: (chunk: Buffer) => void chunks.push(chunk), stderr: () => {} };
  const words = ['trace', 'pod', pod.name, '--namespace', pod.namespace, '--output', 'json'];
  const status = await access.run(await access.daemonOn(pod.node, signal), words, output, signal);
  const text = Buffer.concat(chunks).toString();
  return status === 0 && sizeProblem(text) === undefined ? (JSON.parse(text) as readonly RecordedOperation[]) : [];
}
