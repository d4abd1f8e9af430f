import type { BatchOutcome } from '@etis/contracts/lanes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomeOf, readBatch, readReply, refusalOf, replyText } from './batch-json.ts';

const unreadable = expect.objectContaining({ code: 'SPINE_TRANSPORT_UNREADABLE' });

describe('what comes over a broker', () => {
  it.each([
    ['no object', 'x'],
    ['a list', []],
    ['no lane', { cluster: 'a', entries: [] }],
    ['entries that are none', { lane: 'a/b', cluster: 'a', entries: {} }],
    ['an entry without an event', { lane: 'a/b', cluster: 'a', entries: [{ position: '1' }] }],
    ['a position that is a number', { lane: 'a/b', cluster: 'a', entries: [{ position: 1, event: {} }] }],
    ['a position with a point', { lane: 'a/b', cluster: 'a', entries: [{ position: '1.5', event: {} }] }],
    ['a position past any database', { lane: 'a/b', cluster: 'a', entries: [{ position: '9'.repeat(40), event: {} }] }],
    ['questions that are none', { lane: 'a/b', cluster: 'a', entries: [], asks: ['all'] }],
  ])('is no batch: %s', (_, json) => {
    expect(() => readBatch(json)).toThrow(unreadable);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{}',
    '{"outcome":1}',
    '{"outcome":{}}',
    '{"outcome":{"handled":1.5}}',
    '{"outcome":{"handled":1,"failed":{}}}',
  ])('is no reply: %s', (text) => {
    expect(() => readReply(text)).toThrow(unreadable);
  });

  it('is the outcome that was told, whatever positions and texts it names', () => {
    const position = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
    const outcome = fc.record(
      {
        handled: fc.nat(),
        outgoing: fc.array(fc.uuid()),
        failed: fc.record({ position, error: fc.string({ unit: 'binary' }), retryable: fc.boolean() }),
        left: fc.record({ position, handled: fc.array(position) }),
      },
      { requiredKeys: ['handled'] },
    );
    fc.assert(
      fc.property(outcome, (told) => {
        expect(outcomeOf(readReply(replyText({ outcome: told as BatchOutcome })))).toEqual(told);
      }),
    );
  });

  it('is a rejection of the kind that was told', () => {
    for (const thrown of [new Error('x'.repeat(10_000)), 'text', null]) {
      expect(() => outcomeOf(readReply(replyText(refusalOf(thrown))))).toThrow(expect.objectContaining({ kind: 'internal' }));
    }
  });
});
