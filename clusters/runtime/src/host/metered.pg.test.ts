import { rememberingMeter } from '@etis/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { laneEntries, ledgerBatch } from '../../fixtures/ledger.ts';
import { calm, type LedgerStand, ledgerStand } from '../../fixtures/ledger-stand.ts';

let stand: LedgerStand;
beforeEach(async () => {
  stand = await ledgerStand();
});
afterEach(() => stand.drop());

it('every batch is told with its tenant, how long it took and whether it failed', async () => {
  const meter = rememberingMeter();
  const host = stand.host({ meter });
  await host.handle(ledgerBatch(laneEntries(2)), calm());
  const failing = stand.host({
    meter,
    async before() {
      throw new Error('no');
    },
  });
  await failing.handle(ledgerBatch(laneEntries(1, { from: 90 })), calm());
  await expect(host.handle(ledgerBatch(laneEntries(1, { from: 99 })), AbortSignal.abort())).rejects.toMatchObject({
    code: 'RUNTIME_STOPPED',
  });
  expect(meter.told).toEqual(
    [
      { failed: false, count: 2 },
      { failed: true, count: 1 },
      { failed: true, count: 1 },
    ].map(({ failed, count }) => ({
      work: 'handler/ledger',
      tenant: 'acme',
      ms: expect.any(Number),
      failed,
      traces: Array.from({ length: count }, () => expect.any(String)),
    })),
  );
  expect(meter.told.every(({ ms }) => ms >= 0 && ms < 60_000)).toBe(true);
});
