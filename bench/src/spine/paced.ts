import { countdown } from '../jobs/contender.ts';
import { quantile } from '../report.ts';
import type { Contender } from './contender.ts';
import { pace } from './publish.ts';

/** Milliseconds from the moment when a message was due to be published to its handler. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function latencyOf(times: readonly number[]): Latency {
  const rounded = (value: number) => Number(value.toFixed(2));
  return { p50: rounded(quantile(times, 0.5)), p99: rounded(quantile(times, 0.99)), max: rounded(quantile(times, 1)) };
}

/** Calls of `publish` under way in a paced measurement where nothing else is said. */
export const pacedAtOnce = 2;

/** The first second of a pace is warm-up. */
const warmUpSeconds = 1;

/** Publishes at a steady rate over all lanes and resolves to each message's latency. */
export async function pacedTimes(
  contender: Contender,
  given: { perSecond: number; seconds: number; lanes: number; atOnce?: number },
): Promise<readonly number[]> {
  const { perSecond, seconds, lanes, atOnce = pacedAtOnce } = given;
  const skipped = perSecond * warmUpSeconds;
  const count = skipped + perSecond * seconds;
  const times: number[] = [];
  const { reached, tick } = countdown(count);
  const stop = await contender.consume(({ n, at }) => {
    if (n >= skipped) times.push(performance.now() - at);
    tick();
  });
  await pace(contender, { perSecond, count, atOnce, laneOf: (n) => n % lanes });
  await reached;
  await stop();
  return times;
}
