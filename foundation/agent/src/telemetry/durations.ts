import type { DurationSummary } from '@etis/contracts/telemetry';

/** Collects durations in milliseconds at a fixed cost in memory. */
export interface Durations {
  /** What is no duration (negative, not a number) counts as 0. */
  add(ms: number): void;
  /**
   * Count and maximum are exact. A percentile is the smallest value that so many are not above (nearest rank), off by at most 5 % from 0.01 ms to a day,
   * and by at most 0.01 ms below.
   */
  summary(): DurationSummary;
}

const leastMs = 0.01;
const growth = 1.1;
const logGrowth = Math.log(growth);
/** The last bucket begins after a day. */
const buckets = Math.ceil(Math.log(86_400_000 / leastMs) / logGrowth) + 2;

export function createDurations(): Durations {
  const counts = new Uint32Array(buckets);
  let count = 0;
  let max = 0;

  function quantile(share: number): number {
    let left = Math.max(1, Math.ceil(count * share));
    const bucket = counts.findIndex((inside) => {
      left -= inside;
      return left <= 0;
    });
    if (bucket === buckets - 1) return max;
    return Math.min(max, bucket <= 0 ? leastMs : leastMs * growth ** (bucket - 0.5));
  }

  return {
    add(ms) {
      const value = ms > 0 ? Math.min(ms, Number.MAX_SAFE_INTEGER) : 0;
      const bucket = value <= leastMs ? 0 : Math.min(buckets - 1, Math.ceil(Math.log(value / leastMs) / logGrowth));
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      count += 1;
      max = Math.max(max, value);
    },
    summary: () =>
      count === 0 ? { count, p50: 0, p95: 0, p99: 0, max } : { count, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), max },
  };
}
