import type { LaneBatch, LaneEntry } from '@etis/contracts/lanes';
import type { ClusterHost } from '@etis/runtime';
import { terminal } from '@etis/runtime/sdk';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { laneEntries, ledgerBatch } from '../../fixtures/ledger.ts';
import { calm, type LedgerStand, ledgerStand } from '../../fixtures/ledger-stand.ts';

let stand: LedgerStand;
beforeAll(async () => {
  stand = await ledgerStand();
});
afterAll(() => stand.drop());

/** What happens to one delivery: `lost` is handled and its answer never arrives, `stopped` is aborted, `twice` comes two times at once. */
const fate = fc.constantFrom('answered', 'answered', 'lost', 'stopped', 'twice', 'late');
const chaos = fc.record({
  /** How often each entry's handler throws before it succeeds; `never` is terminal. */
  entries: fc.array(fc.constantFrom(0, 0, 1, 2, 'never' as const), { minLength: 1, maxLength: 8 }),
  step: fc.constantFrom(1, 7),
  tellsAfter: fc.boolean(),
  script: fc.array(fc.record({ fate, size: fc.integer({ min: 1, max: 4 }), parked: fc.boolean() }), {
    minLength: 4,
    maxLength: 30,
    size: 'max',
  }),
});

let tenants = 0;

it('handles every entry once, whatever happens to its deliveries', async () => {
  await fc.assert(
    fc.asyncProperty(chaos, async ({ entries: behaviours, step, tellsAfter, script }) => {
      tenants += 1;
      const tenant = `tenant-${tenants}`;
      const entries = laneEntries(behaviours.length, { tenant, step });
      const failures = new Map(entries.map((entry, index) => [entry.event.id, behaviours[index] ?? 0]));
      const host = stand.host({
        after: async (event) => {
          const left = failures.get(event.id) ?? 0;
          if (left === 'never') throw terminal('never');
          if (left === 0) return;
          failures.set(event.id, left - 1);
          throw new Error('not yet');
        },
      });
      const dispatcher = createDispatcher({ host, entries, tellsAfter });
      for (const delivery of script) await dispatcher.deliver(delivery);
      await dispatcher.finish();

      const effects = await stand.effects(tenant);
      const wanted = entries.filter((_, index) => behaviours[index] !== 'never').map((entry) => entry.event.id);
      expect([...effects].sort()).toEqual([...wanted].sort());
      const sent = (await stand.outbox()).filter((row) => row.tenant_id === tenant);
      expect(sent.filter((row) => row.kind === 'job')).toHaveLength(wanted.length);
      expect(sent.filter((row) => row.kind === 'event')).toHaveLength(wanted.length);
      const inOrder = effects.filter((id) => !dispatcher.wasParked.has(id));
      expect(inOrder).toEqual(wanted.filter((id) => inOrder.includes(id)));
    }),
    { numRuns: 60 },
  );
});

type Fate = 'answered' | 'lost' | 'stopped' | 'twice' | 'late';

/** The dispatcher's side of the protocol: one batch in flight, parks what failed or gave no outcome three times, retries what it parked. */
function createDispatcher(options: { host: Pick<ClusterHost, 'handle'>; entries: readonly LaneEntry[]; tellsAfter: boolean }) {
  const { host, entries, tellsAfter } = options;
  const parked: LaneEntry[] = [];
  const dead: LaneEntry[] = [];
  const wasParked = new Set<string>();
  /** A delivery that the dispatcher has given up on and that still reaches the host. */
  let late: LaneBatch | undefined;
  let next = 0;
  let unknown = 0;

  async function send(batch: LaneBatch, fate: Fate): Promise<Awaited<ReturnType<typeof host.handle>> | 'unknown'> {
    const straggler = late;
    late = undefined;
    if (fate === 'late') {
      late = batch;
      return 'unknown';
    }
    const stop = new AbortController();
    if (fate === 'stopped') setImmediate(() => stop.abort());
    const copies = [batch, ...(fate === 'twice' ? [batch] : []), ...(straggler === undefined ? [] : [straggler])];
    const results = await Promise.allSettled(copies.map((copy) => host.handle(copy, stop.signal)));
    const first = results[0];
    return fate === 'lost' || first?.status !== 'fulfilled' ? 'unknown' : first.value;
  }

  function park(entry: LaneEntry, to: LaneEntry[] = parked): void {
    wasParked.add(entry.event.id);
    to.push(entry);
  }

  async function deliverOrdered(fate: Fate, size: number): Promise<void> {
    const batch = entries.slice(next, next + (unknown > 0 ? 1 : size));
    const head = batch[0];
    if (head === undefined) return;
    const after = next === 0 ? -1n : (entries[next - 1]?.position ?? -1n);
    const outcome = await send(ledgerBatch(batch, tellsAfter ? { after } : {}), fate);
    if (outcome === 'unknown') {
      unknown += 1;
      if (unknown < 3) return;
      park(head);
      next += 1;
    } else {
      next += outcome.handled;
      const { failed } = outcome;
      if (failed !== undefined) {
        const entry = entries[next];
        expect(entry?.position).toBe(failed.position);
        if (entry !== undefined) park(entry, failed.retryable ? parked : dead);
        next += 1;
      }
    }
    unknown = 0;
  }

  async function deliverParked(fate: Fate): Promise<void> {
    const entry = parked.shift();
    if (entry === undefined) return;
    const outcome = await send(ledgerBatch([entry], { mode: 'parked' }), fate);
    if (outcome === 'unknown' || outcome.failed?.retryable) parked.push(entry);
    else if (outcome.failed !== undefined) dead.push(entry);
  }

  return {
    wasParked,
    deliver: ({ fate, size, parked: wantsParked }: { fate: Fate; size: number; parked: boolean }) =>
      wantsParked ? deliverParked(fate) : deliverOrdered(fate, size),
    async finish() {
      for (let round = 0; round < 100 && next < entries.length; round += 1) await deliverOrdered('answered', 3);
      for (let round = 0; round < 100 && parked.length > 0; round += 1) await deliverParked('answered');
      if (late !== undefined) await host.handle(late, calm());
      expect({ next, parked }).toEqual({ next: entries.length, parked: [] });
    },
  };
}
