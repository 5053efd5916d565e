import type { Cluster } from '../cluster/index.ts';
import { networksTooLarge } from '../errors/index.ts';
import { type Nad, type NadRef, type PodMetadata, configWeight, maxNetworksWeight, nadKey } from '../npwg/index.ts';
import type { HeldMemory } from '../service/index.ts';

/** calls whose networks weigh less run concurrently; real networks do */
const lightWeight = 32 * 1024;

/** pods whose annotations are shorter are read concurrently; real ones are */
const lightAnnotations = 32 * 1024;

/**
 * The cluster as one call sees it. Bounds the memory that the networks of all running calls take, whatever their
 * NetworkAttachmentDefinitions contain. A call reads one NAD after another. If its networks weigh more than usual, it
 * waits until no other call holds much, so large networks delay only such calls. Above the limit, reading rejects with
 * networksTooLarge. A pod with long annotations is dropped, and read again when no other call holds much; the pod of a
 * runtime's call is parsed only then.
 */
export function holdNetworks(cluster: Cluster, held: HeldMemory): Cluster {
  let weight = 0;
  let last: Promise<unknown> = Promise.resolve();
  const read = async (ref: NadRef, signal: AbortSignal): Promise<Nad | undefined> => {
    const nad = await cluster.getNad(ref, signal);
    weight += nad === undefined ? 0 : configWeight(nad);
    if (weight > maxNetworksWeight) throw networksTooLarge({ nad: nadKey(ref), weight, most: maxNetworksWeight });
    await held.waitIf(weight > lightWeight, signal);
    return nad;
  };
  const readPod = async (
    get: () => Promise<PodMetadata | undefined>,
    signal: AbortSignal,
  ): Promise<PodMetadata | undefined> => {
    const light = await get().then((pod) => (annotationsLength(pod) > lightAnnotations ? 'heavy' : pod));
    if (light !== 'heavy') return light;
    await held.waitIf(true, signal);
    return get();
  };
  return {
    ...cluster,
    getPod: (ref, signal) => readPod(() => cluster.getPod(ref, signal), signal),
    ...(cluster.getPodOfKubelet !== undefined && {
      getPodOfKubelet: (uid, signal) => readPod(async () => cluster.getPodOfKubelet?.(uid, signal), signal),
    }),
    // also of a pod from the runtime's call
    holdPod: (pod, signal) => held.waitIf(annotationsLength(pod) > lightAnnotations, signal),
    getNad: (ref, signal) => {
      const reading = last.then(() => read(ref, signal));
      last = reading.catch(() => {}); // each caller gets its own failure
      return reading;
    },
  };
}

const annotationsLength = (pod: PodMetadata | undefined): number =>
  Object.values(pod?.annotations ?? {}).reduce((sum, text) => sum + text.length, 0);
