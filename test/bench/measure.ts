import { performance } from 'node:perf_hooks';
import type { RuntimeAnswer } from '../support/cni-runtime.ts';

export const repetitions = Number(process.env['BENCH_REPETITIONS'] ?? 15);

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
export const ms = (value: number): string => value.toFixed(1);

/** Milliseconds that a call took. Rejects when it failed: a figure of a failure is none. */
export async function timed(work: () => Promise<RuntimeAnswer>): Promise<number> {
  const start = performance.now();
  const answer = await work();
  if (answer.exitCode !== 0) throw new Error(`a call failed: ${answer.stdout}${answer.stderr}`);
  return performance.now() - start;
}

/** Medians of several kinds of work, done in turn, so that what else the machine does is shared by all. */
export async function inTurn<K extends string>(times: number, round: (repetition: number) => Promise<Readonly<Record<K, number>>>): Promise<Record<K, number>> {
  const samples = new Map<K, number[]>();
  for (let repetition = 0; repetition < times; repetition++) {
    const figures = await round(repetition);
    for (const kind of Object.keys(figures) as K[]) samples.set(kind, [...(samples.get(kind) ?? []), figures[kind]]);
  }
  return Object.fromEntries([...samples].map(([kind, values]) => [kind, median(values)])) as Record<K, number>;
}
