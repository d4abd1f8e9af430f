import type { Verdict } from '@etis/contracts/directives';
import type { Freshness, OnLeaseEnd } from '@etis/contracts/snapshot';
import { silentLog } from '@etis/kernel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDirectives } from '../directives/directives-store.ts';
import { restriction } from '../directives/directives-under-test.ts';
import { withLeaseEnd } from './lease-end.ts';

let freshness: Freshness;
const clock = { at: 0, now: () => clock.at };
beforeEach(() => {
  freshness = 'READY';
  clock.at = Date.parse('2026-03-01T10:00:00.000Z');
});
afterEach(() => {
  vi.useRealTimers();
});

const store = () => createDirectives({ clock, log: silentLog });
const leased = (onLeaseEnd: OnLeaseEnd, directives = store()) =>
  withLeaseEnd(directives, { onLeaseEnd, freshness: () => freshness, clock });

describe('past the time of what governs', () => {
  it.each<[OnLeaseEnd, Verdict['verb'] | null]>([
    ['continue', null],
    ['stop-new-work', 'pause'],
    ['stop', 'kill'],
  ])('a part that is to %s gets the verdict %s', (onLeaseEnd, verb) => {
    const directives = leased(onLeaseEnd);
    for (const state of ['EMPTY', 'READY'] as const) {
      freshness = state;
      expect(directives.verdict({ tenant: 'acme' })).toBeNull();
    }
    freshness = 'STALE';
    expect(directives.verdict({ tenant: 'acme' })?.verb ?? null).toBe(verb);
    freshness = 'READY';
    expect(directives.verdict({ tenant: 'acme' })).toBeNull();
  });

  it('says since when, and counts anew the next time', () => {
    const directives = leased('stop');
    freshness = 'STALE';
    const first = directives.verdict({})?.since;
    clock.at += 60_000;
    expect(directives.verdict({})?.since).toBe(first);
    freshness = 'READY';
    directives.verdict({});
    freshness = 'STALE';
    expect(directives.verdict({})?.since).toBe(clock.at);
  });

  it('leaves a kill what it is, and outdoes what is milder', () => {
    const own = store();
    const directives = leased('stop-new-work', own);
    own.apply(restriction({ verb: 'throttle', rate: { count: 1, perMs: 1_000 } }), 'a');
    freshness = 'STALE';
    expect(directives.verdict({})?.verb).toBe('pause');
    own.apply(restriction({ verb: 'kill' }), 'b');
    expect(directives.verdict({})?.verb).toBe('kill');
    expect(directives.inForce()).toHaveLength(2);
  });

  it('is told to who follows within a second, like every directive', () => {
    vi.useFakeTimers();
    const own = store();
    const directives = leased('stop', own);
    let told = 0;
    const forget = directives.subscribe(() => {
      told += 1;
    });
    own.apply(restriction({}), 'a');
    expect(told).toBe(1);
    freshness = 'STALE';
    vi.advanceTimersByTime(1_000);
    expect(told).toBe(2);
    vi.advanceTimersByTime(5_000);
    expect(told).toBe(2);
    forget();
    freshness = 'READY';
    vi.advanceTimersByTime(5_000);
    expect(told).toBe(2);
  });
});
