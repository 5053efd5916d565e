// Compares, in one run and in turn, the same plugins with and without Plexus. Prints ratios and medians; asserts nothing.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import { table } from '../../src/view/index.ts';
import { startApiServer } from '../support/api-server/index.ts';
import { callCni, plexusCni, podArgs } from '../support/cni-runtime.ts';
import { createNetns, type Netns } from '../support/netns.ts';
import { openDoor } from '../support/netns-door.ts';
import { pluginsDir } from '../support/plugins-dir.ts';

const repetitions = Number(process.env['BENCH_REPETITIONS'] ?? 15);
const further = [0, 1, 4];
const plugins = await pluginsDir();
const run = promisify(execFile);

interface Bench {
  readonly dir: string;
  readonly node: Netns;
  readonly kubeconfig: string;
}

const network = (bench: Bench, name: string, index: number): Record<string, unknown> => ({
  cniVersion: '1.0.0',
  name,
  type: 'bridge',
  bridge: name,
  ipam: { type: 'host-local', dataDir: join(bench.dir, 'leases'), ranges: [[{ subnet: `10.${200 + index}.0.0/24` }]] },
});

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const ms = (value: number): string => value.toFixed(1);

async function timed(work: () => Promise<{ exitCode: number | null; stdout: string; stderr: string }>): Promise<number> {
  const start = performance.now();
  const answer = await work();
  if (answer.exitCode !== 0) throw new Error(`a call failed: ${answer.stdout}${answer.stderr}`);
  return performance.now() - start;
}

/** ADD and DEL of the plugins alone, one process each, as a runtime without Plexus would run them for N+1 networks. */
async function bare(bench: Bench, count: number, containerId: string, netns: Netns): Promise<{ add: number; del: number }> {
  const calls = Array.from({ length: count + 1 }, (_, index) => ({ config: network(bench, `net${index}`, index), ifName: `eth${index}` }));
  const all = async (command: string, list: typeof calls): Promise<number> => {
    let sum = 0;
    for (const { config, ifName } of list) {
      sum += await timed(() =>
        callCni({ command, config, containerId, netns: netns.path, ifName, path: [plugins], nodeNetns: bench.node.path, executable: join(plugins, 'bridge') }),
      );
    }
    return sum;
  };
  return { add: await all('ADD', calls), del: await all('DEL', calls.toReversed()) };
}

async function withPlexus(bench: Bench, count: number, containerId: string, netns: Netns): Promise<{ add: number; del: number }> {
  const config = {
    cniVersion: '1.0.0',
    name: 'plexus',
    type: 'plexus-cni',
    kubeconfig: bench.kubeconfig,
    cniDir: join(bench.dir, 'state'),
    delegates: [network(bench, 'net0', 0)],
  };
  const args = podArgs({ namespace: 'default', name: `pod-${count}` }, containerId);
  const call = (command: string): Promise<number> =>
    timed(() => callCni({ command, config, containerId, netns: netns.path, ifName: 'eth0', args, path: [plugins], nodeNetns: bench.node.path }));
  return { add: await call('ADD'), del: await call('DEL') };
}

async function compare(bench: Bench): Promise<string> {
  const rows: string[][] = [];
  for (const count of further) {
    const samples = { bareAdd: [] as number[], plexusAdd: [] as number[], bareDel: [] as number[], plexusDel: [] as number[] };
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const netns = await createNetns();
      const one = await bare(bench, count, `bare${count}x${repetition}`, netns);
      const other = await withPlexus(bench, count, `plx${count}x${repetition}`, netns);
      await netns.remove();
      samples.bareAdd.push(one.add);
      samples.bareDel.push(one.del);
      samples.plexusAdd.push(other.add);
      samples.plexusDel.push(other.del);
    }
    const [bareAdd, plexusAdd, bareDel, plexusDel] = [samples.bareAdd, samples.plexusAdd, samples.bareDel, samples.plexusDel].map(median) as [
      number,
      number,
      number,
      number,
    ];
    rows.push([String(count), ms(bareAdd), ms(plexusAdd), ms(plexusAdd - bareAdd), ms(bareDel), ms(plexusDel), ms(plexusDel - bareDel)]);
  }
  return table(['FURTHER NETWORKS', 'ADD BARE', 'ADD PLEXUS', 'OVER', 'DEL BARE', 'DEL PLEXUS', 'OVER'], rows);
}

async function starts(): Promise<string> {
  const samples = { true: [] as number[], version: [] as number[] };
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const start = performance.now();
    await run('true');
    samples.true.push(performance.now() - start);
    samples.version.push(await timed(() => callCni({ command: 'VERSION', config: { cniVersion: '1.0.0' }, executable: plexusCni })));
  }
  return table(
    ['PROCESS', 'MS'],
    [
      ['true', ms(median(samples.true))],
      ['plexus cni, VERSION', ms(median(samples.version))],
    ],
  );
}

const server = await startApiServer();
const dir = await mkdtemp(join(tmpdir(), 'plexus-bench-'));
const node = await createNetns();
await node.exec(['ip', 'link', 'set', 'lo', 'up']);
const closeDoor = await openDoor(node, Number(new URL(server.url).port));
try {
  await mkdir(join(dir, 'state'));
  await server.writeKubeconfig(join(dir, 'kubeconfig'));
  const bench: Bench = { dir, node, kubeconfig: join(dir, 'kubeconfig') };
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(bench.kubeconfig);
  const api = KubernetesObjectApi.makeApiClient(kubeConfig);
  const most = Math.max(...further);
  for (let index = 1; index <= most; index++) {
    const spec = { config: JSON.stringify(network(bench, `net${index}`, index)) };
    await api.create({
      apiVersion: 'k8s.cni.cncf.io/v1',
      kind: 'NetworkAttachmentDefinition',
      metadata: { name: `net${index}`, namespace: 'default' },
      spec,
    } as object);
  }
  for (const count of further) {
    const networks = Array.from({ length: count }, (_, index) => `net${index + 1}`).join(',');
    const metadata = { name: `pod-${count}`, namespace: 'default', annotations: { 'k8s.v1.cni.cncf.io/networks': networks } };
    await api.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'main', image: 'none' }] } } as object);
  }
  process.stdout.write(
    `Milliseconds, medians of ${repetitions}, whole processes; compare within a row only.\n\n${await starts()}\n\n${await compare(bench)}\n`,
  );
  await writeFile(join(dir, 'done'), '');
} finally {
  await closeDoor();
  await node.remove();
  await server.close();
  await rm(dir, { recursive: true, force: true });
}
