import type http from 'node:http';
import { sizeProblem } from '../cni/index.ts';
import { nodeHeader } from '../daemon/index.ts';
import { getText, observeSocketOf } from '../host/index.ts';
import { observeUnreachable, problemOf } from '../errors/index.ts';
import type { RecentQuery } from '../observe/index.ts';
import type { RecordedOperation } from '../report/index.ts';

/** The option --socket of commands that read recent operations from the daemon. */
export const socketOption = {
  type: 'string',
  requiresArg: true,
  default: process.env['PLEXUS_SOCKET'] ?? '/run/plexus/plexus.sock',
  describe: "The daemon's socket, as this process sees it; the command connects to observe.sock beside it",
} as const;

export interface Remembered {
  /** Name of the node, if its daemon knows it. */
  readonly node?: string;
  /** Newest last. */
  readonly operations: readonly RecordedOperation[];
}

const answerMs = 10_000;

/** Reads recent operations from the daemon of this node. Rejects with observeUnreachable. */
export async function fetchRecentOperations(socket: string, { pod, sandbox, last }: RecentQuery): Promise<Remembered> {
  const words = new URLSearchParams({
    ...(pod !== undefined && { pod }),
    ...(sandbox !== undefined && { sandbox }),
    ...(last !== undefined && { last: String(last) }),
  });
  const socketPath = observeSocketOf(socket);
  try {
    const { node, text } = await get({ socketPath, path: `/operations?${words.toString()}` });
    return { ...(node !== undefined && { node }), operations: JSON.parse(text) as readonly RecordedOperation[] };
  } catch (error) {
    throw observeUnreachable({ socket: socketPath, problem: problemOf(error) }, { cause: error });
  }
}

async function get(
  request: http.RequestOptions,
): Promise<{ readonly node: string | undefined; readonly text: string }> {
  const { headers, text } = await getText({ ...request, signal: AbortSignal.timeout(answerMs) });
  const problem = sizeProblem(text);
  if (problem !== undefined) throw new Error(`its answer cannot be read: ${problem}`);
  const node = headers[nodeHeader];
  return { node: typeof node === 'string' ? decodeURIComponent(node) : undefined, text };
}
