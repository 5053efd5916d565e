import type { Cluster } from '../cluster/index.ts';
import { networksTooLarge } from '../errors/index.ts';
import { type Nad, type NadRef, configWeight, nadKey } from '../npwg/index.ts';
import { type Turns, createTurns } from '../files/index.ts';

/**
 * limit for the weight (configWeight) of one pod's networks: a call keeps several copies of them, and so does the
 * journal
 */
const maxWeight = 256 * 1024;
/** calls whose networks weigh less run concurrently; real networks do */
const lightWeight = 32 * 1024;

/** The cluster as one call sees it. */
export interface HeldNetworks {
  readonly cluster: Cluster;
  /** Releases the networks at the end of the call. */
  readonly release: () => Promise<void>;
}

/**
 * Bounds the memory that the networks of all running calls take, whatever their NetworkAttachmentDefinitions contain. A
 * call reads one NAD after another. If its networks weigh more than usual, it waits until no other such call runs, so
 * large networks delay only pods with large networks. Above the limit, reading rejects with networksTooLarge.
 */
export function networkHolder(turns: Turns = createTurns()): (cluster: Cluster) => HeldNetworks {
  return (cluster) => {
    let weight = 0;
    let turn: Promise<() => void> | undefined;
    let last: Promise<unknown> = Promise.resolve();
    const read = async (ref: NadRef, signal: AbortSignal): Promise<Nad | undefined> => {
      const nad = await cluster.getNad(ref, signal);
      weight += nad === undefined ? 0 : configWeight(nad);
      if (weight > maxWeight) throw networksTooLarge({ nad: nadKey(ref), weight, most: maxWeight });
      if (weight > lightWeight) await (turn ??= turns.take(signal));
      return nad;
    };
    return {
      cluster: {
        ...cluster,
        getNad: (ref, signal) => {
          const reading = last.then(() => read(ref, signal));
          last = reading.catch(() => {}); // each caller gets its own failure
          return reading;
        },
      },
      release: async () => (await turn?.catch(() => undefined))?.(),
    };
  };
}
