import type { JobRequest } from '@etis/contracts/jobs';
import { silentLog } from '@etis/kernel';
import { createOutboxRelay } from '@etis/runtime';
import { eventually } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeSinks, laneEntries, ledgerBatch, ledgerCluster } from '../../fixtures/ledger.ts';
import { calm, type LedgerStand, ledgerStand } from '../../fixtures/ledger-stand.ts';

let stand: LedgerStand;
beforeEach(async () => {
  stand = await ledgerStand();
});
afterEach(() => stand.drop());

type Sinks = Pick<ReturnType<typeof fakeSinks>, 'jobs' | 'publish'>;
function relayTo(sinks: Sinks, db: Pick<LedgerStand['db'], 'system' | 'statement' | 'listen'> = stand.db) {
  return createOutboxRelay({ db, ...sinks, cluster: ledgerCluster, product: { id: 'ledger' }, log: silentLog, idleMs: 10 });
}

/** Runs relays until the outbox is empty. */
async function drain(...relays: ReturnType<typeof relayTo>[]): Promise<void> {
  await Promise.all(relays.map((relay) => relay.start()));
  try {
    await eventually(async () => (await stand.count('outbox')) === 0);
  } finally {
    await Promise.all(relays.map((relay) => relay.stop()));
  }
}

describe('the outbox relay', () => {
  it('hands over jobs and events as they were asked for, and deletes them', async () => {
    const entries = laneEntries(2);
    await stand.host().handle(ledgerBatch(entries), calm());
    const asked = await stand.outbox();
    const sinks = fakeSinks();
    await drain(relayTo(sinks));
    const jobs = [...sinks.taken.jobs.values()];
    expect(jobs).toEqual(asked.filter((row) => row.kind === 'job').map((row) => JSON.parse(row.body)));
    expect(jobs.map((job) => job.cause)).toEqual(entries.map((entry) => entry.event.id));
    const events = asked.filter((row) => row.kind === 'event');
    expect([...sinks.taken.events.values()]).toEqual(
      events.map((row, index) => {
        const { data, ...fields } = JSON.parse(row.body);
        expect(fields.traceparent).toBe(entries[index]?.event.traceparent);
        return { ...fields, data: JSON.stringify(data) };
      }),
    );
  });

  it('is woken by the host after a commit that left something', async () => {
    const sinks = fakeSinks();
    const host = stand.host({}, sinks);
    await host.relay.start();
    try {
      await host.handle(ledgerBatch(laneEntries(3)), calm());
      await eventually(() => sinks.taken.jobs.size === 3 && sinks.taken.events.size === 3);
      await eventually(async () => (await stand.count('outbox')) === 0);
    } finally {
      await host.relay.stop();
    }
  });

  it('moves more than one batch, in order', async () => {
    await stand.host().handle(ledgerBatch(laneEntries(250)), calm());
    const asked = (await stand.outbox()).filter((row) => row.kind === 'job').map((row) => row.id);
    const sinks = fakeSinks();
    await drain(relayTo(sinks));
    expect([...sinks.taken.jobs.keys()]).toEqual(asked);
  });

  it('takes of each tenant in turn, so that one that floods delays the others by its turn', async () => {
    const of = (tenant: string, count: number, from: number) => ledgerBatch(laneEntries(count, { tenant, from }), { tenant });
    const host = stand.host();
    await host.handle(of('acme', 500, 1), calm());
    await host.handle(of('birch', 3, 1), calm());
    await host.handle(of('cedar', 120, 1), calm());
    const asked = new Map<string, string[]>();
    for (const { id, tenant_id: tenant, kind } of await stand.outbox()) {
      if (kind === 'job') asked.set(tenant, [...(asked.get(tenant) ?? []), id]);
    }
    const sinks = fakeSinks();
    const batches: string[][] = [];
    const jobs = {
      enqueue: async (requests: readonly JobRequest[]) => {
        batches.push(requests.map(({ tenant }) => tenant));
        await sinks.jobs.enqueue(requests);
      },
    };
    await drain(relayTo({ ...sinks, jobs }));
    const count = (tenant: string) => batches[0]?.filter((one) => one === tenant).length;
    expect([count('acme'), count('birch'), count('cedar')]).toEqual([49, 3, 49]);
    for (const [tenant, ids] of asked) {
      expect([...sinks.taken.jobs.values()].filter((job) => job.tenant === tenant).map(({ id }) => id)).toEqual(ids);
    }
  });

  it('goes on at once however many tenants wait beside one that has much', async () => {
    await stand.admin(`
      insert into outbox (id, tenant_id, kind, body)
      select gen_random_uuid(), t, 'job', jsonb_build_object('id', t || n, 'tenant', t)::text
      from (select 'tenant-' || g as t, 1 as n from generate_series(1, 55) g union all select 'flood', g from generate_series(1, 400) g) rows`);
    const sinks = fakeSinks();
    const relay = createOutboxRelay({
      db: stand.db,
      ...sinks,
      cluster: ledgerCluster,
      product: { id: 'ledger' },
      log: silentLog,
      idleMs: 600_000,
    });
    await relay.start();
    try {
      await eventually(async () => (await stand.count('outbox')) === 0);
    } finally {
      await relay.stop();
    }
    expect(sinks.taken.jobs.size).toBe(455);
    const flood = [...sinks.taken.jobs.values()].filter(({ tenant }) => tenant === 'flood').map(({ id }) => id);
    expect(flood).toEqual(Array.from({ length: 400 }, (_, index) => `flood${index + 1}`));
  });

  it('keeps everything while the spine is away, and goes on by itself', async () => {
    await stand.host().handle(ledgerBatch(laneEntries(2)), calm());
    const sinks = fakeSinks();
    sinks.state.refusing = true;
    const relay = relayTo(sinks);
    await relay.start();
    try {
      await eventually(() => sinks.calls.jobs >= 2);
      expect(await stand.count('outbox')).toBe(4);
      sinks.state.refusing = false;
      await eventually(async () => (await stand.count('outbox')) === 0);
    } finally {
      await relay.stop();
    }
    expect([sinks.taken.jobs.size, sinks.taken.events.size]).toEqual([2, 2]);
  });

  it('sends the same again after a crash between sending and deleting, and the sinks keep one', async () => {
    await stand.host().handle(ledgerBatch(laneEntries(3)), calm());
    const sinks = fakeSinks();
    let crashes = 2;
    const crashing: typeof stand.db.system = (fn) =>
      stand.db.system(async (tx) => {
        const result = await fn(tx);
        if (crashes > 0 && sinks.calls.jobs > 0) {
          crashes -= 1;
          throw new Error('killed before the commit');
        }
        return result;
      });
    await drain(relayTo(sinks, { ...stand.db, system: crashing }));
    expect(sinks.calls).toEqual({ jobs: 9, events: 9 });
    expect([sinks.taken.jobs.size, sinks.taken.events.size]).toEqual([3, 3]);
  });

  it('works beside a second one without sending twice or out of order', async () => {
    const requested: string[] = [];
    const sinks = fakeSinks();
    const jobs = {
      enqueue: async (requests: readonly JobRequest[]) => {
        requested.push(...requests.map((request) => request.id));
        await sinks.jobs.enqueue(requests);
      },
    };
    await stand.host().handle(ledgerBatch(laneEntries(350)), calm());
    const asked = (await stand.outbox()).filter((row) => row.kind === 'job').map((row) => row.id);
    await drain(relayTo({ ...sinks, jobs }), relayTo({ ...sinks, jobs }));
    expect(requested).toEqual(asked);
  });
});
