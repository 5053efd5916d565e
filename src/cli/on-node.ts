import { type DaemonPod, type NodeAccess, nodeAccess } from '../cluster/index.ts';
import type { PodRef } from '../npwg/index.ts';
import { escapeInvisible } from '../report/index.ts';
import { type ClusterArguments, clusterOptions, requestSignal, sourceFor } from './cluster-options.ts';
import type { ExitStatus } from './output.ts';
import { endOfWatch, endsWithInput } from './watch.ts';

/** Chooses the node on whose daemon a command runs. */
export interface NodeChoice extends ClusterArguments {
  readonly node?: string | undefined;
}

export const nodeChoiceOptions = {
  node: {
    type: 'string',
    requiresArg: true,
    describe: 'Run in the daemon of this node, as kubectl exec does; needs the permission to create pods/exec',
  },
  ...clusterOptions,
} as const;

const findMs = 30_000;
const runMs = 600_000;

/** The cluster's daemons, for the selected kubeconfig. */
export const daemonsOf = (choice: ClusterArguments): NodeAccess => nodeAccess(sourceFor(choice, process.env));

/**
 * Runs plexus in the daemon of a node, or of the node of a pod, and passes its output on. Returns its exit status.
 * Rejects with nodeWithoutDaemon, podNotFound, podWithoutNode, apiRefused, apiUnavailable.
 */
export async function runOnNode(choice: NodeChoice, words: readonly string[], pod?: PodRef): Promise<ExitStatus> {
  const access = daemonsOf(choice);
  return statusOf(await access.run(await daemonFor(choice, access, pod), words, output, AbortSignal.timeout(runMs)));
}

/** The same for a watch, until it ends here. Returns 0 then. */
export async function watchOnNode(choice: NodeChoice, words: readonly string[], pod?: PodRef): Promise<ExitStatus> {
  const access = daemonsOf(choice);
  const daemon = await daemonFor(choice, access, pod);
  using end = endOfWatch();
  const { signal } = end;
  try {
    return statusOf(await access.runUntil(daemon, [...words, '--watch', `--${endsWithInput}`], output, signal));
  } catch (error) {
    if (signal.aborted) return 0; // The daemon's pod is unavailable, or does not end the command.
    throw error;
  }
}

async function daemonFor(choice: NodeChoice, access: NodeAccess, pod: PodRef | undefined): Promise<DaemonPod> {
  const signal = requestSignal(choice, findMs);
  const node = choice.node ?? (pod === undefined ? '' : await access.nodeOf(pod, signal));
  return access.daemonOn(node, signal);
}

const statusOf = (status: number): ExitStatus => (status === 0 || status === 2 ? status : 1);

/** Text from the node cannot control the reader's terminal. */
function passTo(stream: NodeJS.WritableStream): (chunk: Buffer) => void {
  const decoder = new TextDecoder(); // A chunk may end within a character.
  return (chunk) => void stream.write(escapeInvisible(decoder.decode(chunk, { stream: true })));
}

const output = { stdout: passTo(process.stdout), stderr: passTo(process.stderr) };
