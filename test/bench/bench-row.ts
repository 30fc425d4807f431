/** One line of a benchmark: ours against a baseline that ran in the same process, alternating. */
export type BenchRow = {
  what: string;
  ours: number;
  baseline: number;
  baselineName: string;
  /** Ours divided by the baseline. */
  ratio: number;
  unit: string;
  note?: string;
};

/** Completes a row with its ratio, in figures of three digits. */
export const rowOf = ({ ours, baseline, ...rest }: Omit<BenchRow, 'ratio'>): BenchRow => ({
  ...rest,
  ours: round(ours),
  baseline: round(baseline),
  ratio: round(ours / baseline),
});

/** The middle of an odd number of measurements. */
export const medianOf = (values: readonly number[]): number => percentileOf(values, 0.5);

/** The value that `share` of all values don't exceed. */
export function percentileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const round = (value: number): number => Number(value.toPrecision(3));
