/**
 * Exponential back-off with full jitter: attempt 1 waits up to `base`, each further one up to twice as long, never more than `cap`.
 * All in milliseconds; at least a tenth of the bound, so that a retry never comes at once.
 */
export function backoff(attempt: number, options: { base: number; cap: number; random?: () => number }): number {
  const bound = Math.min(options.cap, options.base * 2 ** Math.min(Math.max(0, attempt - 1), 40));
  const random = options.random ?? Math.random;
  return Math.round(bound * (0.1 + 0.9 * random()));
}
