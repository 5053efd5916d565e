import { performance } from 'node:perf_hooks';
import { type Measurement, variantsOf } from './calls.ts';
import { type BenchNode, type BenchPod, createBenchNode } from './node.ts';
import type { BurstRow } from './report.ts';
import { runCalls, spanOf } from './run-calls.ts';
import { rounded, summaryOf } from './statistics.ts';
import type { Command, Variant } from './variants.ts';

export interface Burst {
  readonly pods: number;
  readonly atOnce: number;
  readonly further: number;
}

/** Measures many pods that start at once, and then end at once, in all variants. */
export async function measureBursts(
  { native, delegates, against, say }: Measurement,
  bursts: readonly Burst[],
): Promise<readonly BurstRow[]> {
  const rows: BurstRow[] = [];
  for (const kind of delegates) {
    const at = await createBenchNode(native, kind);
    try {
      await at.start();
      const variants = await variantsOf(at, against);
      await oneBurst(at, variants, { pods: 10, atOnce: 5, further: 1 }); // Warm-up.
      for (const burst of bursts) {
        say(`bursts: ${kind}, ${burst.pods} pods, ${burst.atOnce} at once`);
        rows.push(...(await oneBurst(at, variants, burst)));
      }
    } finally {
      await at.remove();
    }
  }
  return rows;
}

async function oneBurst(
  at: BenchNode,
  variants: readonly Variant[],
  { pods, atOnce, further }: Burst,
): Promise<BurstRow[]> {
  const made = await Promise.all(Array.from({ length: pods }, (_, index) => at.pod(`burst-${pods}-${index}`, further)));
  const rows: BurstRow[] = [];
  for (const variant of variants) {
    const all = (command: Command): Promise<Timed> =>
      timed(made, atOnce, async (pod) => spanOf(await runCalls(variant.calls(command, pod, further), at.runner)));
    const added = await all('ADD');
    const gone = await all('DEL');
    const { delegates } = at;
    rows.push({
      delegates,
      variant: variant.name,
      pods,
      atOnce,
      further,
      addMs: added.ms,
      delMs: gone.ms,
      add: summaryOf(added.each),
    });
  }
  await Promise.all(made.map((pod) => pod.netns.remove()));
  return rows;
}

interface Timed {
  readonly ms: number;
  readonly each: readonly number[];
}

async function timed(
  pods: readonly BenchPod[],
  atOnce: number,
  work: (pod: BenchPod) => Promise<number>,
): Promise<Timed> {
  const waiting = [...pods];
  const each: number[] = [];
  const start = performance.now();
  const worker = async (): Promise<void> => {
    for (let pod = waiting.shift(); pod !== undefined; pod = waiting.shift()) each.push(await work(pod));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { ms: rounded(performance.now() - start), each };
}
