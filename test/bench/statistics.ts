/** Summary of many samples of one measurement. */
export interface Summary {
  readonly median: number;
  readonly p95: number;
  readonly least: number;
  readonly samples: number;
}

/** The sample below which that fraction of all samples lies (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const summaryOf = (values: readonly number[]): Summary => ({
  median: rounded(median(values)),
  p95: rounded(quantile(values, 0.95)),
  least: rounded(quantile(values, 0)),
  samples: values.length,
});

/** To a hundredth. */
export const rounded = (value: number): number => Math.round(value * 100) / 100;
