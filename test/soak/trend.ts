export interface Sample {
  readonly seconds: number;
  readonly value: number;
}

/** A straight line through samples, and how far they lie from it. */
export interface Trend {
  readonly perHour: number;
  /** What the line rises by from the first sample to the last. */
  readonly rise: number;
  /** Standard deviation of the samples about the line. */
  readonly noise: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The line of least squares.
 * @throws RangeError for fewer than three samples, through which any line fits
 */
export function trendOf(samples: readonly Sample[]): Trend {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length < 3) {
    throw new RangeError(`samples: got ${samples.length}, needed at least 3`);
  }
  const [time, level] = [mean(samples.map(({ seconds }) => seconds)), mean(samples.map(({ value }) => value))];
  const covariance = mean(samples.map(({ seconds, value }) => (seconds - time) * (value - level)));
  const slope = covariance / mean(samples.map(({ seconds }) => (seconds - time) ** 2));
  const distances = samples.map(({ seconds, value }) => value - level - slope * (seconds - time));
  return {
    perHour: slope * 3600,
    rise: slope * (last.seconds - first.seconds),
    noise: Math.sqrt(mean(distances.map((distance) => distance ** 2))),
  };
}

/** Whether the values rise by no more than their noise explains, or than is allowed for; what falls is no leak. */
export const isFlat = ({ noise, rise }: Trend, allowed = 0): boolean => rise <= Math.max(3 * noise, allowed);
