import type { PlatformEvent } from '@etis/contracts/events';
import { describe, expect, it } from 'vitest';
import { spineSettings } from '../settings.ts';
import type { Delivered } from './deliver.ts';
import type { LaneState, Progress } from './lane-state.ts';
import { failureOf, type OnFailure, settlementOf } from './settlement.ts';

const settings = spineSettings().dispatcher;
const event = {} as PlatformEvent;
const entries = [11n, 13n, 17n].map((position) => ({ position, event }));
const progress: Progress = { position: 10n, attempts: 1, carefulUntil: 0n, refusals: 3, heldAt: null, trouble: 'before' };

function settle(delivered: Delivered, given: { progress?: Partial<Progress>; onFailure?: OnFailure; entries?: typeof entries } = {}) {
  const lane = { progress: { ...progress, ...given.progress } } as LaneState;
  return settlementOf({ lane, entries: given.entries ?? entries, delivered, onFailure: given.onFailure ?? 'set-aside', settings });
}

const failed = (index: number, rest: { retryable?: boolean; retryAfterMs?: number } = {}): Delivered => ({
  kind: 'answered',
  outgoing: undefined,
  left: undefined,
  failed: { index, error: 'no beam', retryable: true, ...rest },
});

describe('what a turn comes to', () => {
  it('moves the lane past everything that was handled', () => {
    const done = settle({ kind: 'answered', outgoing: ['one'], left: undefined });
    expect(done).toEqual({
      progress: { position: 17n, attempts: 0, carefulUntil: 0n, refusals: 0, heldAt: null, trouble: null },
      delayMs: null,
      handled: { from: 11n, to: 17n, attempts: 1, outgoing: ['one'] },
    });
  });

  it('gives the attempt back where there was nothing to deliver', () => {
    const done = settle({ kind: 'answered', outgoing: undefined, left: undefined }, { entries: [] });
    expect(done).toEqual({ progress: { ...progress, attempts: 0 }, delayMs: null });
  });

  it('sets the entry that failed aside, and goes on after it', () => {
    const done = settle(failed(1));
    expect(done).toMatchObject({
      progress: { position: 13n, attempts: 0 },
      handled: { from: 11n, to: 11n },
      aside: { position: 13n, state: 'parked', attempts: 1, error: 'no beam' },
    });
    expect(settle(failed(0)).handled).toBeUndefined();
  });

  it('makes a dead letter of what must not come back, or has used up its attempts', () => {
    expect(settle(failed(0, { retryable: false })).aside).toMatchObject({ state: 'dead' });
    expect(settle(failed(0), { progress: { attempts: settings.maxAttempts } }).aside).toMatchObject({ state: 'dead' });
  });

  it.each([
    [5_000, 5_000],
    [0, 0],
    [1e12, 86_400_000],
  ])('honours a wish to wait %d ms', (retryAfterMs, delayMs) => {
    expect(settle(failed(0, { retryAfterMs })).aside?.delayMs).toBe(delayMs);
  });

  it.each([Number.NaN, -1])('takes no notice of a wish that is none: %d', (retryAfterMs) => {
    expect(settle(failed(0, { retryAfterMs })).aside?.delayMs).toBeLessThanOrEqual(settings.parkedBackoff.base);
  });

  it('keeps the lane where it is without an outcome, and has its entries go one by one', () => {
    const done = settle({ kind: 'unknown', error: 'the line broke' });
    expect(done.progress).toEqual({ ...progress, carefulUntil: 17n, refusals: 0, trouble: 'the line broke' });
    expect(done.delayMs).toBeGreaterThan(0);
    expect(done.aside ?? done.handled).toBeUndefined();
    const earlier = settle({ kind: 'unknown', error: 'again' }, { progress: { carefulUntil: 99n } });
    expect(earlier.progress.carefulUntil).toBe(99n);
  });

  it('blames no entry for a cluster that cannot be reached', () => {
    const done = settle({ kind: 'unreachable', error: 'away' });
    expect(done.progress).toEqual({ ...progress, attempts: 0, refusals: 4, trouble: 'away' });
  });
});

describe('a lane that stands still at what fails', () => {
  const onFailure = 'stop-lane';

  it('keeps what was handled, and waits for the entry, which then goes alone', () => {
    const done = settle(failed(1, { retryAfterMs: 700 }), { onFailure });
    expect(done).toMatchObject({
      progress: { position: 11n, attempts: 1, carefulUntil: 13n, heldAt: null, trouble: 'no beam' },
      delayMs: 700,
      handled: { from: 11n, to: 11n },
    });
    expect(done.aside).toBeUndefined();
  });

  it('is held at the entry once its attempts are used up, which is a dead letter then', () => {
    const done = settle(failed(0), { onFailure, progress: { attempts: settings.maxAttempts } });
    expect(done).toMatchObject({ progress: { position: 10n, heldAt: 11n }, delayMs: null, aside: { position: 11n, state: 'dead' } });
    expect(settle(failed(2, { retryable: false }), { onFailure }).progress).toMatchObject({ position: 13n, heldAt: 17n });
  });

  it('is held by an entry without an outcome too', () => {
    const failure = { position: 11n, attempts: settings.maxAttempts, error: 'no outcome', retryable: true };
    expect(failureOf({ progress, failure, reached: 10n, onFailure, settings }).progress.heldAt).toBe(11n);
  });
});
