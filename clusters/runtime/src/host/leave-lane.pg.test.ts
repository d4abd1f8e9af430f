import { RetryLaterError, retryLater } from '@etis/runtime/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { laneEntries, ledgerBatch, whole } from '../../fixtures/ledger.ts';
import { calm, type LedgerStand, ledgerStand } from '../../fixtures/ledger-stand.ts';

let stand: LedgerStand;
beforeEach(async () => {
  stand = await ledgerStand();
});
afterEach(() => stand.drop());

const leave = (generation: number, asks: readonly bigint[] = []) => ledgerBatch([], { mode: 'leave', generation, asks });

describe('a lane that leaves', () => {
  it('is told how far it is here, and which of its parked entries were handled', async () => {
    const host = stand.host();
    const entries = laneEntries(4);
    await host.handle(ledgerBatch(entries.slice(0, 1)), calm());
    // The second was set aside: the mark passes it by a gap, and it is handled later, out of order.
    await host.handle(ledgerBatch(entries.slice(2), { after: 20n }), calm());
    const asks = [20n, 30n, 99n];
    expect(await host.handle(leave(1, asks), calm())).toEqual({ handled: 0, left: { position: 40n, handled: [30n] } });
    await host.handle(ledgerBatch(entries.slice(1, 2), { mode: 'parked', generation: 1 }), calm());
    const left = (await host.handle(leave(2, asks), calm())).left;
    expect(left?.handled.toSorted()).toEqual([20n, 30n]);
  });

  it('has nothing handled here that comes late, and everything again once it is back', async () => {
    const host = stand.host();
    const entries = laneEntries(2);
    await host.handle(leave(1), calm());
    await expect(host.handle(ledgerBatch(entries), calm())).rejects.toMatchObject({ code: 'RUNTIME_LANE_LEFT', kind: 'unavailable' });
    await expect(host.handle(ledgerBatch(entries.slice(0, 1), { mode: 'parked' }), calm())).rejects.toMatchObject({
      code: 'RUNTIME_LANE_LEFT',
    });
    expect(await stand.effects()).toEqual([]);
    expect(await host.handle(ledgerBatch(entries, { generation: 2 }), calm())).toSatisfy(whole(2));
    await expect(host.handle(leave(1), calm())).rejects.toMatchObject({ code: 'RUNTIME_LANE_LEFT' });
  });

  it('may be asked again, and one that never was here is at the beginning', async () => {
    const host = stand.host();
    const answer = { handled: 0, left: { position: -1n, handled: [] } };
    expect(await host.handle(leave(1), calm())).toEqual(answer);
    expect(await host.handle(leave(1), calm())).toEqual(answer);
    await expect(host.handle(ledgerBatch(laneEntries(1), { mode: 'leave' }), calm())).rejects.toMatchObject({
      code: 'RUNTIME_BATCH_MALFORMED',
    });
  });
});

describe('a handler that wants another attempt later', () => {
  it('has its wish told', async () => {
    const host = stand.host({ after: () => Promise.reject(retryLater('the other side has a limit', { afterMs: 30_000 })) });
    expect((await host.handle(ledgerBatch(laneEntries(1)), calm())).failed).toMatchObject({ retryable: true, retryAfterMs: 30_000 });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -5])('cannot wish for %d', (afterMs) => {
    expect(new RetryLaterError('odd', afterMs).afterMs).toBe(0);
  });
});
