import type { ServiceError } from '@grpc/grpc-js';
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { kubeletUnavailable, problemOf } from '../errors/index.ts';
import { fairQueue } from '../files/index.ts';
import { podKey, type PodRef } from '../npwg/index.ts';
import { pauseAfter } from '../queue/index.ts';
import { type KubeletDevices, mergedDevices } from './merged-devices.ts';
import { type AskKubelet, podResourcesClient } from './pod-resources-client.ts';

/** How long to wait for kubelet. */
export interface KubeletPatience {
  /** Limit for all requests about one pod. */
  readonly answerMs: number;
  /** How long kubelet may not know a pod that the runtime is already starting. */
  readonly unknownPodMs: number;
  /** How long a restarting kubelet may refuse connections. */
  readonly restartMs: number;
  /** Pause before the first retry; doubles up to ten times that. */
  readonly pauseMs: number;
  /** Largest accepted answer. */
  readonly mostBytes: number;
}
const usualPatience: KubeletPatience = {
  answerMs: 10_000,
  unknownPodMs: 1000,
  restartMs: 3000,
  pauseMs: 50,
  mostBytes: 16 * 1024 * 1024,
};

/** A pod and its allocated devices. */
export interface AllocatedPod extends KubeletDevices {
  /** namespace/name; from the checkpoint, the UID. */
  readonly pod: string;
}
/** Kubelet's pod-resources API. */
export interface PodResourcesSource {
  /** The devices of a pod; undefined if the socket does not exist. Rejects with kubeletUnavailable. */
  readonly of: (pod: PodRef, signal: AbortSignal) => Promise<KubeletDevices | undefined>;
  /** The devices of every pod of the node. */
  readonly all: (signal: AbortSignal) => Promise<readonly AllocatedPod[] | undefined>;
  /**
   * Names of the resources that device plugins of this node serve. Undefined if the socket does not exist, or kubelet
   * does not serve this method.
   */
  readonly served: (signal: AbortSignal) => Promise<readonly string[] | undefined>;
}

/**
 * Requests the one pod where kubelet supports that, otherwise all pods of the node (K8S-01). A pod that kubelet does
 * not know has no devices (K8S-02).
 */
export function podResources(socket: string, patience: Partial<KubeletPatience> = {}): PodResourcesSource {
  const limits = { ...usualPatience, ...patience };
  const { ask, allocatable } = podResourcesClient(socket, limits.mostBytes);
  const lists = fairQueue(); // The answer about all pods may have megabytes.
  let withoutGet: string | undefined;
  const resources = async (kubelet: string, pod: PodRef, signal: AbortSignal): ReturnType<AskKubelet> => {
    try {
      if (withoutGet !== kubelet) return await retry(() => ask('Get', pod, signal), limits, signal);
    } catch (error) {
      const meaning = meaningOf(error);
      if (signal.aborted || meaning === 'busy' || meaning === 'away') throw error;
      if (meaning === 'no-get') withoutGet = kubelet;
    }
    return retry(() => lists(pod.namespace, () => ask('List', pod, signal), signal), limits, signal);
  };
  const intime = async <T>(
    signal: AbortSignal,
    work: (kubelet: string, soon: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> => {
    const kubelet = await identityOf(socket);
    if (kubelet === undefined) return undefined;
    try {
      return await work(kubelet, AbortSignal.any([signal, AbortSignal.timeout(limits.answerMs)]));
    } catch (error) {
      signal.throwIfAborted();
      throw kubeletUnavailable({ source: socket, problem: textOf(error, limits.answerMs) }, { cause: error });
    }
  };
  return {
    of: (pod, outer) =>
      intime(outer, async (kubelet, signal) => {
        const answer = await resources(kubelet, pod, signal);
        return mergedDevices(answer);
      }),
    all: (outer) =>
      intime(outer, async (_kubelet, signal) => {
        const byPod = Map.groupBy(await retry(() => ask('List', undefined, signal), limits, signal), podKey);
        return [...byPod].map(([pod, answers]) => ({ pod, ...mergedDevices(answers) }));
      }),
    served: (outer) =>
      intime(outer, (_kubelet, signal) => retry(() => allocatable(signal), limits, signal)).catch(() => {
        outer.throwIfAborted();
        return undefined;
      }),
  };
}

/** Identifies the kubelet behind a socket by the socket's file, which every kubelet creates itself. */
async function identityOf(socket: string): Promise<string | undefined> {
  try {
    const { dev, ino, ctimeNs } = await stat(socket, { bigint: true });
    return [dev, ino, ctimeNs].join(' ');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw kubeletUnavailable({ source: socket, problem: problemOf(error) }, { cause: error });
  }
}

type Meaning = 'no-get' | 'unknown-pod' | 'busy' | 'away' | 'other';
const code = { cancelled: 1, unknown: 2, notFound: 5, exhausted: 8, unimplemented: 12, unavailable: 14 };

/** Classifies an error answer. Kubelet's own errors are plain Go errors, which gRPC reports as UNKNOWN. */
function meaningOf(error: unknown): Meaning {
  const { code: status, details = '' } = error as Partial<ServiceError>;
  if (status === code.unavailable) return 'away';
  // The first is this client's own limit.
  if (status === code.exhausted) return details.includes('larger than max') ? 'other' : 'busy';
  if (status === code.unimplemented || (status === code.unknown && details.includes('method disabled')))
    return 'no-get';
  if (status === code.notFound || (status === code.unknown && details.includes('not found'))) return 'unknown-pod';
  return 'other';
}

/** Retries each kind of failure for as long as it may last (K8S-02, K8S-06, K8S-08). Rejects with the last failure. */
async function retry<T>(work: () => Promise<T>, limits: KubeletPatience, signal: AbortSignal): Promise<T> {
  const mostMs: Readonly<Record<Meaning, number>> = {
    busy: limits.answerMs,
    away: limits.restartMs,
    'unknown-pod': limits.unknownPodMs,
    'no-get': 0,
    other: 0,
  };
  const started = performance.now();
  const backOff = { firstMs: limits.pauseMs, longestMs: 10 * limits.pauseMs, jitter: 0.5 };
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || performance.now() - started >= mostMs[meaningOf(error)]) throw error;
      await delay(pauseAfter(tries, backOff), undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }
}

function textOf(error: unknown, answerMs: number): string {
  const { code: status, name, message } = error as Partial<ServiceError>;
  const isLate = status === code.cancelled || name === 'TimeoutError';
  return isLate ? `no answer within ${answerMs / 1000} s` : (message ?? problemOf(error));
}
