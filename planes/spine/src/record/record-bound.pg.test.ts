import { silentLog, uuidv7 } from '@etis/kernel';
import { eventually } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInbox, createSpine } from '../index.ts';
import { adapters, fakeCluster, thing } from '../spine-fixture.ts';
import { createWorld, quick, type SpineWorld, settled } from '../spine-under-test.ts';

let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

const isFull = async () => (await world.db.statement<{ is_full: boolean }>('select is_full from record_bound'))[0]?.is_full;

const hasMeasured = async () => (await world.db.statement('select from record_bound where measured_at is not null')).length === 1;

/** Runs a process that measures, with as much room as `free` says. */
async function measuring(free: () => number | null) {
  const spine = createSpine({
    db: world.db,
    governance: world.governance,
    adapters,
    transport: fakeCluster(),
    log: silentLog,
    clock: world.clock,
    freeBytes: () => Promise.resolve(free()),
    settings: { ...quick, maintenance: { measureMs: 10, reserveBytes: 1_000 } },
  });
  const services = spine.services(['maintenance']);
  for (const service of services) await service.start();
  return async () => {
    for (const service of services.toReversed()) await service.stop();
  };
}

const emitted = () => {
  const id = uuidv7();
  const { traceparent } = thing('acme');
  const event = {
    id,
    type: 'thing.counted',
    source: '/products/nudge',
    subject: 'one',
    time: '2026-11-23T10:00:00.000Z',
    data: '{}',
    tenant: 'acme',
  };
  return { ...event, project: null, region: null, traceparent, flow: id, cause: null, hop: 1 };
};

describe('a record that is as large as it may be', () => {
  it('takes nothing new, in any process, says so at once, and takes it again when there is room', async () => {
    let free = 0;
    // Which measures as well, and knows of no disk; next long after this test.
    const spine = await world.start();
    await eventually(hasMeasured);
    const stop = await measuring(() => free);
    await eventually(isFull);
    const elsewhere = createInbox({ db: world.db, log: silentLog });
    const refused = { code: 'SPINE_FULL', kind: 'unavailable', retryable: true };
    const began = performance.now();
    const sent = thing('acme');
    await expect(elsewhere.append(sent)).rejects.toMatchObject(refused);
    await expect(spine.publisher.publish('nudge', [emitted()])).rejects.toMatchObject(refused);
    // Long before an append gives up on a database that is away.
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(await world.db.statement('select from inbox union all select from event')).toHaveLength(0);
    free = 1 << 30;
    await eventually(async () => !(await isFull()));
    expect(await elsewhere.append(sent)).toEqual({ outcome: 'accepted', id: sent.id });
    await settled(spine, sent.id);
    await elsewhere.stop();
    await stop();
  });

  it('still hears how jobs end, routes what it has and delivers it', async () => {
    const sent = thing('acme');
    await world.rest().inbox.append(sent);
    const spine = await world.start();
    await eventually(hasMeasured);
    await world.db.statement('update record_bound set bytes = 2, bound = 1');
    await settled(spine, sent.id);
    const id = uuidv7();
    await spine.jobs.enqueue([
      { id, kind: 'email', tenant: 'acme', cause: null, flow: sent.id, traceparent: sent.traceparent, payload: null, reportTo: 'nudge' },
    ]);
    const [leased] = await spine.jobs.lease({ kinds: ['email'], limit: 1, leaseMs: 60_000 });
    await spine.jobs.complete(leased?.claim ?? '', { done: true });
    await eventually(async () => (await world.db.statement("select from event where type = 'job.done'")).length === 1);
  });

  it('is not bounded where nothing says how much room there is', async () => {
    const stop = await measuring(() => null);
    await eventually(hasMeasured);
    expect(await world.db.statement('select bytes > 0 as measured, bound, is_full from record_bound')).toEqual([
      { measured: true, bound: null, is_full: false },
    ]);
    await stop();
  });
});

describe('what the record takes', () => {
  it('is said by table, with its events, what one takes, and since when it is kept', async () => {
    const spine = await world.start();
    const sent = Array.from({ length: 12 }, () => thing('acme'));
    for (const one of sent) await spine.inbox.append(one);
    for (const one of sent) await settled(spine, one.id);
    const state = await spine.lookups.record();
    expect(state).toMatchObject({ events: 12, deliveries: 12, keepDays: 90, digestDays: 45, nextDropAt: null, slices: [{ number: 0 }] });
    expect(Date.parse(state.keptSince)).toBeLessThanOrEqual(Date.now());
    const of = (name: string) => state.tables.find((table) => table.name === name);
    expect(of('event')).toMatchObject({ rows: 12, bytesPerEvent: Math.round((of('event')?.bytes ?? 0) / 12) });
    expect(of('entry')?.rows).toBe(12);
    expect(state.bytesPerEvent).toBe(Math.round(state.tables.reduce((sum, { bytes }) => sum + bytes, 0) / 12));
    const [whole] = await world.database.admin('spine')(
      "select sum(pg_total_relation_size(oid))::int as bytes from pg_class where relnamespace = 'spine'::regnamespace and relkind = 'r'",
    );
    expect(Math.abs(state.tables.reduce((sum, { bytes }) => sum + bytes, 0) - Number(whole?.bytes))).toBeLessThan(1 << 20);
  });
});
