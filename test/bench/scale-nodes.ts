// Watches of many nodes in one process: node scale-nodes.ts KUBECONFIG FIRST COUNT, started with an IPC channel (see
// scale.ts). Each node uses the daemon's own reflector, NAD cache, credentials and connections.
import { setTimeout as delay } from 'node:timers/promises';
import { credentialProvider } from '../../src/kube/credentials.ts';
import type { ApiConnection } from '../../src/kube/http-exchange.ts';
import { kubernetesCluster } from '../../src/cluster/kubernetes.ts';
import { createNadCache } from '../../src/cluster/nad-cache.ts';
import { reflect, usualWatchTiming } from '../../src/kube/reflector.ts';
import { nadGroup, nadPlural, nadVersion } from '../../src/npwg/index.ts';
import { quiet } from '../../src/report/index.ts';
import type { ToNodes } from './scale.ts';

const [kubeconfig = '', first = '0', count = '0'] = process.argv.slice(2);
const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const stop = new AbortController();
const nodes = Array.from({ length: Number(count) }, (_, index) => createNode(Number(first) + index));
const residentKib = (): number => {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 1024;
};

interface SimulatedNode {
  readonly name: string;
  readonly api: ApiConnection;
  readonly cache: ReturnType<typeof createNadCache>;
}

function createNode(index: number): SimulatedNode {
  const api = { credentials: credentialProvider({ kind: 'kubeconfig', file: kubeconfig }), report: quiet };
  return { name: `node-${index}`, api, cache: createNadCache() };
}

/** When each node learned of the NADs created meanwhile, by name. */
const known = new Map<string, number[]>();

function watch({ api, cache }: SimulatedNode): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const set = (object: unknown): void => {
    cache.set(object);
    const { name } = (object as { readonly metadata: { readonly name: string } }).metadata;
    known.get(name)?.push(now());
    if (!known.has(name)) known.set(name, [now()]);
  };
  const path = `/apis/${nadGroup}/${nadVersion}/${nadPlural}`;
  const onLost = ({ message }: { readonly message: string }): void => void process.send?.({ lost: message });
  void reflect(
    { path, resource: nadPlural, api, sink: { ...cache, set }, timing: usualWatchTiming, onSynced: resolve, onLost },
    stop.signal,
  );
  return promise;
}

/** Writes a pod's status at intervals, as an ADD does, until the nodes stop. */
async function patches(perSecond: number, podsPerNode: number): Promise<void> {
  const status = JSON.stringify(
    Array.from({ length: 3 }, (_, index) => ({
      name: `default/net${index}`,
      interface: `net${index}`,
      ips: ['10.0.0.5'],
      mac: '02:00:00:00:00:01',
    })),
  );
  const times: number[] = [];
  const started = now();
  for (let sent = 0; !stop.signal.aborted; sent++) {
    const due = started + (sent * 1000) / perSecond;
    await delay(Math.max(0, due - now()), undefined, { signal: stop.signal }).catch(() => {});
    if (stop.signal.aborted) break;
    const node = nodes[sent % nodes.length];
    if (node === undefined) break;
    const from = now();
    const pod = { namespace: 'default', name: `${node.name}-pod-${Math.floor(sent / nodes.length) % podsPerNode}` };
    void kubernetesCluster(node.api)
      .patchNetworkStatus(pod, status, stop.signal)
      .then(
        () => times.push(now() - from),
        (error: unknown) => stop.signal.aborted || process.send?.({ lost: String(error) }),
      );
  }
  await delay(1000); // In-flight answers.
  process.send?.({ patches: times });
}

async function start(): Promise<void> {
  for (const { api } of nodes) await api.credentials.current();
  const before = residentKib();
  // All at the same time, as when all daemons of a cluster are replaced.
  await Promise.all(nodes.map(watch));
  process.send?.({ synced: true, watcherKib: (residentKib() - before) / nodes.length });
}

process.on('message', (message: ToNodes) => {
  if (message.kind === 'start') void start();
  if (message.kind === 'patch') void patches(message.perSecond, message.podsPerNode);
  if (message.kind === 'tell') process.send?.({ known: [...known] });
  if (message.kind === 'stop') stop.abort();
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
