import { type Sample, type SeriesName, series, seriesNames } from './sample.ts';

/** Daemons are killed in this part of the run only: afterwards one process is watched from its start. */
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
 * Whether each series is flat: the median of the last tenth of the run is at most 15 % and a constant above the median
 * of the tenth that begins at three quarters. Medians, because a sample may meet a garbage collection or something that
 * is still tried again; the constant (`slack`) is for small numbers and for what a young process still gains: its first
 * collections and pools.
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

/** NaN for nothing, which is never flat. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
