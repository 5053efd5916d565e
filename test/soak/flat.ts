import { type Sample, type SeriesName, series, seriesNames } from './sample.ts';

/** Daemons are killed only in this first part of the run; afterwards one process is observed from its start. */
export const killsUntil = 0.7;
const early = [0.75, 0.85] as const;
const late = [0.9, 1] as const;
const growth = 0.15;

export interface Judgement {
  readonly name: SeriesName;
  readonly early: number;
  readonly late: number;
  readonly most: number;
  readonly isFlat: boolean;
}

/**
 * Judges whether each series is flat: the median of the last tenth of the run must be at most 15 % and a constant above
 * the median of the tenth that begins at three quarters. Medians, because a sample may coincide with a garbage
 * collection or a pending retry. The constant (`slack`) allows for small numbers, and for the first collections and
 * pools of a young process.
 */
export const judge = (samples: readonly Sample[], cycles: number): readonly Judgement[] =>
  seriesNames.map((name) => {
    const within = ([from, to]: readonly [number, number]): number =>
      median(
        samples.filter(({ cycle }) => cycle >= from * cycles && cycle <= to * cycles).map((sample) => sample[name]),
      );
    const [first, last] = [within(early), within(late)];
    const most = first * (1 + growth) + series[name].slack;
    return { name, early: first, late: last, most, isFlat: last <= most };
  });

/** NaN for an empty list, which is never flat. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
