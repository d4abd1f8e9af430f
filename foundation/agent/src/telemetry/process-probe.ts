import type { ProcessSample } from '@etis/contracts/telemetry';
import { createDurations } from './durations.ts';

/** Watches this process. `sample` says how it was since the last one, or since the start. */
export interface ProcessProbe {
  sample(): ProcessSample;
  stop(): void;
}

const tickMs = 20;
/** Enough for a hundred seconds; a machine that slept for a night says no more than that. */
const mostTicks = 5_000;

/**
 * The delay of the event loop is counted for every tick that it kept waiting, not once for each time that it was blocked: a second of blocking is a fifth
 * of an interval of five seconds, and shows in its 99th percentile. `monitorEventLoopDelay` counts it once, and forgets it where its reset comes first.
 */
export function startProcessProbe(): ProcessProbe {
  let delays = createDurations();
  let cpu = process.cpuUsage();
  let sampledAt = performance.now();
  let tickedAt = sampledAt;

  function tick(): void {
    const now = performance.now();
    const delayMs = now - tickedAt - tickMs;
    if (delayMs <= 0) delays.add(0);
    for (let waited = delayMs, ticks = 0; waited > 0 && ticks < mostTicks; waited -= tickMs, ticks += 1) delays.add(waited);
    tickedAt = now;
  }

  const timer = setInterval(tick, tickMs).unref();

  return {
    sample() {
      // A block that is just over may have let this come before the tick that it held up.
      if (performance.now() - tickedAt > tickMs) tick();
      const used = process.cpuUsage(cpu);
      const now = performance.now();
      const elapsedMs = Math.max(1, now - sampledAt);
      const { p99 } = delays.summary();
      const { rss, heapUsed } = process.memoryUsage();
      cpu = process.cpuUsage();
      sampledAt = now;
      delays = createDurations();
      return { cpu: (used.user + used.system) / 1_000 / elapsedMs, rssBytes: rss, heapBytes: heapUsed, eventLoopDelayMs: p99 };
    },
    stop: () => clearInterval(timer),
  };
}
