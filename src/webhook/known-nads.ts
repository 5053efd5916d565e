import { configWeight, maxConfigLength } from '../npwg/index.ts';
import { judgeNad } from '../validate/index.ts';
import type { ClusterNad, JudgedNetwork } from './cluster-nad.ts';
import { annotationsOf, stringAt } from './pod-parts.ts';

/** Limit for the weight of all networks whose judgement is kept. Thousands of real networks weigh less. */
const mostKeptWeight = 8 * 1024 * 1024;
/** The weight of a judgement whatever the configuration contains. */
const weightOfEmpty = 2048;

interface Kept {
  readonly object: object;
  readonly judged: JudgedNetwork;
  readonly weight: number;
}

/**
 * Returns a function that describes an object of that key. Each object is judged once while its judgement is kept; those
 * that were made first are dropped, because any author of networks determines how much they take.
 */
export function knownNads(most = mostKeptWeight): (key: string, object: object) => ClusterNad {
  const kept = new Map<string, Kept>();
  let keptWeight = 0;
  const drop = (key: string): void => {
    keptWeight -= kept.get(key)?.weight ?? 0;
    kept.delete(key);
  };
  const keep = (key: string, one: Kept): void => {
    drop(key);
    kept.set(key, one);
    keptWeight += one.weight;
    for (const oldest of kept.keys()) {
      if (keptWeight <= most) return;
      drop(oldest);
    }
  };
  const judge = (key: string, object: object, weight: number): JudgedNetwork => {
    const known = kept.get(key);
    if (known?.object === object) return known.judged;
    const { nad, ipams } = judgeNad(object);
    const judged = { key, ipams, ...(nad !== undefined && { nad }) };
    keep(key, { object, judged, weight: weightOfEmpty + weight });
    return judged;
  };
  return (key, object) => {
    const weight = weightOf(object);
    return { key, annotations: annotationsOf(object), weight, judge: () => judge(key, object, weight) };
  };
}

/** A configuration that is too long is not read. */
function weightOf(object: object): number {
  const config = stringAt(object, 'spec', 'config');
  return config.length > maxConfigLength ? 0 : configWeight({ config });
}
