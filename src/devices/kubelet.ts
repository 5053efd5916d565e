import { join } from 'node:path';
import { kubeletUnavailable } from '../errors/index.ts';
import { isStaticPod, type PodMetadata } from '../npwg/index.ts';
import { devicesByCheckpoint, readCheckpoint, readServed, withoutOthers } from './checkpoint.ts';
import { type KubeletDevices, devicesOf } from './merged-devices.ts';
import { type AllocatedPod, type KubeletPatience, podResources } from './pod-resources.ts';

export interface KubeletDevicesOptions {
  /** Kubelet's --root-dir, for example /var/lib/kubelet. */
  readonly kubeletDir: string;
  readonly patience?: Partial<KubeletPatience>;
}
/** The devices that kubelet allocated to pods of this node. */
export interface KubeletDevicesSource {
  /** Rejects with kubeletUnavailable, kubeletCheckpointDamaged, fileUnusable. */
  readonly of: (pod: PodMetadata, signal: AbortSignal) => Promise<KubeletDevices>;
  /** The devices of every pod of the node that has any. */
  readonly all: (signal: AbortSignal) => Promise<readonly AllocatedPod[]>;
  /**
   * Names of the resources that device plugins of this node serve; undefined if they cannot be determined. Rejects only
   * when the signal is aborted.
   */
  readonly served: (signal: AbortSignal) => Promise<readonly string[] | undefined>;
}

/** Queries kubelet's pod-resources API, or reads kubelet's checkpoint if the API's socket does not exist (K8S-07). */
export function kubeletDevices({ kubeletDir, patience }: KubeletDevicesOptions): KubeletDevicesSource {
  const socket = join(kubeletDir, 'pod-resources/kubelet.sock');
  const checkpoint = join(kubeletDir, 'device-plugins/kubelet_internal_checkpoint');
  const api = podResources(socket, patience);
  return {
    of: async (pod, signal) => {
      const answer = await api.of(pod, signal);
      return answer === undefined
        ? { devices: await fromCheckpoint(pod, { socket, checkpoint }) }
        : onlyOwn(answer, pod, checkpoint);
    },
    all: async (signal) => {
      const pods = (await api.all(signal)) ?? (await allOfCheckpoint({ socket, checkpoint }));
      return pods.filter(({ devices, claimed = [] }) => devices.length + claimed.length > 0);
    },
    served: async (signal) => (await api.served(signal)) ?? (await readServed(checkpoint).catch(() => undefined)),
  };
}

async function allOfCheckpoint(places: {
  readonly socket: string;
  readonly checkpoint: string;
}): Promise<readonly AllocatedPod[]> {
  const entries = await entriesIn(places);
  return [...Map.groupBy(entries, ({ podUid }) => podUid)].map(([pod, own]) => ({ pod, devices: devicesOf(own) }));
}

async function entriesIn({ socket, checkpoint }: { readonly socket: string; readonly checkpoint: string }) {
  const entries = await readCheckpoint(checkpoint);
  if (entries === undefined)
    throw kubeletUnavailable({ source: socket, problem: `it does not exist, nor does ${checkpoint}` });
  return entries;
}

/** Searches by UID. For a static pod this must be kubelet's own UID, not that of its mirror pod. */
async function fromCheckpoint(
  pod: PodMetadata,
  { socket, checkpoint }: { readonly socket: string; readonly checkpoint: string },
) {
  const entries = await entriesIn({ socket, checkpoint });
  if (pod.uid === undefined || pod.uid === '')
    throw kubeletUnavailable({
      source: socket,
      problem: `it does not exist, and ${checkpoint} identifies pods by their UID, which the runtime did not pass`,
    });
  return devicesByCheckpoint(entries, pod.uid);
}

/**
 * Removes devices of other pods from the API's answer. The API identifies pods by name, so it may answer for an earlier
 * or later pod of the same name. Kubelet writes its checkpoint before a pod starts, so devices listed there under other
 * UIDs only are not this pod's. If the UID is that of a mirror pod, or the checkpoint is not mounted, the answer is
 * accepted unchanged.
 */
async function onlyOwn(answer: KubeletDevices, pod: PodMetadata, checkpoint: string): Promise<KubeletDevices> {
  if (answer.devices.length === 0 || pod.uid === undefined || isStaticPod(pod.annotations)) return answer;
  // Kubernetes does not guarantee this file's format, so an unknown format is not a failure.
  const entries = await readCheckpoint(checkpoint).catch(() => undefined);
  return entries === undefined ? answer : { ...answer, devices: withoutOthers(answer.devices, entries, pod.uid) };
}
