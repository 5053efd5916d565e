// Many nodes at one API server: the cost of their watches, and the time until every node knows a new network.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type ApiProcess, startApiProcess } from './api.ts';
import { placeOf, textOf, writeDocs } from './docs.ts';
import { describeMachine } from './machine.ts';
import { nadObject } from './node.ts';
import type { ScaleReport } from './report.ts';
import { quantile, rounded, summaryOf } from './statistics.ts';
import { scaleSection } from './tables.ts';

/** The messages to the process of many nodes. */
export type ToNodes =
  | { readonly kind: 'start' | 'tell' | 'stop' }
  | { readonly kind: 'patch'; readonly perSecond: number; readonly podsPerNode: number };
interface FromNodes {
  readonly ready?: boolean;
  readonly synced?: boolean;
  readonly watcherKib?: number;
  readonly known?: readonly (readonly [string, readonly number[]])[];
  readonly patches?: readonly number[];
  readonly lost?: string;
}

const help = `Simulates many nodes at one API server.

usage: npm run bench:scale -- [--nodes 500] [--pods 100] [--nads 1000] [--seconds 60] [--changes 30] [--patches 20]
                              [--per-process 125] [--quick] [--json FILE] [--docs]

--pods      on each node
--changes   of NetworkAttachmentDefinitions, a minute: every other one is a new one
--patches   of pods' status, a second, over all nodes
`;
const { values } = parseArgs({
  options: {
    nodes: { type: 'string' },
    pods: { type: 'string' },
    nads: { type: 'string', default: '1000' },
    seconds: { type: 'string' },
    changes: { type: 'string' },
    patches: { type: 'string', default: '20' },
    'per-process': { type: 'string', default: '125' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    docs: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function whole(
  flag: 'nodes' | 'pods' | 'nads' | 'seconds' | 'changes' | 'patches' | 'per-process',
  otherwise = 1,
): number {
  const value = Number(values[flag] ?? otherwise);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${flag} ${values[flag]}: it must be a whole number from 1`);
  return value;
}

const plan = {
  nodes: whole('nodes', values.quick ? 50 : 500),
  podsPerNode: whole('pods', values.quick ? 20 : 100),
  nads: whole('nads'),
  seconds: whole('seconds', values.quick ? 10 : 60),
  nadChangesPerMinute: whole('changes', values.quick ? 120 : 30),
  patchesPerSecond: whole('patches'),
  perProcess: whole('per-process'),
};
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const network = {
  cniVersion: '1.0.0',
  type: 'macvlan',
  master: 'eth1',
  mode: 'bridge',
  ipam: { type: 'host-local', ranges: [[{ subnet: '10.10.0.0/16' }]] },
};

async function fill(api: ApiProcess): Promise<void> {
  const all = Array.from({ length: plan.nads }, (_, index) =>
    nadObject(`net-${index}`, { ...network, name: `net-${index}` }),
  );
  await api.put('network-attachment-definitions', all);
  for (let node = 0; node < plan.nodes; node++) {
    const pods = Array.from({ length: plan.podsPerNode }, (_, index) => ({
      metadata: { name: `node-${node}-pod-${index}`, annotations: { 'k8s.v1.cni.cncf.io/networks': 'net-1,net-2' } },
      spec: { nodeName: `node-${node}`, containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }] },
    }));
    await api.put('pods', pods);
  }
}

interface Nodes {
  readonly child: ChildProcess;
  readonly ask: <K extends keyof FromNodes>(message: ToNodes, key: K) => Promise<FromNodes>;
}

async function startNodes(kubeconfig: string, first: number, count: number): Promise<Nodes> {
  const words = ['--expose-gc', join(import.meta.dirname, 'scale-nodes.ts'), kubeconfig, String(first), String(count)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.on('message', ({ lost }: FromNodes) => lost !== undefined && say(`a watch or a patch failed: ${lost}`));
  await once(child, 'message');
  return {
    child,
    ask: (message, key) => {
      const { promise, resolve } = Promise.withResolvers<FromNodes>();
      const take = (answer: FromNodes): void => {
        if (answer[key] === undefined) return;
        child.off('message', take);
        resolve(answer);
      };
      child.on('message', take);
      child.send(message);
      return promise;
    },
  };
}

/** Creates and changes NADs at the configured rate. Returns when each new one was created, by name. */
async function churn(api: ApiProcess): Promise<ReadonlyMap<string, number>> {
  const created = new Map<string, number>();
  const pauseMs = 60_000 / plan.nadChangesPerMinute;
  const end = performance.now() + plan.seconds * 1000;
  for (let number = 0; performance.now() < end; number++) {
    const isNew = number % 2 === 0;
    const name = isNew ? `new-${number}` : `net-${number % plan.nads}`;
    const at = Number(process.hrtime.bigint()) / 1e6;
    await api.put('network-attachment-definitions', [nadObject(name, { ...network, name, mtu: 1400 + number })]);
    if (isNew) created.set(name, at);
    await delay(pauseMs);
  }
  return created;
}

async function scale(): Promise<ScaleReport> {
  const api = await startApiProcess();
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-scale-'));
  const kubeconfig = join(folder.path, 'kubeconfig');
  const groups: Nodes[] = [];
  try {
    await writeFile(kubeconfig, api.kubeconfig, { mode: 0o600 });
    say(`${plan.nodes * plan.podsPerNode} pods, ${plan.nads} NetworkAttachmentDefinitions`);
    await fill(api);
    for (let first = 0; first < plan.nodes; first += plan.perProcess) {
      groups.push(await startNodes(kubeconfig, first, Math.min(plan.perProcess, plan.nodes - first)));
    }
    return await measured(api, groups);
  } finally {
    for (const { child } of groups) child.kill('SIGKILL');
    await api.close();
  }
}

async function measured(api: ApiProcess, groups: readonly Nodes[]): Promise<ScaleReport> {
  say(`${plan.nodes} watches begin at once`);
  await api.requests();
  const beginning = performance.now();
  const synced = await Promise.all(groups.map(({ ask }) => ask({ kind: 'start' }, 'synced')));
  const startMs = performance.now() - beginning;
  say(`all there after ${Math.round(startMs)} ms; churn for ${plan.seconds} s`);
  const [started, before] = [performance.now(), await api.use()];
  const perSecond = plan.patchesPerSecond / groups.length;
  const patched = Promise.all(
    groups.map(({ ask }) => ask({ kind: 'patch', perSecond, podsPerNode: plan.podsPerNode }, 'patches')),
  );
  const created = await churn(api);
  await delay(1000); // Let the last one arrive.
  const seconds = (performance.now() - started) / 1000;
  const after = await api.use();
  const told = await Promise.all(groups.map(({ ask }) => ask({ kind: 'tell' }, 'known')));
  for (const { child } of groups) child.send({ kind: 'stop' } satisfies ToNodes);
  const times = (await patched).flatMap(({ patches = [] }) => patches);
  const requests = await api.requests(); // A watch is counted when it ends, which is now.
  const asked = requests
    .filter(({ what }) => !what.startsWith('list') && !what.startsWith('watch'))
    .reduce((sum, { number }) => sum + number, 0);
  return {
    ...plan,
    seconds,
    startMs: rounded(startMs),
    requestsPerSecond: rounded(asked / seconds),
    requests,
    ...arrivals(created, told),
    patch: { ...summaryOf(times), p99: rounded(quantile(times, 0.99)) },
    watcherKib: rounded(synced.reduce((sum, { watcherKib = 0 }) => sum + watcherKib, 0) / synced.length),
    api: { cpuShare: rounded((after.cpuMs - before.cpuMs) / (seconds * 1000)), rssMiB: after.rssMiB },
  };
}

/** How long new NADs took to arrive. Throws if a node does not know one of them. */
function arrivals(
  created: ReadonlyMap<string, number>,
  told: readonly FromNodes[],
): Pick<ScaleReport, 'known' | 'knownByAll'> {
  const waits = [...created].map(([name, at]) => {
    const moments = told.flatMap(({ known = [] }) =>
      known.filter(([each]) => each === name).flatMap(([, seen]) => seen),
    );
    if (moments.length < plan.nodes)
      throw new Error(`${name} is known at ${moments.length} of ${plan.nodes} nodes only`);
    return moments.map((moment) => moment - at);
  });
  const all = waits.flat();
  return {
    known: { ...summaryOf(all), p99: rounded(quantile(all, 0.99)) },
    knownByAll: summaryOf(waits.map((each) => Math.max(...each))),
  };
}

if (values.help) {
  process.stdout.write(help);
} else {
  const machine = await describeMachine();
  const report = { machine, repetitions: 1, scale: await scale() };
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, undefined, 1)}\n`);
  if (values.docs) await writeDocs(report);
  process.stdout.write(`${placeOf(report)}\n\n${textOf(scaleSection(report.scale))}`);
}
