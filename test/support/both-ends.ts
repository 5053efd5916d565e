import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { table } from '../../src/view/index.ts';
import { type ClusterNode, createClusterNode } from './cluster-node.ts';
import { shim } from './daemon.ts';
import { healthyCluster } from './doctor-cluster.ts';
import { pluginsDir } from './plugins-dir.ts';
import { waitFor } from './wait-for.ts';

const run = promisify(execFile);
const plexus = join(import.meta.dirname, '../../dist/plexus');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
/** A healthy node and cluster, and `plexus doctor` as a command on that node. */
export interface BothEnds {
  readonly cluster: ClusterNode;
  /** Runs `plexus doctor` with this node's paths and additional arguments. */
  readonly onNode: (...words: string[]) => Promise<Ended>;
  /** The text with stable names, and its table aligned again. */
  readonly settled: (text: string) => string;
  /** Resolves when the daemon has its host agent and its watch. */
  readonly complete: () => Promise<void>;
}

/** Runs `plexus doctor` with an empty environment. */
export const doctor = (words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  run(plexus, ['doctor', ...words], { env: { PATH: process.env['PATH'] ?? '', HOME: '/proc/none', ...env } }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Ended) => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
  );

export async function openBothEnds(): Promise<BothEnds> {
  const cluster = await createClusterNode();
  const { dir } = cluster.node;
  healthyCluster(cluster.api);
  await mkdir(join(dir, 'bin'));
  await mkdir(join(dir, 'etc/containerd'), { recursive: true });
  await writeFile(
    join(dir, 'etc/containerd/config.toml'),
    '[plugins."io.containerd.cri.v1.runtime".cni]\nconf_dir = "/net.d"\nbin_dirs = ["/bin"]\n',
  );
  await copyFile(shim, join(dir, 'bin/plexus'));
  for (const plugin of ['bridge', 'host-local'])
    await copyFile(join(await pluginsDir(), plugin), join(dir, 'bin', plugin));
  const { httpPort } = await cluster.start();
  await cluster.startAgent();
  const paths = [
    '--cni-conf-dir',
    cluster.confDir,
    '--cni-bin-dir',
    join(dir, 'bin'),
    '--cni-dir',
    join(dir, 'state'),
    '--socket',
    join(dir, 'run/plexus.sock'),
  ];
  const places = ['--root', dir, ...paths, '--http', `127.0.0.1:${httpPort}`, '--kubeconfig', join(dir, 'kubeconfig')];
  const complete = (): Promise<void> =>
    waitFor('the host agent, and the watch', async () => {
      const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
      return text.includes('\nplexus_host_agent_connected 1\n') && text.includes('\nplexus_watch_synced 1\n');
    });
  await complete();
  return {
    cluster,
    onNode: (...words) => doctor([...places, ...words], { PLEXUS_NODE_NAME: 'node-1' }),
    settled: (text) => {
      const [rows = '', ...rest] = text
        .replaceAll(dir, '/node')
        .replaceAll(`:${httpPort}`, ':9913')
        .trimEnd()
        .split('\n\n');
      const [heading = [], ...cells] = rows.split('\n').map((row) => row.split(/ {2,}/));
      return [table(heading, cells), ...rest].join('\n\n');
    },
    complete,
  };
}
