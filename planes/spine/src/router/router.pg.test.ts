import type { Delivery } from '@etis/contracts/events';
import { uuidv7 } from '@etis/kernel';
import { eventually, rememberingMeter } from '@etis/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { delivery, fakeCluster, thing } from '../spine-fixture.ts';
import { createWorld, quick, type SpineWorld, settled, stepNames } from '../spine-under-test.ts';

let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

describe('the router', () => {
  it('is held up by no delivery, whatever is in it', async () => {
    const spine = await world.start();
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const poison = [
      delivery('not json'),
      delivery(Buffer.from([0xff, 0xfe, 0x00])),
      delivery({ boom: null }),
      delivery({ boom: { toString: null } }),
      delivery({ type: 'unheard' }),
      delivery({ type: 7, site: 'acme-site' }),
      delivery({ type: '', site: 'acme-site' }),
      delivery({ type: 'x'.repeat(300), site: 'acme-site' }),
      delivery(`{"type":"thing.deep","site":"acme-site","data":${deep}}`),
      delivery({ type: 'thing.added', site: 'nowhere' }),
      delivery({ type: 'thing.added' }),
      delivery({ type: 'thing.added', site: 'acme-site' }, { connection: 'gone' }),
      delivery({ type: 'thing.added', site: 'acme-site' }, { source: 'foreign' }),
      delivery('{}', { source: 'platform', connection: 'platform' }),
      delivery('null', { source: 'platform', connection: 'platform' }),
      delivery(Array.from({ length: 1_001 }, () => ({ type: 'thing.added', site: 'acme-site' }))),
    ];
    const odd = [
      delivery({ type: 'thing.\0added', site: 'acme-site', subject: 'nul \0, lone \ud800, quote " and {brace}', data: '\0 \udfff' }),
      delivery({ type: 'thing.added', site: 'acme-site', time: 'yesterday', subject: 'x'.repeat(5_000) }),
      delivery('{"type":"thing.added","site":"acme-site","data":{"__proto__":1,"big":123456789012345678901234567890,"e":1e400}}'),
    ];
    const good = thing('acme');
    for (const one of [...poison, ...odd, good]) await spine.inbox.append(one);
    expect(stepNames(await settled(spine, good.id))).toContain('handled');
    for (const one of poison) {
      const steps = await settled(spine, one.id);
      expect(stepNames(steps), one.body.toString().slice(0, 60)).toEqual(['accepted', 'unmatched']);
    }
    for (const one of odd) expect(stepNames(await settled(spine, one.id))).toContain('handled');
    const reasons = (await spine.queries.unmatched({ limit: 200 })).items.map((item) => item.reason);
    expect(new Set(reasons)).toEqual(new Set(['unreadable', 'unknown-event', 'unresolved']));
  });

  it('tells every batch, and nothing while there is none', async () => {
    const meter = rememberingMeter();
    const spine = await world.start(fakeCluster(), quick, meter);
    const sent = [thing('acme'), thing('birch')];
    await Promise.all(sent.map((one) => spine.inbox.append(one)));
    for (const one of sent) await settled(spine, one.id);
    expect(meter.told.length).toBeGreaterThanOrEqual(1);
    expect(meter.told.length).toBeLessThanOrEqual(2);
    const told = { work: 'route', tenant: null, ms: expect.any(Number), failed: false, traces: expect.any(Array) };
    for (const one of meter.told) expect(one).toEqual(told);
    expect(meter.told.flatMap(({ traces }) => traces)).toEqual(sent.map(({ traceparent }) => traceparent));
  });

  it('sets aside alone what the database refuses', async () => {
    await world.database.admin('spine')("alter table event add constraint picky check (subject is distinct from 'refused')");
    const spine = await world.start();
    const refused = delivery({ type: 'thing.added', site: 'acme-site', subject: 'refused' });
    const others = Array.from({ length: 20 }, () => thing('acme'));
    await Promise.all([...others.slice(0, 10), refused, ...others.slice(10)].map((one) => spine.inbox.append(one)));
    for (const one of others) expect(stepNames(await settled(spine, one.id))).toContain('handled');
    expect((await settled(spine, refused.id)).at(-1)).toMatchObject({ step: 'unmatched', reason: 'unreadable' });
  });

  it('does not give an event that is there already a second entry', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const event = {
      id: uuidv7(),
      type: 'thing.noted',
      source: '/n',
      subject: 'once',
      data: null,
      tenant: 'acme',
      traceparent: thing('acme').traceparent,
      flow: uuidv7(),
      cause: uuidv7(),
      hop: 1,
    };
    const twice = [1, 2].map((n) => delivery({ ...event, n }, { source: 'platform', connection: 'platform' }));
    for (const one of twice) await spine.inbox.append(one);
    for (const one of twice) await settled(spine, one.id);
    await settled(spine, event.flow);
    expect(cluster.effects.get('acme/nudge')).toEqual(['once']);
  });

  it('routes each delivery once when two of them run', async () => {
    const cluster = fakeCluster();
    const spines = [await world.start(cluster), await world.start(cluster)];
    const sent = Array.from({ length: 300 }, () => thing('acme'));
    await Promise.all(sent.map((one, index) => spines[index % 2]?.inbox.append(one)));
    const [spine] = spines;
    if (spine === undefined) throw new Error('unreachable');
    await eventually(async () => (await spine.queries.lanes({ tenant: 'acme' })).every((lane) => lane.waiting === 0));
    for (const one of sent) await settled(spine, one.id);
    const subjects = cluster.effects.get('acme/nudge') ?? [];
    expect(subjects).toHaveLength(300);
    expect(new Set(subjects).size).toBe(300);
  });

  it('loses nothing and doubles nothing: every event of every delivery is in the record once', async () => {
    const item = fc.record({
      type: fc.constantFrom('thing.added', 'thing.counted', 'other', '', 'unheard'),
      site: fc.constantFrom('acme-site', 'birch-site', 'nowhere'),
      subject: fc.string({ unit: 'binary', maxLength: 40 }),
      data: fc.jsonValue(),
    });
    const body = fc.oneof(
      { weight: 4, arbitrary: fc.array(item, { maxLength: 5 }).map((items) => JSON.stringify(items)) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    );
    let serial = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ body, connection: fc.constantFrom('shared', 'only-acme') }), { maxLength: 30 }),
        async (all) => {
          const { inbox } = world.rest();
          const sent = all.map(({ body: text, connection }) => {
            serial += 1;
            // White space makes each one new without changing what it says.
            return delivery(`${text}${' '.repeat(serial)}`, { connection });
          });
          await Promise.all(sent.map((one) => inbox.append(one)));
          await world.routeAll();
          for (const one of sent) await expectKept(one);
        },
      ),
      { numRuns: 15 },
    );
    const [{ doubles } = { doubles: -1 }] = await world.db.statement<{ doubles: number }>(
      'select count(*)::int as doubles from (select from event group by delivery_id, id having count(*) > 1) d',
    );
    expect(doubles).toBe(0);
  });

  async function expectKept(one: Delivery): Promise<void> {
    const events = await world.db.statement<{ lanes: number; type: string; tenant_id: string }>(
      'select type, tenant_id, (select count(*)::int from entry e where e.position = ev.position) as lanes from event ev where delivery_id = $1',
      [one.id],
    );
    const unmatched = await world.db.statement<{ part: number | null }>('select part from unmatched where delivery_id = $1', [one.id]);
    const items = parsedItems(one);
    if (items === undefined || unmatched.some((row) => row.part === null)) {
      expect([events.length, unmatched.length]).toEqual([0, 1]);
      return;
    }
    expect(events.length + unmatched.length).toBe(items);
    for (const event of events) {
      const subscribed = { 'thing.added': 1, 'thing.counted': event.tenant_id === 'acme' ? 2 : 1, other: 0 }[event.type];
      expect(event.lanes).toBe(subscribed);
    }
  }

  function parsedItems(one: Delivery): number | undefined {
    try {
      const parsed: unknown = JSON.parse(one.body.toString());
      return Array.isArray(parsed) ? parsed.length : 1;
    } catch {
      return undefined;
    }
  }

  it('keeps the order of acceptance in each lane, over batches and restarts', async () => {
    const sent = Array.from({ length: 120 }, (_, index) => thing(index % 2 === 0 ? 'acme' : 'birch'));
    const subjects = (tenant: string) =>
      sent
        .map((one) => JSON.parse(one.body.toString()) as { site: string; subject: string })
        .filter((one) => one.site === `${tenant}-site`);
    const { inbox } = world.rest();
    for (const one of sent) await inbox.append(one);
    const cluster = fakeCluster();
    for (let restart = 0; restart < 4; restart += 1) {
      const spine = await world.start(cluster, { ...quick, router: { batchCount: 7 }, dispatcher: { ...quick.dispatcher, batchCount: 5 } });
      await eventually(() => [...cluster.effects.values()].flat().length >= Math.min(sent.length, (restart + 1) * 30));
      await spine.stop();
    }
    for (const tenant of ['acme', 'birch']) {
      expect(cluster.effects.get(`${tenant}/nudge`)).toEqual(subjects(tenant).map((one) => one.subject));
    }
  });

  it('reads large bodies in bounded batches, and one that is larger than the bound by itself', async () => {
    const spine = await world.start(fakeCluster(), { ...quick, router: { pollMs: 50, batchBytes: 10_000 } });
    const sent = Array.from({ length: 10 }, (_, index) => thing('acme', 'x'.repeat(index === 4 ? 60_000 : 3_000)));
    await Promise.all(sent.map((one) => spine.inbox.append(one)));
    for (const one of sent) expect(stepNames(await settled(spine, one.id))).toContain('handled');
  });

  it('works again by itself after its connections were cut, and after the database refused everybody', async () => {
    const spine = await world.start();
    const admin = world.database.admin('spine');
    await settled(spine, await sendOne());
    await admin('alter role etis_spine connection limit 0');
    try {
      await admin("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'etis_spine'");
      await expect(spine.queries.lanes({})).rejects.toBeDefined();
    } finally {
      await admin('alter role etis_spine connection limit -1');
    }
    expect(stepNames(await settled(spine, await sendOne()))).toContain('handled');

    async function sendOne(): Promise<string> {
      const sent = thing('acme');
      await spine.inbox.append(sent);
      return sent.id;
    }
  });

  it('uses the governance view of the moment', async () => {
    const spine = await world.start();
    const view = world.governance.current();
    const before = thing('acme');
    await spine.inbox.append(before);
    expect(stepNames(await settled(spine, before.id))).toContain('handled');
    world.governance.change({ ...view, resolver: [] });
    const after = thing('acme');
    await spine.inbox.append(after);
    expect((await settled(spine, after.id)).at(-1)).toMatchObject({ step: 'unmatched', reason: 'unresolved' });
  });
});
