import type { Measurement } from './calls.ts';
import { createBenchNode } from './node.ts';
import type { ParallelRow } from './report.ts';
import { runCalls, spanOf } from './run-calls.ts';
import { type Summary, summaryOf } from './statistics.ts';
import { type Variant, bare, direct, throughDaemon } from './variants.ts';

const further = 3; // Four networks, including the default one.

/** Measures four networks whose plugin takes 250 ms, sequentially and concurrently (attachmentConcurrency). */
export async function measureParallel({ native, repetitions, say }: Measurement): Promise<readonly ParallelRow[]> {
  const at = await createBenchNode(native, 'pause');
  try {
    await at.start();
    const times = Math.min(repetitions, 5);
    const measure = async (variant: Variant): Promise<Summary> => {
      const samples: number[] = [];
      for (let repetition = 0; repetition < times; repetition++) {
        const pod = await at.pod(`${variant.name}-${repetition}`, further);
        samples.push(spanOf(await runCalls(variant.calls('ADD', pod, further), at.runner)));
        await runCalls(variant.calls('DEL', pod, further), at.runner);
        await pod.netns.remove();
      }
      return summaryOf(samples);
    };
    const rows: ParallelRow[] = [{ variant: 'bare', concurrency: 'not set', add: await measure(bare(at)) }];
    for (const attachmentConcurrency of [1, 4]) {
      const more = { attachmentConcurrency };
      for (const variant of [await throughDaemon(at, more), direct(at, more)]) {
        say(`parallel: ${variant.name}, attachmentConcurrency ${attachmentConcurrency}`);
        rows.push({ variant: variant.name, concurrency: attachmentConcurrency, add: await measure(variant) });
      }
    }
    const [one, four] = [1, 4].map(
      (wanted) =>
        rows.find(({ variant, concurrency }) => variant === 'daemon' && concurrency === wanted)?.add.median ?? 0,
    );
    if ((four ?? 0) < (one ?? 0) * 0.8) return rows;
    say('parallel: attachmentConcurrency makes no difference; the settings do not know it (skipped)');
    return [];
  } catch (error) {
    say(`parallel: skipped; attachmentConcurrency is refused: ${String(error)}`);
    return [];
  } finally {
    await at.remove();
  }
}
