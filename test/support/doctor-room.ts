import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type NodeMeans,
  type NodePlaces,
  type NodeScene,
  type Seen,
  nodeChecks,
  nodeScene,
} from '../../src/doctor/index.ts';
import { conflistText } from '../../src/install/index.ts';
import { shim } from './daemon.ts';
import { pluginsDir } from './plugins-dir.ts';
import { patience } from './patience.ts';

/** Folders of a healthy node. */
export interface DoctorRoom {
  readonly dir: string;
  readonly confDir: string;
  readonly binDir: string;
  readonly stateDir: string;
  readonly write: (file: string, content: string | object) => Promise<void>;
  readonly scene: (places?: Partial<NodePlaces>, means?: Partial<NodeMeans>) => NodeScene;
  /** The findings of one check, as "severity: text". */
  readonly look: (id: string, scene?: NodeScene) => Promise<readonly string[]>;
  readonly remove: () => Promise<void>;
}

const bridge = {
  cniVersion: '1.0.0',
  name: 'cluster-net',
  plugins: [{ type: 'bridge', ipam: { type: 'host-local', subnet: '10.244.0.0/24' } }],
};
const files = { 'etc/containerd/config.toml': 'version = 3\n', 'etc/cni/net.d/10-cluster.conflist': bridge };

export async function openDoctorRoom(): Promise<DoctorRoom> {
  const dir = await mkdtemp(join(tmpdir(), 'plexus-doctor-'));
  const [confDir, binDir, stateDir] = [
    join(dir, 'etc/cni/net.d'),
    join(dir, 'opt/cni/bin'),
    join(dir, 'var/lib/cni/plexus'),
  ];
  for (const folder of [confDir, binDir, stateDir]) await mkdir(folder, { recursive: true });
  const write: DoctorRoom['write'] = async (file, content) => {
    await mkdir(dirname(join(dir, file)), { recursive: true });
    await writeFile(join(dir, file), typeof content === 'string' ? content : JSON.stringify(content));
  };
  for (const [file, content] of Object.entries(files)) await write(file, content);
  const network = {
    clusterNetwork: '/etc/cni/net.d/10-cluster.conflist',
    name: 'cluster-net',
    cniVersion: '1.0.0',
    capabilities: [],
  } as const;
  await write('etc/cni/net.d/00-plexus.conflist', conflistText(network));
  for (const plugin of ['bridge', 'host-local']) await copyFile(join(await pluginsDir(), plugin), join(binDir, plugin));
  await copyFile(shim, join(binDir, 'plexus'));
  await writeNads(write, []);
  const scene: DoctorRoom['scene'] = (places = {}, means = {}) =>
    nodeScene(
      { root: dir, stateDir, socket: join(dir, 'plexus.sock'), ...places },
      { program: 'test', arch: process.arch, uid: 0, now: Date.now, nodeLinks: async () => [], ...means },
    );
  return {
    dir,
    confDir,
    binDir,
    stateDir,
    write,
    scene,
    look: async (id, at = scene()) =>
      textsOf((await nodeChecks.find((check) => check.id === id)?.look(at, patience())) ?? [unknownCheck(id)]),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

/** Writes what the daemon saves of its cluster's networks. */
export const writeNads = (write: DoctorRoom['write'], nads: readonly object[]): Promise<void> =>
  write('var/lib/cni/plexus/stand-in.json', { formatVersion: 1, settings: {}, nads });

/** Formats each finding as "severity: text". */
export const textsOf = (seen: readonly Seen[]): readonly string[] =>
  seen.map(({ severity, what }) => `${severity}: ${what}`);

const unknownCheck = (id: string): never => {
  throw new Error(`there is no check ${id}`);
};

/** A NAD object. */
export const nadObject = (
  name: string,
  config: object | string,
  annotations: object = {},
): { metadata: { name: string; namespace: string; annotations: object }; spec: object } => ({
  metadata: { name, namespace: 'shop', annotations },
  spec: { config: typeof config === 'string' ? config : JSON.stringify(config) },
});
