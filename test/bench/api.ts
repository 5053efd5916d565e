import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Requests of one kind, and the bytes of their bodies and answers. */
export interface ApiRequestCount {
  /** "patch pods/status" */
  readonly what: string;
  readonly number: number;
  readonly sent: number;
  readonly received: number;
}
/** The methods of the API server's process. */
export interface ApiMethods {
  /** Their UIDs. */
  readonly put: (resource: string, objects: readonly object[]) => Promise<readonly string[]>;
  readonly remove: (resource: string, names: readonly string[]) => Promise<void>;
  /** Of a pod of namespace default. */
  readonly annotations: (name: string) => Promise<Readonly<Record<string, string>>>;
  /**
   * Writes the networks annotation of pods of namespace default. Returns the milliseconds from each write until
   * network-status lists that number of additional networks.
   */
  readonly follow: (names: readonly string[], networks: string, count: number) => Promise<readonly number[]>;
  /** The requests since the last call. */
  readonly requests: () => Promise<readonly ApiRequestCount[]>;
  readonly use: () => Promise<{ readonly cpuMs: number; readonly rssMiB: number }>;
  /** Fetches from a server in the same network namespace. */
  readonly fetchText: (url: string) => Promise<string>;
}
export interface ApiProcess extends ApiMethods {
  readonly url: string;
  readonly kubeconfig: string;
  readonly close: () => Promise<void>;
}
type Message = { readonly id: number; readonly value?: unknown; readonly problem?: string };

/** Starts the tests' API server in its own process, so that its work does not count for the measured process. */
export async function startApiProcess(netns?: string): Promise<ApiProcess> {
  const words = [
    ...(netns === undefined ? [] : ['nsenter', `--net=${netns}`]),
    process.execPath,
    join(import.meta.dirname, 'api-process.ts'),
  ];
  const child = spawn(words[0] ?? '', words.slice(1), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [{ url, kubeconfig }] = (await once(child, 'message')) as [{ url: string; kubeconfig: string }];
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  child.on('message', ({ id, value, problem }: Message) => {
    if (problem === undefined) waiting.get(id)?.resolve(value);
    else waiting.get(id)?.reject(new Error(problem));
    waiting.delete(id);
  });
  child.on('exit', () => waiting.forEach(({ reject }) => reject(new Error('the API server has ended'))));
  const ask = <K extends keyof ApiMethods>(
    method: K,
    ...args: Parameters<ApiMethods[K]>
  ): ReturnType<ApiMethods[K]> => {
    const id = ++last;
    const answer = Promise.withResolvers<unknown>();
    waiting.set(id, answer);
    child.send({ id, method, args });
    return answer.promise as ReturnType<ApiMethods[K]>;
  };
  return {
    url,
    kubeconfig,
    put: (resource, objects) => ask('put', resource, objects),
    remove: (resource, names) => ask('remove', resource, names),
    annotations: (name) => ask('annotations', name),
    follow: (names, networks, count) => ask('follow', names, networks, count),
    requests: () => ask('requests'),
    use: () => ask('use'),
    fetchText: (url_) => ask('fetchText', url_),
    close: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
