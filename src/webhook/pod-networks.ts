import type { JsonObject } from '../cni/index.ts';
import { type PlexusError, networksTooLarge } from '../errors/index.ts';
import { type NadRef, maxNetworksWeight, nadKey } from '../npwg/index.ts';
import { nadsOfPod } from '../validate/index.ts';
import type { ClusterNad } from './cluster-nad.ts';
import { type DecisionParts, turnsOf } from './decision-parts.ts';
import type { Networks } from './judge.ts';

// Any author of networks determines how long it takes to check them and to plan a pod with them, and how much memory
// that takes. So networks are weighed before they are checked: those that the daemon would refuse as too large for one
// pod are never checked, and requests with networks that weigh more than those of real pods are decided one after the
// other, alternately for namespaces.

/** Requests whose networks weigh less are decided concurrently. */
const lightWeight = 32 * 1024;
/** How many networks that the watch has not delivered are read for one request. */
const mostReads = 16;
/** For how many missing networks of a request a similar name is suggested, and with how many it is compared. */
const mostSuggestions = 3;
const mostCompared = 2000;

/** A pod, or a workload with a pod template, and the namespace of its request. */
export interface PodSubject {
  readonly pod: JsonObject;
  readonly namespace: string;
}

/** Reads and checks the networks that an object's pod names, and passes them on to `decide`. */
export async function withNetworks<T>(
  subject: PodSubject,
  parts: DecisionParts,
  signal: AbortSignal,
  decide: (networks: Networks) => Promise<T>,
): Promise<T> {
  const { namespace } = subject;
  const { sources, policy, heavy } = parts;
  const inTurn = turnsOf(namespace, parts, signal);
  const named = await inTurn(() => nadsOfPod(subject.pod, policy.settings));
  const refs = [...new Map(named.map((ref): [string, NadRef] => [nadKey(ref), ref])).values()];
  // One pod may name a thousand networks that do not exist; each would cause an API request.
  const keys = new Set(sources.nadKeys());
  const unknown = refs.filter((ref) => !keys.has(nadKey(ref))).slice(mostReads);
  const wanted = refs.filter((ref) => !unknown.includes(ref));
  const decideAbout = async ({ nads, problem }: Read): Promise<T> => {
    if (problem !== undefined) return decide({ found: new Map(), others: [], problem });
    const judged = await inTurn(() => nads.map(({ judge, ...nad }) => ({ ...nad, judged: judge() })));
    const missing = refs.length - judged.length;
    const others = missing > 0 && missing <= mostSuggestions ? [...keys].slice(0, mostCompared) : [];
    return decide({ found: new Map(judged.map((nad) => [nad.key, nad])), others });
  };
  const read = (most: number): Promise<Read | undefined> => readNads(wanted, { sources, most }, signal);
  const light = await read(lightWeight);
  if (light !== undefined) return decideAbout(light);
  return heavy(namespace, async () => decideAbout((await read(Infinity)) ?? { nads: [] }), signal);
}

interface Read {
  readonly nads: readonly ClusterNad[];
  /** Why the networks cannot be used together. */
  readonly problem?: PlexusError;
}

/** Undefined if the networks, with their annotations, weigh more than `most`: those that were read are dropped. */
async function readNads(
  refs: readonly NadRef[],
  { sources, most }: Pick<DecisionParts, 'sources'> & { readonly most: number },
  signal: AbortSignal,
): Promise<Read | undefined> {
  const nads: ClusterNad[] = [];
  let [weight, annotations] = [0, 0];
  for (const ref of refs) {
    const nad = await sources.nad(ref, signal);
    if (nad === undefined) continue;
    weight += nad.weight;
    annotations += Object.values(nad.annotations).reduce((sum, text) => sum + text.length, 0);
    if (weight > maxNetworksWeight)
      return { nads: [], problem: networksTooLarge({ nad: nad.key, weight, most: maxNetworksWeight }) };
    if (weight + annotations > most) return undefined;
    nads.push(nad);
  }
  return { nads };
}
