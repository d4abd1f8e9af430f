import type { LaneBatch } from '@etis/contracts/lanes';
import { describe, expect, it } from 'vitest';
import { itemEvent, laneEntries, ledgerBatch, ledgerCluster } from '../../fixtures/ledger.ts';
import { checkBatch } from './check-batch.ts';

const check = (batch: LaneBatch) => checkBatch(batch, { cluster: ledgerCluster, placed: (tenant) => tenant !== 'gone' });
const two = laneEntries(2);

describe('whose batch it is', () => {
  it('takes its own', () => {
    expect(() => check(ledgerBatch(two))).not.toThrow();
    expect(() => check(ledgerBatch(two, { after: 9n }))).not.toThrow();
    expect(() => check(ledgerBatch(laneEntries(1, { from: 0 })))).not.toThrow();
  });

  it.each([
    ['another cluster', ledgerBatch(two, { cluster: 'ledger-advanced' })],
    ['another product', ledgerBatch(two, { product: 'nudge', lane: 'acme/nudge' })],
    ["another tenant's lane", ledgerBatch(two, { lane: 'other/ledger' })],
    ['a tenant that is not one', ledgerBatch(two, { tenant: "a' or true", lane: "a' or true/ledger" })],
    ["another tenant's event", ledgerBatch([...two, { position: 99n, event: itemEvent({ tenant: 'other' }) }])],
  ])('refuses %s', (_, batch) => {
    expect(() => check(batch)).toThrow(expect.objectContaining({ code: 'RUNTIME_BATCH_FOREIGN' }));
  });

  it.each([
    ['positions that fall', ledgerBatch([...two].reverse())],
    ['a position twice', ledgerBatch([...two, ...two.slice(1)])],
    ['a negative position', ledgerBatch(laneEntries(1, { from: -5 }))],
    ['entries before the lane stands', ledgerBatch(two, { after: 10n })],
    ['several parked entries', ledgerBatch(two, { mode: 'parked' })],
  ])('refuses %s', (_, batch) => {
    expect(() => check(batch)).toThrow(expect.objectContaining({ code: 'RUNTIME_BATCH_MALFORMED' }));
  });
});
