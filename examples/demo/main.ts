import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { styleText } from 'node:util';
import { KubeConfig, KubernetesObjectApi, type KubernetesObject } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { parseStatus, type NetworkStatus } from '../../src/npwg/index.ts';
import { table } from '../../src/view/index.ts';
import { startApiServer } from '../../test/support/api-server/index.ts';
import { createNetns } from '../../test/support/netns.ts';
import { daemonEngine, directEngine, type Engine, type Pod } from './engine.ts';
import { plugAndUnplug, statusOf } from './hot-plug.ts';
import { createNode, type DemoNode } from './node.ts';
import { pingAll } from './ping.ts';

interface Demo {
  readonly node: DemoNode;
  readonly api: KubernetesObjectApi;
  readonly engine: Engine;
  readonly pods: Pod[];
}

const say = (text = ''): void => void process.stdout.write(`${text}\n`);
const heading = (text: string): void => say(`\n${styleText('bold', text, { stream: process.stdout })}`);

/** Calls the plugin as the runtime does and insists on success. */
async function call(demo: Demo, command: string, pod: Pod): Promise<string> {
  const answer = await demo.engine.call(command, pod);
  if (answer.exitCode !== 0) throw new Error(`${command} of pod ${pod.name} failed:\n${answer.stdout}${answer.stderr}`);
  return answer.stdout;
}

async function createObjects(api: KubernetesObjectApi, yaml: string): Promise<KubernetesObject[]> {
  const created: KubernetesObject[] = [];
  for (const document of parseAllDocuments(yaml)) created.push(await api.create(document.toJS() as KubernetesObject));
  return created;
}

async function createPods(demo: Demo): Promise<void> {
  for (const { metadata } of await createObjects(demo.api, await demo.node.file('pods.yaml'))) {
    const name = metadata?.name ?? '';
    const annotations = metadata?.annotations ?? {};
    demo.pods.push({
      name,
      uid: metadata?.uid ?? '',
      annotations,
      containerId: `demo${name}${process.pid}`,
      netns: await createNetns(),
    });
  }
}

const rowOf = (pod: Pod, status: NetworkStatus): string[] => [
  pod.name,
  status.interface ?? '',
  status.name,
  (status.ips ?? []).join(' '),
  status.mac ?? '',
  status.default ? 'yes' : '',
];

async function attach(demo: Demo): Promise<NetworkStatus[][]> {
  for (const pod of demo.pods) {
    const result = JSON.parse(await call(demo, 'ADD', pod)) as { ips: { address: string }[] };
    say(`  ADD ${pod.name}: the runtime gets ${result.ips.map(({ address }) => address).join(', ')}`);
  }
  const texts = await Promise.all(demo.pods.map((pod) => statusOf(demo.api, pod)));
  const statuses = texts.map((text) => [...parseStatus(text)]);
  say(
    `\n${table(
      ['POD', 'INTERFACE', 'NETWORK', 'ADDRESSES', 'MAC', 'DEFAULT'],
      demo.pods.flatMap((pod, index) => (statuses[index] ?? []).map((status) => rowOf(pod, status))),
    )}`,
  );
  heading(`What Kubernetes shows for pod ${demo.pods[0]?.name} (annotation k8s.v1.cni.cncf.io/network-status)`);
  say(texts[0]);
  return statuses;
}

async function ping(demo: Demo, statuses: NetworkStatus[][]): Promise<boolean> {
  const [from, to] = [demo.pods[0], statuses[1]];
  if (from === undefined || to === undefined) return false;
  const pings = await pingAll(from.netns, to);
  say(
    table(
      ['OVER', 'TO', 'REACHED'],
      pings.map(({ network, address, ok }) => [network, address, ok ? 'yes' : 'NO']),
    ),
  );
  return pings.length >= 4 && pings.every(({ ok }) => ok);
}

