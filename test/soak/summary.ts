import { table } from '../../src/view/index.ts';
import { killsUntil } from './flat.ts';
import { series } from './sample.ts';
import type { SoakReport } from './soak.ts';

/** Formats the report as text: calls, injected faults, the series, and violations. */
export function summary({ options, seconds, calls, faults, samples, judgements, problems }: SoakReport): string {
  const lives = samples.at(-1)?.life ?? 0;
  const rows = judgements.map(({ name, early, late, isFlat }) => {
    const values = samples.map((sample) => sample[name]);
    const figures = [values[0], values.at(-1), Math.max(...values), early, late];
    const { title, unit } = series[name];
    return [title, unit, ...figures.map((figure) => String(figure ?? '')), isFlat ? 'yes' : 'NO'];
  });
  return [
    `${samples.at(-1)?.cycle ?? 0} cycles of ${options.cycles}, ${options.atOnce} at once, seed ${options.seed}, in ${minutes(seconds)}; ${lives} daemon processes, the last one for ${share(samples)} of the cycles`,
    table(['CALLS', 'TIMES'], rowsOf(calls.entries())),
    table(['FAULTS', 'TIMES'], rowsOf(faults.entries())),
    `Looked at ${samples.length} times, while no call ran; the daemon was killed in the first ${killsUntil * 100} % of the cycles.`,
    table(['SERIES', 'UNIT', 'FIRST', 'LAST', 'MOST', 'MEDIAN AT 80 %', 'MEDIAN AT 95 %', 'FLAT'], rows),
    problems.length === 0 ? 'Nothing is left: passed.' : `FAILED:\n${problems.map((each) => `- ${each}`).join('\n')}`,
  ].join('\n\n');
}

const rowsOf = (entries: readonly (readonly [string, number])[]): string[][] =>
  entries.map(([what, times]) => [what, String(times)]);

const minutes = (seconds: number): string =>
  seconds < 120 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(0)} min`;

/** The fraction of the run that the last daemon process covers. */
function share(samples: SoakReport['samples']): string {
  const last = samples.at(-1);
  const from = samples.findLast(({ life }) => life !== last?.life)?.cycle ?? 0;
  return `${Math.round((1 - from / (last?.cycle ?? 1)) * 100)} %`;
}
