import type { Change, Client } from '@etis/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLive } from './live.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const change = (resource: string): Change => ({ resource, id: null, version: null });

/** A feed that brings so many changes each millisecond for so long. */
function feed(perMs: number, ms: number, resources: readonly string[]): Pick<Client, 'changes'> {
  return {
    async *changes({ signal, onState } = {}) {
      onState?.(true);
      for (let at = 0; at < ms && !signal?.aborted; at += 1) {
        for (let count = 0; count < perMs; count += 1) yield change(resources[count % resources.length] ?? '*');
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      onState?.(false);
    },
  };
}

describe('the live feed', () => {
  it('asks for no more looks under 5,000 changes in a second than twice a second, and misses no resource', async () => {
    const looks: ReadonlySet<string>[] = [];
    const live = createLive({
      etis: feed(5, 1_000, ['events', 'lanes', 'jobs']),
      look: (resources) => void looks.push(resources),
      lost: () => undefined,
    });
    live.start();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(looks.length).toBeLessThanOrEqual(3);
    for (const look of looks) expect([...look].sort()).toEqual(['events', 'jobs', 'lanes']);
  });

  it('says whether it is live, and nothing more once it is stopped', async () => {
    const look = vi.fn();
    const live = createLive({ etis: feed(1, 10_000, ['events']), look, lost: () => undefined });
    const states: string[] = [];
    live.subscribe(() => void states.push(live.state()));
    live.start();
    await vi.advanceTimersByTimeAsync(700);
    live.stop();
    const before = look.mock.calls.length;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(before).toBe(1);
    expect(look).toHaveBeenCalledTimes(before);
    expect(states).toEqual(['live', 'away']);
  });

  it('tells of what ends it for good', async () => {
    const lost = vi.fn();
    const refused = new Error('refused');
    const live = createLive({
      etis: {
        // biome-ignore lint/correctness/useYield: it is refused before the first change
        async *changes() {
          throw refused;
        },
      },
      look: () => undefined,
      lost,
    });
    live.start();
    await vi.advanceTimersByTimeAsync(1);
    expect(lost).toHaveBeenCalledWith(refused);
    expect(live.state()).toBe('away');
  });
});
