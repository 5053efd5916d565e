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
/** The devices that kubelet gave to pods of this node. */
export interface KubeletDevicesSource {
  /** kubeletUnavailable, kubeletCheckpointDamaged, fileUnusable. */
  readonly of: (pod: PodMetadata, signal: AbortSignal) => Promise<KubeletDevices>;
  /** The same for every pod of the node that was given any. */
  readonly all: (signal: AbortSignal) => Promise<readonly AllocatedPod[]>;
  /**
   * Names of the resources that device plugins of this node serve; undefined when that cannot be learned. Never rejects
   * but for the signal.
   */
  readonly served: (signal: AbortSignal) => Promise<readonly string[] | undefined>;
}

/** Asks kubelet's pod-resources API; where its socket is not there, kubelet's checkpoint is read (K8S-07). */
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

/** By UID: for a static pod that must be kubelet's own UID of it, not that of its mirror in the API. */
async function fromCheckpoint(
  pod: PodMetadata,
  { socket, checkpoint }: { readonly socket: string; readonly checkpoint: string },
) {
  const entries = await entriesIn({ socket, checkpoint });
  if (pod.uid === undefined || pod.uid === '')
    throw kubeletUnavailable({
      source: socket,
      problem: `it does not exist, and ${checkpoint} knows pods by their UID, which the runtime did not give`,
    });
  return devicesByCheckpoint(entries, pod.uid);
}

/**
 * The API knows pods by name, so it may answer for another pod of the same name, an earlier or a later one. Kubelet
 * writes its checkpoint before a pod starts: what is there under other UIDs only is not this pod's. The UID of a static
 * pod may be that of its mirror, and the checkpoint may not be mounted: then nothing is held against the answer.
 */
async function onlyOwn(answer: KubeletDevices, pod: PodMetadata, checkpoint: string): Promise<KubeletDevices> {
  if (answer.devices.length === 0 || pod.uid === undefined || isStaticPod(pod.annotations)) return answer;
  const entries = await readCheckpoint(checkpoint).catch(() => undefined); // unsupported by Kubernetes: another form of it is no reason to fail
  return entries === undefined ? answer : { ...answer, devices: withoutOthers(answer.devices, entries, pod.uid) };
}
