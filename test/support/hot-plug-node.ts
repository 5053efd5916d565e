import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { fileJournal } from '../../src/journal/index.ts';
import type { SandboxRecord } from '../../src/plan/index.ts';
import type { ApiServerOptions } from './api-server/index.ts';
import { type ClusterNode, createClusterNode, networksKey } from './cluster-node.ts';
import type { DaemonOptions } from './daemon.ts';
import type { TestPod } from './test-node.ts';
import { waitFor } from './wait-for.ts';

/** An Event of a pod. */
export interface SeenEvent {
  readonly reason: string;
  readonly message: string;
  readonly count: number;
}
/** A node whose pods run on it as far as the API knows, with a daemon and a host agent as processes. */
export interface HotPlugNode {
  readonly cluster: ClusterNode;
  /** Creates a pod that runs on this node and attaches it as the runtime does. */
  readonly livePod: (name: string, networks?: string, more?: PodMore) => Promise<TestPod>;
  /** Creates the object of a pod that runs on this node. */
  readonly podObject: (name: string, networks?: string, more?: PodMore) => { readonly uid: string };
  /** Writes the annotation of a pod; undefined removes it. */
  readonly annotate: (pod: Pick<TestPod, 'name'>, networks: string | object | undefined) => void;
  /** Annotates a pod and waits until its condition states that it is in sync. */
  readonly follow: (pod: TestPod, networks: string | object) => Promise<void>;
  /** Waits until the journal shows that the pod follows its annotation. */
  readonly inSync: (pod: TestPod) => Promise<void>;
  /** Waits until the condition has a status, and returns it. */
  readonly condition: (pod: Pick<TestPod, 'name'>, status: 'True' | 'False', about?: RegExp) => Promise<Condition>;
  readonly events: (pod: Pick<TestPod, 'name'>) => readonly SeenEvent[];
  /** "net1 default/a 10.1.0.x" for each interface of network-status, in its order. */
  readonly statusOf: (pod: Pick<TestPod, 'name'>) => readonly string[];
  /** "net1 10.1.0.x" for each interface of a pod, after checking that namespace, journal, leases and CHECK agree. */
  readonly interfacesOf: (pod: TestPod) => Promise<readonly string[]>;
  readonly record: (pod: TestPod) => Promise<SandboxRecord | undefined>;
  /** Ends a pod as the runtime does and checks that nothing of it is left. */
  readonly end: (pod: TestPod) => Promise<void>;
  readonly remove: () => Promise<void>;
}
interface PodMore {
  readonly spec?: object;
  readonly phase?: string;
}
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

const type = 'plexus-cni.io/NetworksInSync';

