import type { Cluster } from '../cluster/index.ts';
import { networksTooLarge } from '../errors/index.ts';
import { type Nad, type NadRef, configWeight, nadKey } from '../npwg/index.ts';
import { type Turns, createTurns } from '../files/index.ts';

/**
 * Limit for the weight (configWeight) of the networks of one pod: a call holds them several times, and then the journal
 * does.
 */
const mostWeight = 256 * 1024;
/** Calls whose networks weigh less run side by side: real ones do. */
const lightWeight = 32 * 1024;

/** The cluster of one call. */
export interface HeldNetworks {
  readonly cluster: Cluster;
  /** At the end of the call. */
  readonly release: () => Promise<void>;
}

/**
 * Bounds what the networks of all calls that run take in memory, whatever is in their NetworkAttachmentDefinitions: a
 * call reads one after the other; one whose networks weigh more than usual waits until no other such call runs; above
 * the limit it fails with networksTooLarge. So large networks delay only pods with large networks.
 */
export function networkHolder(turns: Turns = createTurns()): (cluster: Cluster) => HeldNetworks {
  return (cluster) => {
    let weight = 0;
    let turn: Promise<() => void> | undefined;
    let last: Promise<unknown> = Promise.resolve();
    const read = async (ref: NadRef, signal: AbortSignal): Promise<Nad | undefined> => {
      const nad = await cluster.getNad(ref, signal);
      weight += nad === undefined ? 0 : configWeight(nad);
      if (weight > mostWeight) throw networksTooLarge({ nad: nadKey(ref), weight, most: mostWeight });
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
