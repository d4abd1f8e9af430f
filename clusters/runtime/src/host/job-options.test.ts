import { describe, expect, it } from 'vitest';
import { itemEvent } from '../../fixtures/ledger.ts';
import type { EnqueueOptions } from '../sdk/handler.ts';
import { createOutgoing } from './outgoing.ts';

const clock = { now: () => Date.UTC(2026, 0, 2) };

function enqueued(options?: EnqueueOptions): Record<string, unknown> {
  const { id, flow, traceparent, project, region, hop, tenant } = itemEvent();
  const origin = { event: id, flow, traceparent, project, region, hop };
  const out = createOutgoing({ origin, seed: id, tenant, lane: 'acme/ledger', product: 'ledger', clock });
  out.enqueue('email', 1, options);
  return JSON.parse(out.close()[0]?.body ?? '') as Record<string, unknown>;
}

const names = ['priority', 'runAt', 'dedupe', 'reportTo'];
const asked = (options?: EnqueueOptions) => Object.fromEntries(Object.entries(enqueued(options)).filter(([name]) => names.includes(name)));

describe('the options of a job', () => {
  it.each<[EnqueueOptions | undefined, object]>([
    [undefined, {}],
    [{}, {}],
    [{ priority: -100 }, { priority: -100 }],
    [{ priority: 100 }, { priority: 100 }],
    [{ delayMs: 0 }, {}],
    [{ delayMs: 1_500 }, { runAt: '2026-01-02T00:00:01.500Z' }],
    [{ delayMs: 366 * 86_400_000 }, { runAt: '2027-01-03T00:00:00.000Z' }],
    [{ runAt: '2026-01-02T02:00:00+02:00' }, { runAt: '2026-01-02T00:00:00.000Z' }],
    [{ runAt: '2020-01-01T00:00:00Z' }, { runAt: '2020-01-01T00:00:00.000Z' }],
    [{ dedupe: 'x'.repeat(200) }, { dedupe: 'x'.repeat(200) }],
    [{ dedupe: 'a\ud800' }, { dedupe: 'a\ufffd' }],
    [{ report: true }, { reportTo: 'ledger' }],
    [{ report: false }, {}],
    [
      { priority: 5, delayMs: 1_000, dedupe: 'd', report: true },
      { priority: 5, runAt: '2026-01-02T00:00:01.000Z', dedupe: 'd', reportTo: 'ledger' },
    ],
  ])('%j become %j', (options, expected) => expect(asked(options)).toEqual(expected));

  it.each<[object, RegExp]>([
    [{ priority: 101 }, /priority/],
    [{ priority: -101 }, /priority/],
    [{ priority: 1.5 }, /priority/],
    [{ priority: Number.NaN }, /priority/],
    [{ priority: '1' }, /priority/],
    [{ delayMs: -1 }, /delayMs is not from 0/],
    [{ delayMs: Number.NaN }, /delayMs is not from 0/],
    [{ delayMs: Number.POSITIVE_INFINITY }, /delayMs is not from 0/],
    [{ delayMs: 1, runAt: '2026-01-02T00:00:00Z' }, /both delayMs and runAt/],
    [{ runAt: 'tomorrow' }, /runAt is not a time/],
    [{ runAt: '2026-02-31' }, /runAt is not a time/],
    [{ runAt: '2026-13-01T00:00:00Z' }, /runAt is not a time/],
    [{ runAt: '2036-01-01T00:00:00Z' }, /runAt is not a time/],
    [{ dedupe: '' }, /dedupe is not/],
    [{ dedupe: 'x'.repeat(201) }, /dedupe is not/],
    [{ dedupe: 'a\0b' }, /dedupe is not/],
    [{ dedupe: 7 }, /dedupe is not/],
  ])('%j are refused', (options, reason) => {
    expect(() => enqueued(options as EnqueueOptions)).toThrow(reason);
    expect(() => enqueued(options as EnqueueOptions)).toThrow(expect.objectContaining({ code: 'RUNTIME_OUTGOING_INVALID' }));
  });
});
