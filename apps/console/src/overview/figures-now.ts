import type { SubscriberLoad } from '@etis/client';

type Load = Pick<SubscriberLoad, 'since' | 'at' | 'queues' | 'work' | 'process'>;

/** How much is done and waits, over all processes, as each last reported. */
export interface FiguresNow {
  /** By kind of work, the most frequent first. */
  readonly work: readonly { readonly work: string; readonly perSecond: number; readonly failedPerSecond: number; readonly p95: number }[];
  readonly queues: readonly { readonly queue: string; readonly depth: number; readonly oldestMs: number }[];
  /** Milliseconds that the oldest of everything waits. */
  readonly lagMs: number;
  /** Cores in use, over all processes. */
  readonly cores: number;
  readonly eventLoopDelayMs: number;
  readonly memoryBytes: number;
}

/** Sums over subscribers and tenants; the percentile is the worst of theirs, because percentiles do not add up. */
export function figuresNow(loads: readonly Load[]): FiguresNow {
  const work = new Map<string, { perSecond: number; failedPerSecond: number; p95: number }>();
  const queues = new Map<string, { depth: number; oldestMs: number }>();
  for (const load of loads) {
    const seconds = Math.max(0.001, (Date.parse(load.at) - Date.parse(load.since)) / 1_000);
    for (const sample of load.work) {
      const sum = work.get(sample.work) ?? { perSecond: 0, failedPerSecond: 0, p95: 0 };
      sum.perSecond += sample.done / seconds;
      sum.failedPerSecond += sample.failed / seconds;
      sum.p95 = Math.max(sum.p95, sample.durations.p95);
      work.set(sample.work, sum);
    }
    for (const { queue, depth, oldestMs } of load.queues) {
      const sum = queues.get(queue) ?? { depth: 0, oldestMs: 0 };
      queues.set(queue, { depth: sum.depth + depth, oldestMs: Math.max(sum.oldestMs, oldestMs) });
    }
  }
  return {
    work: [...work]
      .map(([name, sum]) => ({ work: name, ...sum }))
      .sort((a, b) => b.perSecond - a.perSecond || a.work.localeCompare(b.work)),
    queues: [...queues]
      .map(([queue, sum]) => ({ queue, ...sum }))
      .sort((a, b) => b.oldestMs - a.oldestMs || a.queue.localeCompare(b.queue)),
    lagMs: Math.max(0, ...[...queues.values()].map(({ oldestMs }) => oldestMs)),
    cores: loads.reduce((sum, { process }) => sum + process.cpu, 0),
    eventLoopDelayMs: Math.max(0, ...loads.map(({ process }) => process.eventLoopDelayMs)),
    memoryBytes: loads.reduce((sum, { process }) => sum + process.rssBytes, 0),
  };
}
