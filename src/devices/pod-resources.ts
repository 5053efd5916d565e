import type { ServiceError } from '@grpc/grpc-js';
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { kubeletUnavailable, problemOf } from '../errors/index.ts';
import { podKey, type PodRef } from '../npwg/index.ts';
import { pauseAfter } from '../queue/index.ts';
import { type KubeletDevices, mergedDevices } from './merged-devices.ts';
import { type AskKubelet, podResourcesClient } from './pod-resources-client.ts';

/** How long kubelet is waited for. */
export interface KubeletPatience {
  /** For all that is asked for one pod. */
  readonly answerMs: number;
  /** How long a pod may be unknown that the runtime has been told to start. */
  readonly unknownPodMs: number;
  /** How long a kubelet that is being restarted may refuse. */
  readonly restartMs: number;
  /** Between the first two tries; it doubles up to ten times that. */
  readonly pauseMs: number;
  /** The longest answer that is read. */
  readonly mostBytes: number;
}
const usualPatience: KubeletPatience = {
  answerMs: 10_000,
  unknownPodMs: 1000,
  restartMs: 3000,
  pauseMs: 50,
  mostBytes: 16 * 1024 * 1024,
};

/** A pod and what it was given. */
export interface AllocatedPod extends KubeletDevices {
  /** namespace/name; from the checkpoint, the UID. */
  readonly pod: string;
}
/** Kubelet's pod-resources API. */
export interface PodResourcesSource {
  /** Undefined when the socket is not there. kubeletUnavailable. */
  readonly of: (pod: PodRef, signal: AbortSignal) => Promise<KubeletDevices | undefined>;
  /** The same for every pod of the node. */
  readonly all: (signal: AbortSignal) => Promise<readonly AllocatedPod[] | undefined>;
  /**
   * Names of the resources that device plugins of this node serve. Undefined when kubelet cannot be asked: the socket
   * does not exist, or kubelet does not serve that.
   */
  readonly served: (signal: AbortSignal) => Promise<readonly string[] | undefined>;
}

/**
 * Asks for the one pod where kubelet serves that, else for all of the node (K8S-01). A pod that kubelet does not know
 * has no devices (K8S-02).
 */
export function podResources(socket: string, patience: Partial<KubeletPatience> = {}): PodResourcesSource {
  const limits = { ...usualPatience, ...patience };
  const { ask, allocatable } = podResourcesClient(socket, limits.mostBytes);
  let withoutGet: string | undefined;
  const resources = async (kubelet: string, pod: PodRef, signal: AbortSignal): ReturnType<AskKubelet> => {
    try {
      if (withoutGet !== kubelet) return await retried(() => ask('Get', pod, signal), limits, signal);
    } catch (error) {
      const meaning = meaningOf(error);
      if (signal.aborted || meaning === 'busy' || meaning === 'away') throw error;
      if (meaning === 'no-get') withoutGet = kubelet;
    }
    return retried(() => ask('List', undefined, signal), limits, signal);
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
        return mergedDevices(answer.filter(({ namespace, name }) => namespace === pod.namespace && name === pod.name));
      }),
    all: (outer) =>
      intime(outer, async (_kubelet, signal) => {
        const byPod = Map.groupBy(await retried(() => ask('List', undefined, signal), limits, signal), podKey);
        return [...byPod].map(([pod, answers]) => ({ pod, ...mergedDevices(answers) }));
      }),
    served: (outer) =>
      intime(outer, (_kubelet, signal) => retried(() => allocatable(signal), limits, signal)).catch(() => {
        outer.throwIfAborted();
        return undefined;
      }),
  };
}

/** Names the kubelet behind a socket: another one makes another file. */
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

/** What an answer that is an error says. Kubelet's own errors are plain ones of Go, which gRPC calls UNKNOWN. */
function meaningOf(error: unknown): Meaning {
  const { code: status, details = '' } = error as Partial<ServiceError>;
  if (status === code.unavailable) return 'away';
  if (status === code.exhausted) return details.includes('larger than max') ? 'other' : 'busy'; // the first is our own limit
  if (status === code.unimplemented || (status === code.unknown && details.includes('method disabled')))
    return 'no-get';
  if (status === code.notFound || (status === code.unknown && details.includes('not found'))) return 'unknown-pod';
  return 'other';
}

/** Tries again as long as each kind of failure may last (K8S-02, K8S-06, K8S-08). Rejects with the last failure. */
async function retried<T>(work: () => Promise<T>, limits: KubeletPatience, signal: AbortSignal): Promise<T> {
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
