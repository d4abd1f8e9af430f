import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ProcessProbe, startProcessProbe } from './process-probe.ts';

let probe: ProcessProbe;
beforeEach(() => {
  probe = startProcessProbe();
});
afterEach(() => probe.stop());

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('the probe of the process', () => {
  it('sees a block that the sample itself comes right after', () => {
    block(300);
    const { eventLoopDelayMs, cpu } = probe.sample();
    expect(eventLoopDelayMs).toBeGreaterThan(200);
    expect(cpu).toBeGreaterThan(0.3);
  });

  it('begins anew with each sample', () => {
    block(300);
    probe.sample();
    expect(probe.sample().eventLoopDelayMs).toBeLessThan(100);
  });

  it('gives a block the weight of its length', async () => {
    block(200);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(probe.sample().eventLoopDelayMs).toBeGreaterThan(130);
  });

  it('knows the memory', () => {
    const { rssBytes, heapBytes } = probe.sample();
    expect(rssBytes).toBeGreaterThan(heapBytes / 2);
    expect(heapBytes).toBeGreaterThan(1_000_000);
  });
});
