import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Native } from './native.ts';
import { plexusDirect } from '../support/cni-runtime.ts';
import { type BenchNode, type Delegates, createBenchNode } from './node.ts';
import type { CallRow } from './report.ts';
import { runCalls, spanOf } from './run-calls.ts';
import { summaryOf } from './statistics.ts';
import { type Variant, another, bare, direct, throughDaemon } from './variants.ts';

/** What to measure, and how often. */
export interface Measurement {
  readonly native: Native;
  readonly repetitions: number;
  /** Numbers of additional networks. */
  readonly further: readonly number[];
  readonly delegates: readonly Delegates[];
  /** "NAME=PROGRAM,CONFIGURATION" */
  readonly against: readonly string[];
  readonly say: (text: string) => void;
}

/** The variants of a node with a running daemon, the plugins alone first. */
export async function variantsOf(at: BenchNode, against: readonly string[]): Promise<readonly Variant[]> {
  const single = existsSync(plexusDirect) ? [direct(at, {}, ['one-file', plexusDirect])] : []; // npm run build:standalone
  return [
    bare(at),
    await throughDaemon(at),
    direct(at),
    ...single,
    ...(await Promise.all(against.map((spec) => another(at, spec)))),
  ];
}

/**
 * Measures ADD and DEL of the same networks in all variants. Each repetition runs every variant once and starts with a
 * different one, so that other load on the machine affects all of them.
 */
export async function measureCalls({
  native,
  repetitions,
  further,
  delegates,
  against,
  say,
}: Measurement): Promise<readonly CallRow[]> {
  const rows: CallRow[] = [];
  for (const kind of delegates) {
    const at = await createBenchNode(native, kind);
    try {
      await at.start();
      const variants = await variantsOf(at, against);
      await repeat(at, variants, { count: 0, repetitions: 3, name: 'warm' });
      for (const count of further) {
        say(`calls: ${kind}, ${count} additional networks`);
        const samples = await repeat(at, variants, { count, repetitions, name: 'pod' });
        const rowOf = ({ name }: { readonly name: string }): CallRow => {
          const { add = [], del = [] } = samples.get(name) ?? {};
          return { delegates: kind, further: count, variant: name, add: summaryOf(add), del: summaryOf(del) };
        };
        rows.push(...variants.map(rowOf));
      }
    } finally {
      await at.remove();
    }
  }
  return rows;
}

// Background work of a call (for example Events) must not count for the next one.
const pauseMs = 25;

interface Round {
  readonly count: number;
  readonly repetitions: number;
  readonly name: string;
}
type Samples = ReadonlyMap<string, { readonly add: number[]; readonly del: number[] }>;

async function repeat(
  at: BenchNode,
  variants: readonly Variant[],
  { count, repetitions, name }: Round,
): Promise<Samples> {
  const samples = new Map(variants.map((variant) => [variant.name, { add: [] as number[], del: [] as number[] }]));
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const pod = await at.pod(`${name}-${count}-${repetition}`, count);
    const first = repetition % variants.length;
    for (const variant of [...variants.slice(first), ...variants.slice(0, first)]) {
      const times = samples.get(variant.name);
      times?.add.push(spanOf(await runCalls(variant.calls('ADD', pod, count), at.runner)));
      await delay(pauseMs);
      times?.del.push(spanOf(await runCalls(variant.calls('DEL', pod, count), at.runner)));
      await delay(pauseMs);
    }
    await pod.netns.remove();
    await at.api.remove('pods', [pod.name]);
  }
  return samples;
}
