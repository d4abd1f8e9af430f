import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  failureOf,
  noProgress,
  type Progress,
  provenDespiteJob,
  type SendState,
  type Signal,
  sendStates,
  stateOf,
} from './progress.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const signals = {
  accepted: { step: 'accepted', messageId: 'wamid.a', at: at(1) },
  sent: { step: 'sent', messageId: 'wamid.a', at: at(2) },
  delivered: { step: 'delivered', messageId: 'wamid.a', at: at(3) },
  read: { step: 'read', messageId: 'wamid.a', at: at(4) },
  failed: { step: 'failed', messageId: 'wamid.a', at: at(5), reason: '131026: undeliverable' },
  dead: { step: 'dead', messageId: null, at: at(6), reason: 'it may have been sent' },
} as const satisfies Record<string, Signal>;
type Name = keyof typeof signals;

const having = (names: readonly Name[]): Progress => names.map((name) => signals[name]).reduce<Progress>(advance, noProgress);

const time = fc.integer({ min: 0, max: 20 }).map(at);
const messageId = fc.constantFrom(null, 'wamid.a', 'wamid.b');
const signal: fc.Arbitrary<Signal> = fc.oneof(
  fc.record({ step: fc.constantFrom('accepted', 'sent', 'delivered', 'read'), messageId, at: time }),
  fc.record({ step: fc.constantFrom('failed', 'dead'), messageId, at: time, reason: fc.constantFrom('one', 'other') }),
);
/** A set of signals, and the same ones again: shuffled, some of them more than once. */
const twoTellings = fc.array(signal, { maxLength: 8 }).chain((told) =>
  fc
    .tuple(fc.shuffledSubarray(told, { minLength: told.length }), fc.subarray(told), fc.infiniteStream(fc.nat()))
    .map(([shuffled, repeated, places]) => {
      const retold = [...shuffled];
      for (const again of repeated) retold.splice((places.next().value as number) % (retold.length + 1), 0, again);
      return { told, retold };
    }),
);

describe('how far a send has come', () => {
  it.each<[readonly Name[], SendState]>([
    [[], 'requested'],
    [['accepted'], 'accepted'],
    [['accepted', 'sent'], 'sent'],
    [['accepted', 'sent', 'delivered'], 'delivered'],
    [['accepted', 'sent', 'delivered', 'read'], 'read'],
    [['accepted', 'read'], 'read'],
    [['read', 'delivered', 'sent', 'accepted'], 'read'],
    [['accepted', 'failed'], 'failed'],
    [['failed', 'accepted'], 'failed'],
    [['sent', 'failed'], 'failed'],
    [['failed', 'sent'], 'failed'],
    [['delivered', 'failed'], 'delivered'],
    [['failed', 'delivered'], 'delivered'],
    [['failed', 'read'], 'read'],
    [['dead'], 'failed'],
    [['dead', 'sent'], 'sent'],
    [['sent', 'dead'], 'sent'],
    [['dead', 'accepted'], 'accepted'],
    [['dead', 'failed'], 'failed'],
    [['dead', 'read'], 'read'],
  ])('%j is %s', (names, state) => expect(stateOf(having(names))).toBe(state));

  it('is the same for the same news, in whatever order and however often it comes', () => {
    fc.assert(
      fc.property(twoTellings, ({ told, retold }) => {
        const [one, other] = [told, retold].map((news) => news.reduce(advance, noProgress)) as [Progress, Progress];
        expect(other).toEqual(one);
        expect([stateOf(other), failureOf(other), provenDespiteJob(other)]).toEqual([stateOf(one), failureOf(one), provenDespiteJob(one)]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never falls back, but for a failure below delivered', () => {
    fc.assert(
      fc.property(fc.array(signal, { maxLength: 12 }), (news) => {
        let progress = noProgress;
        for (const next of news) {
          const before = sendStates.indexOf(stateOf(progress));
          progress = advance(progress, next);
          const state = stateOf(progress);
          if (state !== 'failed' && sendStates[before] !== 'failed') expect(sendStates.indexOf(state)).toBeGreaterThanOrEqual(before);
          if (sendStates[before] === 'delivered' || sendStates[before] === 'read') expect(state).not.toBe('failed');
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("says a failure's reason only while it is one, the channel's before the job's", () => {
    expect(failureOf(having(['dead']))?.reason).toBe('it may have been sent');
    expect(failureOf(having(['dead', 'failed']))?.reason).toBe('131026: undeliverable');
    expect(failureOf(having(['dead', 'sent']))).toBeNull();
    expect(failureOf(having(['failed', 'delivered']))).toBeNull();
  });
});

describe('what is proven although the job did not succeed', () => {
  it.each<[readonly Name[], string | null]>([
    [['dead'], null],
    [['sent'], null],
    [['sent', 'dead'], 'sent'],
    [['dead', 'delivered'], 'delivered'],
    [['dead', 'read'], 'read'],
    [['dead', 'failed'], 'failed'],
    [['dead', 'sent', 'accepted'], null],
  ])('%j: %s', (names, status) => expect(provenDespiteJob(having(names))?.status ?? null).toBe(status));
});
