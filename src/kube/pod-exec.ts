import { PassThrough, Writable } from 'node:stream';
import { Exec, type V1Status } from '@kubernetes/client-node';
import { type PlexusError, apiRefused, apiUnavailable, execRefused, problemOf } from '../errors/index.ts';
import { clientConfig } from './client-credentials.ts';
import type { CredentialSource } from './credential-source.ts';
import type { ExecOutput, ExecTarget } from './exec-in-pod.ts';

/** How long a command may take to end after the end of its input. */
const endMs = 5000;

/** Runs a command in a container, with the Kubernetes client. See exec-in-pod.ts. */
export async function podExec(
  source: CredentialSource,
  target: ExecTarget,
  output: ExecOutput,
  signal: AbortSignal,
): Promise<number> {
  const { namespace, pod, container, command, endsWithInput = false } = target;
  const exec = new Exec(await clientConfig(source));
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const stopped = new AbortController();
  const stop = (): void => {
    reject(apiUnavailable({ request: requestText(target), problem: 'no answer in time' }));
    stopped.abort();
  };
  const input = endsWithInput ? new PassThrough() : undefined;
  const onAbort = (): void => {
    if (input === undefined) return stop();
    input.end();
    setTimeout(stop, endMs).unref();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const finish = (status: V1Status): void => settle(status, target, { resolve, reject });
  const [stdout, stderr] = [sink(output.stdout), sink(output.stderr)];
  const opening = exec.exec(namespace, pod, container, [...command], stdout, stderr, input ?? null, false, finish);
  opening.then(
    (socket) => {
      socket.onclose = () =>
        reject(apiUnavailable({ request: requestText(target), problem: 'the connection ended before the command' }));
      stopped.signal.addEventListener('abort', () => socket.close(), { once: true });
    },
    (error: unknown) => reject(connectFailed(error, target)),
  );
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

const sink = (take: (chunk: Buffer) => void): Writable =>
  new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      take(chunk);
      done();
    },
  });

const requestText = ({ namespace, pod, container }: ExecTarget): string =>
  `exec in pod ${namespace}/${pod}, container ${container}`;

interface Settling {
  readonly resolve: (status: number) => void;
  readonly reject: (error: PlexusError) => void;
}

/** The API reports the exit status of a command as the text of a cause. */
function settle({ status, message, details, code }: V1Status, target: ExecTarget, { resolve, reject }: Settling): void {
  if (status === 'Success') return resolve(0);
  const exitCode = Number(details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message);
  if (Number.isInteger(exitCode)) return resolve(exitCode);
  reject(apiRefused({ request: requestText(target), status: code ?? 500, problem: message ?? 'no reason given' }));
}

function connectFailed(error: unknown, target: ExecTarget): PlexusError {
  const problem = problemOf((error as { readonly message?: unknown } | null)?.message ?? error);
  const status = Number(/Unexpected server response: (\d+)/.exec(problem)?.[1]);
  if (status === 401 || status === 403)
    return execRefused(
      { pod: `${target.namespace}/${target.pod}`, container: target.container, status },
      { cause: error },
    );
  return Number.isInteger(status)
    ? apiRefused({ request: requestText(target), status, problem }, { cause: error })
    : apiUnavailable({ request: requestText(target), problem }, { cause: error });
}