async function detach(demo: Demo): Promise<boolean> {
  const before = await demo.node.inventory();
  for (const pod of demo.pods) {
    await call(demo, 'DEL', pod);
    await pod.netns.remove();
    say(`  DEL ${pod.name}`);
  }
  const after = await demo.node.inventory();
  const kinds = Object.keys(before) as (keyof typeof before)[];
  say(
    `\n${table(
      ['LEFT ON THE NODE', 'BEFORE', 'NOW'],
      kinds.map((kind) => [kind, String(before[kind].length), String(after[kind].length)]),
    )}`,
  );
  return kinds.every((kind) => before[kind].length > 0 && after[kind].length === 0);
}

/** Prints the commands to try on the running demo, and waits for Ctrl-C. */
async function keep({ node, engine, pods }: Demo): Promise<void> {
  const plexus = join(import.meta.dirname, '../../dist/plexus');
  const [kubeconfig, socket] = [`--kubeconfig ${join(node.dir, 'kubeconfig')}`, engine.socket];
  const onNode = socket === undefined ? '' : ` --socket ${socket}`;
  await using ui = startUi(plexus, [...kubeconfig.split(' '), ...onNode.split(' ').filter((word) => word !== '')]);
  heading('Cluster and pods stay up. In another terminal, try:');
  say(`  ${plexus} pods -A ${kubeconfig}`);
  say(`  ${plexus} networks -A ${kubeconfig}`);
  say(`  ${plexus} graph -A ${kubeconfig}`);
  if (socket !== undefined) say(`  ${plexus} trace pod ${pods[0]?.name ?? ''} -n default${onNode}`);
  say(`\n  plexus ui, in a browser on this machine: ${await ui.url}`);
  say('\nCtrl-C ends the demo and removes everything.');
  // Stays registered: a second Ctrl-C must not end the demo before it has removed everything.
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
}

function startUi(plexus: string, options: readonly string[]): { readonly url: Promise<string> } & AsyncDisposable {
  const child = spawn(plexus, ['ui', '-A', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true, // Ctrl-C must end only the demo.
  });
  const ended = once(child, 'exit');
  const url = once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line));
  return {
    url: Promise.race([url, ended.then(() => 'it did not start; its message is above')]),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
    },
  };
}

async function follow(demo: Demo): Promise<boolean> {
  heading('4. The running pods gain a network and lose it again: only their annotations change');
  return plugAndUnplug(demo.api, demo.pods, say);
}

async function run(demo: Demo): Promise<boolean> {
  heading('Plexus on a node');
  for (const line of demo.engine.description) say(`  ${line}`);
  heading('1. Three networks, and two pods that request two of them');
  await createObjects(demo.api, await demo.node.file('networks.yaml'));
  await createPods(demo);
  say(
    '  networks: lab (macvlan on eth1), storage (bridge and tuning, IPv4 and IPv6), backup (bridge); default: cluster-net (bridge)',
  );
  heading('2. The container runtime starts the pods: one call of Plexus for each');
  const statuses = await attach(demo);
  heading('3. From pod to pod, over every network');
  const pinged = await ping(demo, statuses);
  const followed = demo.engine.socket === undefined || (await follow(demo));
  if (process.argv.includes('--keep')) await keep(demo);
  heading(`${demo.engine.socket !== undefined ? 5 : 4}. The container runtime deletes the pods`);
  const clean = await detach(demo);
  return statuses.every((list) => list.length === 3) && pinged && followed && clean;
}

const pods: Pod[] = [];
const server = await startApiServer();
const node = await createNode(() => pods.map(({ netns }) => netns));
let engine: Engine | undefined;
try {
  await mkdir(node.dir, { recursive: true });
  await server.writeKubeconfig(join(node.dir, 'kubeconfig'));
  engine = process.argv.includes('--direct')
    ? await directEngine(node, Number(new URL(server.url).port))
    : await daemonEngine(node);
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(join(node.dir, 'kubeconfig'));
  const good = await run({ node, api: KubernetesObjectApi.makeApiClient(kubeConfig), engine, pods });
  const hint = process.argv.includes('--keep') ? '' : ' To look around: npm run demo -- --keep';
  say(good ? `\nEverything worked, and nothing is left behind.${hint}` : '\nSomething did not work: see above.');
  process.exitCode = good ? 0 : 1;
} catch (error) {
  say(`\nThe demo stopped: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  for (const pod of pods) await pod.netns.remove();
  await engine?.stop();
  await node.remove();
  await server.close();
}
