// An API server in its own process: node api-process.ts, started with an IPC channel (see api.ts).
import { setTimeout as delay } from 'node:timers/promises';
import { type JsonObject, startApiServer } from '../support/api-server/index.ts';
import type { ApiMethods, ApiRequestCount } from './api.ts';

const server = await startApiServer({ bookmarkMs: 60_000, historyLimit: 100_000 });
const longestMs = 300_000;
let answered = 0; // Position in the log; requests before it are already counted.

function countRequests(): ApiRequestCount[] {
  const counts = new Map<string, ApiRequestCount>();
  for (const { verb, resource, subresource, requestBytes, responseBytes } of server.requests.slice(answered)) {
    const what = `${verb} ${resource}${subresource === '' ? '' : `/${subresource}`}`;
    const { number, sent, received } = counts.get(what) ?? { number: 0, sent: 0, received: 0 };
    counts.set(what, { what, number: number + 1, sent: sent + requestBytes, received: received + responseBytes });
  }
  answered = server.requests.length;
  return [...counts.values()];
}

const [networksKey, statusKey] = ['k8s.v1.cni.cncf.io/networks', 'k8s.v1.cni.cncf.io/network-status'] as const;

/** Returns undefined if the pod has no network-status. */
function furtherNetworks(name: string): number | undefined {
  const text = server.get('pods', 'default', name)?.metadata.annotations?.[statusKey];
  return text === undefined ? undefined : (JSON.parse(text) as readonly unknown[]).length - 1;
}

async function follow(name: string, networks: string, count: number): Promise<number> {
  const pod = server.get('pods', 'default', name);
  if (pod === undefined) throw new Error(`there is no pod ${name}`);
  const annotations = { ...pod.metadata.annotations, [networksKey]: networks };
  const from = performance.now();
  server.put('pods', { ...pod, metadata: { ...pod.metadata, annotations } });
  while (furtherNetworks(name) !== count) {
    if (performance.now() - from > longestMs) throw new Error(`${name} does not follow ${networks}`);
    await delay(1);
  }
  return performance.now() - from;
}

const methods: ApiMethods = {
  put: async (resource, objects) =>
    objects.map((object) => server.put(resource, object as JsonObject).metadata.uid ?? ''),
  remove: async (resource, names) => {
    for (const name of names) server.remove(resource, 'default', name);
  },
  annotations: async (name) => server.get('pods', 'default', name)?.metadata.annotations ?? {},
  follow: (names, networks, count) => Promise.all(names.map((name) => follow(name, networks, count))),
  requests: async () => countRequests(),
  use: async () => ({
    cpuMs: (process.cpuUsage().user + process.cpuUsage().system) / 1000,
    rssMiB: process.memoryUsage.rss() / 2 ** 20,
  }),
  fetchText: async (url) => (await fetch(url)).text(),
};

process.on('message', ({ id, method, args }: { id: number; method: keyof ApiMethods; args: never[] }) => {
  const work = methods[method] as (...words: never[]) => Promise<unknown>;
  work(...args).then(
    (value) => process.send?.({ id, value }),
    (error: unknown) => process.send?.({ id, problem: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ kubeconfig: server.kubeconfig(), url: server.url });
