import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createNetns, type Netns } from '../../test/support/netns.ts';

const run = promisify(execFile);

/** A network namespace that stands for a node: a card `eth1`, a folder for leases and state. */
export interface DemoNode {
  readonly netns: Netns;
  readonly dir: string;
  /** A file of this folder, with the node's folder filled in. */
  readonly file: (name: string) => Promise<string>;
  /** What is on the node now, by kind. Bridges stay by design: the bridge plugin keeps them for the next pod. */
  readonly inventory: () => Promise<Inventory>;
  readonly remove: () => Promise<void>;
}
export interface Inventory {
  readonly 'interfaces of pods': readonly string[];
  readonly 'address leases': readonly string[];
  readonly 'journal entries': readonly string[];
  readonly 'pod namespaces': readonly string[];
}

/** Makes the node. */
export async function createNode(podNamespaces: () => readonly Netns[]): Promise<DemoNode> {
  const dir = await mkdtemp(join(tmpdir(), 'plexus-demo-'));
  const netns = await createNetns();
  await netns.exec(['ip', 'link', 'set', 'lo', 'up']);
  await netns.exec(['ip', 'link', 'add', 'eth1', 'type', 'veth', 'peer', 'name', 'wire']);
  for (const link of ['eth1', 'wire']) await netns.exec(['ip', 'link', 'set', link, 'up']);
  return {
    netns,
    dir,
    file: async (name) => (await readFile(join(import.meta.dirname, name), 'utf8')).replaceAll('DEMO_DIR', dir),
    inventory: async () => ({
      'interfaces of pods': await podLinks(netns),
      'address leases': await leases(join(dir, 'leases')),
      'journal entries': (await filesOf(join(dir, 'state/journal'))).filter((name) => name.endsWith('.json')),
      'pod namespaces': await existing(podNamespaces()),
    }),
    remove: async () => {
      await netns.remove();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function podLinks(netns: Netns): Promise<string[]> {
  const links = JSON.parse(await netns.exec(['ip', '-j', 'link'])) as { ifname: string }[];
  return links.map(({ ifname }) => ifname).filter((name) => name.startsWith('veth'));
}

async function leases(dir: string): Promise<string[]> {
  const networks = await filesOf(dir);
  const files = await Promise.all(
    networks.map(async (network) => (await filesOf(join(dir, network))).map((file) => `${network}/${file}`)),
  );
  return files.flat().filter((file) => !/\/(lock|last_reserved_ip\.\d+)$/.test(file));
}

const filesOf = (dir: string): Promise<string[]> => readdir(dir).catch(() => []);

async function existing(namespaces: readonly Netns[]): Promise<string[]> {
  const { stdout } = await run('ip', ['netns', 'list']);
  const names = new Set(stdout.split('\n').map((line) => line.split(' ')[0]));
  return namespaces.map(({ name }) => name).filter((name) => names.has(name));
}