/** Creates the node and starts daemon and host agent. */
export async function createHotPlugNode(
  more: Partial<DaemonOptions> &
    Pick<ApiServerOptions, 'authorizeAs'> & { readonly plugins?: string; readonly agent?: boolean } = {},
): Promise<HotPlugNode> {
  const { plugins, agent = true, authorizeAs, ...daemon } = more;
  const cluster = await createClusterNode({
    ...(plugins !== undefined && { plugins }),
    ...(authorizeAs !== undefined && { authorizeAs }),
  });
  const { node, api } = cluster;
  await cluster.start(daemon);
  if (agent) await cluster.startAgent();
  const conditionOf = (name: string): Condition | undefined =>
    (
      (api.get('pods', 'default', name) as { status?: { conditions?: Condition[] } } | undefined)?.status?.conditions ??
      []
    ).find((each) => each.type === type);
  const podObject: HotPlugNode['podObject'] = (name, networks, { spec = {}, phase = 'Running' } = {}) => {
    const annotations = networks === undefined ? {} : { [networksKey]: networks };
    const { metadata } = api.put('pods', {
      metadata: { name, namespace: 'default', annotations },
      spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'none' }], ...spec },
      status: { phase },
    });
    return { uid: metadata.uid ?? '' };
  };
  const annotate: HotPlugNode['annotate'] = ({ name }, networks) => {
    const pod = api.get('pods', 'default', name);
    if (pod === undefined) throw new Error(`there is no pod ${name}`);
    const { [networksKey]: _before, ...others } = pod.metadata.annotations ?? {};
    const text = typeof networks === 'string' || networks === undefined ? networks : JSON.stringify(networks);
    const annotations = text === undefined ? others : { ...others, [networksKey]: text };
    api.put('pods', { ...pod, metadata: { ...pod.metadata, annotations } });
  };
  const condition: HotPlugNode['condition'] = async ({ name }, status, about = /./) => {
    await waitFor(`the condition ${status} of ${name}`, async () => {
      const now = conditionOf(name);
      return now?.status === status && about.test(now.message);
    });
    return conditionOf(name) as Condition;
  };
  const record: HotPlugNode['record'] = (pod) =>
    fileJournal(join(node.dir, 'state/journal')).read({ ...pod, ifName: 'eth0' });
  const inSync = async (pod: TestPod): Promise<void> => {
    const { networksDigest } = await import('../../src/cluster/index.ts');
    await waitFor(`${pod.name} is in sync`, async () => {
      const annotations = api.get('pods', 'default', pod.name)?.metadata.annotations ?? {};
      return (await record(pod))?.networksDigest === networksDigest(annotations);
    });
  };
  const shown = (address: string | undefined): string => address?.replace(/\.\d+$/, '.x') ?? '';
  return {
    cluster,
    podObject,
    annotate,
    condition,
    record,
    livePod: async (name, networks, options) => {
      const { uid } = podObject(name, networks, options);
      const pod = { ...(await node.pod(name)), uid };
      expect(await cluster.call('ADD', pod)).toMatchObject({ exitCode: 0 });
      return pod;
    },
    inSync,
    follow: async (pod, networks) => {
      annotate(pod, networks);
      await inSync(pod);
    },
    events: ({ name }) =>
      api
        .all('events')
        .map((each) => each as unknown as SeenEvent & { readonly involvedObject: { readonly name: string } })
        .filter(({ involvedObject }) => involvedObject.name === name),
    statusOf: ({ name }) =>
      (cluster.status(name) ?? []).map((each) => {
        const {
          interface: link,
          name: network,
          ips = [],
        } = each as { interface?: string; name: string; ips?: string[] };
        return `${link} ${network} ${shown(ips[0])}`.trim();
      }),
    interfacesOf: async (pod) => {
      const found = await cluster.call('CHECK', pod);
      expect(found).toMatchObject({ exitCode: 0 });
      const links = (await pod.netns.ipJson(['-4', 'addr'])) as readonly {
        readonly ifname: string;
        readonly addr_info: readonly { readonly local: string }[];
      }[];
      const own = links.filter(({ ifname }) => ifname !== 'lo');
      const attachments = (await record(pod))?.attachments ?? [];
      expect(attachments.map(({ state, attachment }) => `${attachment.interfaceName} ${state}`).toSorted()).toEqual(
        own.map(({ ifname }) => `${ifname} attached`).toSorted(),
      );
      const leases = await leasesOf(join(node.dir, 'leases'), pod.containerId);
      expect(leases.toSorted()).toEqual(own.flatMap(({ addr_info: of }) => of.map(({ local }) => local)).toSorted());
      return own.map(({ ifname, addr_info: of }) => `${ifname} ${shown(of[0]?.local)}`.trim()).toSorted();
    },
    end: async (pod) => {
      expect(await cluster.call('DEL', pod)).toMatchObject({ exitCode: 0 });
      expect(await leasesOf(join(node.dir, 'leases'), pod.containerId)).toEqual([]);
      expect(await pod.netns.ipJson(['link'])).toEqual([expect.objectContaining({ ifname: 'lo' })]);
      expect(await record(pod)).toBeUndefined();
    },
    remove: cluster.remove,
  };
}

/** The addresses that host-local holds for a sandbox. */
async function leasesOf(folder: string, containerId: string): Promise<readonly string[]> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const addresses = files.filter((file) => /\/\d[\d.]+$/.test(file));
  const owners = await Promise.all(
    addresses.map(async (file) => [file, await readFile(join(folder, file), 'utf8').catch(() => '')] as const),
  );
  return owners
    .filter(([, text]) => text.startsWith(containerId))
    .map(([file]) => file.slice(file.lastIndexOf('/') + 1));
}
