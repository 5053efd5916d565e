import type { KubernetesObjectApi } from '@kubernetes/client-node';
import { type NetworkStatus, parseStatus } from '../../src/npwg/index.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import type { Pod } from './engine.ts';
import { pingAll } from './ping.ts';

const networksKey = 'k8s.v1.cni.cncf.io/networks';
const statusKey = 'k8s.v1.cni.cncf.io/network-status';

const podObject = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' } });

/** Reads the network-status of a pod. */
export async function statusOf(api: KubernetesObjectApi, pod: Pod): Promise<string> {
  const read = await api.read(podObject(pod.name));
  return read.metadata?.annotations?.[statusKey] ?? '[]';
}

/** Replaces the networks annotation of a running pod and waits until its network-status has that many networks. */
async function annotate(
  api: KubernetesObjectApi,
  pod: Pod,
  networks: string,
  count: number,
): Promise<readonly NetworkStatus[]> {
  const object = podObject(pod.name);
  await api.patch({ ...object, metadata: { ...object.metadata, annotations: { [networksKey]: networks } } });
  let status: readonly NetworkStatus[] = [];
  await waitFor(`${count} networks of pod ${pod.name}`, async () => {
    status = parseStatus(await statusOf(api, pod));
    return status.length === count;
  });
  return status;
}

/**
 * Gives two running pods one more network, reaches one from the other over it, and takes it away again. Returns whether
 * all of that worked.
 */
export async function plugAndUnplug(
  api: KubernetesObjectApi,
  [one, other]: readonly Pod[],
  say: (text: string) => void,
): Promise<boolean> {
  if (one === undefined || other === undefined) return false;
  const before = { one: one.annotations[networksKey] ?? '', other: other.annotations[networksKey] ?? '' };
  await annotate(api, one, `${before.one}, backup`, 4);
  const withBackup = JSON.stringify([...(JSON.parse(before.other) as object[]), { name: 'backup' }]);
  const plugged = (await annotate(api, other, withBackup, 4)).filter(({ name }) => name === 'default/backup');
  const [ping] = await pingAll(one.netns, plugged);
  say(
    `  ${one.name} and ${other.name} gained network backup; ${ping?.address} reached from ${one.name}: ${ping?.ok === true ? 'yes' : 'NO'}`,
  );
  for (const [pod, networks] of [
    [one, before.one],
    [other, before.other],
  ] as const)
    await annotate(api, pod, networks, 3);
  const links = (await one.netns.ipJson(['link'])) as readonly { readonly ifname: string }[];
  const isGone = links.length === 4; // lo, eth0 and the two networks that it started with
  say(`  both lost it again: ${isGone ? 'yes' : 'NO'}`);
  return ping?.ok === true && isGone;
}
