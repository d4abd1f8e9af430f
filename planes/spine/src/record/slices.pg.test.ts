import { silentLog, uuidv7 } from '@etis/kernel';
import { eventually, testContext } from '@etis/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spineSettings } from '../settings.ts';
import { delivery, fakeCluster, fakeView, thing } from '../spine-fixture.ts';
import { createWorld, quick, type SpineWorld, settled, stepNames } from '../spine-under-test.ts';
import { createSlices, slicesKept } from './slices.ts';

const dayMs = 86_400_000;
const keepDays = slicesKept;
const context = testContext({ actor: { kind: 'operator', id: 'olga' } });
const { signal } = new AbortController();

let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

const slices = (keepCount = 2) =>
  createSlices({
    db: world.db,
    clock: world.clock,
    log: silentLog,
    settings: { ...spineSettings().maintenance, keepDays, keepCount },
  });

/** A day on, which is when the next slice begins. */
async function nextSlice(): Promise<void> {
  world.clock.at += dayMs + 1_000;
  await slices().begin();
}

/** So long on that everything before now is older than it is kept. */
async function grownOld(): Promise<void> {
  await nextSlice();
  world.clock.at += keepDays * dayMs;
}

const count = async (sql: string, values: readonly unknown[] = []) =>
  (await world.db.statement<{ n: number }>(`select count(*)::int as n from ${sql}`, values))[0]?.n;
const sliceNumbers = async () => (await world.db.statement<{ n: string }>('select n from slice order by n')).map(({ n }) => Number(n));
const drop = (keepCount?: number) => slices(keepCount).drop(signal);

/** Accepts and routes without anybody who delivers. */
async function routed(...sent: readonly ReturnType<typeof thing>[]): Promise<void> {
  const spine = world.rest();
  for (const one of sent) await spine.inbox.append(one);
  await world.routeAll();
}

describe('a slice', () => {
  it('begins when the one before has had its time, and not earlier', async () => {
    await routed(thing('acme'));
    await slices().begin();
    expect(await sliceNumbers()).toEqual([0]);
    await nextSlice();
    expect(await sliceNumbers()).toEqual([0, 1]);
    await routed(thing('acme'));
    await slices().begin();
    expect(await sliceNumbers()).toEqual([0, 1]);
  });

  it('is begun once by several processes at the same time', async () => {
    await routed(thing('acme'));
    world.clock.at += dayMs;
    await Promise.all(Array.from({ length: 4 }, () => slices().begin()));
    expect(await sliceNumbers()).toEqual([0, 1]);
  });

  it('is crossed by lanes in order, while deliveries are accepted, routed and handled', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const subjects: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const sent = Array.from({ length: 30 }, () => thing('acme', { round }));
      const taken = (async () => {
        for (const one of sent) await spine.inbox.append(one);
      })();
      await nextSlice();
      await taken;
      subjects.push(...sent.map((one) => (JSON.parse(one.body.toString()) as { subject: string }).subject));
    }
    await eventually(() => cluster.effects.get('acme/nudge')?.length === subjects.length);
    expect(cluster.effects.get('acme/nudge')).toEqual(subjects);
    expect((await sliceNumbers()).length).toBeGreaterThan(3);
  });

  it('does not let an event in a second time that an earlier one has', async () => {
    const spine = await world.start();
    const old = thing('acme');
    await spine.inbox.append(old);
    await settled(spine, old.id);
    // One id says when it was made and the other does not.
    const emitted = [uuidv7(), '6f1c1c1e-7c2b-4d2c-9d1c-0d5c7f0f3a11'].map((id) => ({
      ...{ id, type: 'thing.counted', subject: 'once', time: old.receivedAt.toISOString(), data: '{}', tenant: 'acme', project: null },
      ...{ region: null, hop: 1, source: '/products/nudge', traceparent: old.traceparent, flow: old.id, cause: null },
    }));
    await spine.publisher.publish('nudge', emitted);
    await nextSlice();
    await spine.publisher.publish('nudge', emitted);
    // The same delivery under another digest makes the same events.
    await spine.inbox.append({ ...old, digest: Buffer.alloc(32, 7) });
    await settled(spine, old.id);
    await eventually(async () => (await spine.queues.inbox())[0]?.depth === 0);
    expect(await count('inbox')).toBe(2);
    expect(await count('event')).toBe(3);
    expect(await count("event where subject = 'once'")).toBe(2);
    expect(await count('(select from event group by id having count(*) > 1) d')).toBe(0);
  });
});

describe('a slice that is older than the record is kept', () => {
  it('goes with everything that is done, and its flows say since when the record is kept', async () => {
    const spine = await world.start();
    const old = thing('acme');
    await spine.inbox.append(old);
    await settled(spine, old.id);
    await nextSlice();
    const young = thing('acme');
    await spine.inbox.append(young);
    await settled(spine, young.id);
    world.clock.at += keepDays * dayMs - 2_000;
    expect(await drop()).toBe(false);
    world.clock.at += 3_000;
    expect(await drop()).toBe(true);
    expect([await count('inbox'), await count('event'), await count('entry'), await count('lane_ack')]).toEqual([1, 1, 1, 1]);
    expect(await sliceNumbers()).toEqual([1]);
    const gone = { code: 'SPINE_NO_LONGER_KEPT', kind: 'not-found', message: expect.stringMatching(/goes back to \d{4}-/) };
    await expect(spine.queries.flow(old.id)).rejects.toMatchObject(gone);
    await expect(spine.lookups.event(old.id)).rejects.toMatchObject(gone);
    expect(await spine.queries.flow('6f1c1c1e-7c2b-4d2c-9d1c-0d5c7f0f3a11')).toBe(null);
    expect(stepNames((await spine.queries.flow(young.id))?.steps ?? [])).toContain('handled');
  });

  it('leaves what waits in a lane, which is then handled in its order', async () => {
    const sent = Array.from({ length: 7 }, () => thing('acme'));
    await routed(...sent);
    await grownOld();
    const later = thing('acme');
    await routed(later);
    expect(await drop()).toBe(true);
    expect(await count('entry')).toBe(8);
    const cluster = fakeCluster();
    await world.start(cluster);
    const subjects = [...sent, later].map((one) => (JSON.parse(one.body.toString()) as { subject: string }).subject);
    await eventually(() => cluster.effects.get('acme/nudge')?.length === 8);
    expect(cluster.effects.get('acme/nudge')).toEqual(subjects);
  });

  it('leaves dead letters with their flows, through several drops, until they are done with', async () => {
    let mood: 'refuse' | 'ok' = 'refuse';
    const spine = await world.start(fakeCluster(() => (mood === 'ok' ? 'ok' : { error: 'no', retryable: false })));
    const letters = [thing('acme'), thing('birch')];
    for (const letter of letters) {
      await spine.inbox.append(letter);
      await settled(spine, letter.id);
    }
    mood = 'ok';
    for (let round = 0; round < 3; round += 1) {
      const done = thing('cedar');
      await spine.inbox.append(done);
      await settled(spine, done.id);
      await grownOld();
      expect(await drop()).toBe(true);
      expect(await count('event')).toBe(2);
      expect(await count('inbox')).toBe(2);
    }
    const [first, second] = (await spine.queries.deadLetters({ limit: 5 })).items;
    expect(await spine.operations.redrive(context, first?.id ?? '')).toBe(true);
    const flow = letters.find(({ body }) => body.toString().includes(first?.tenant ?? '?'))?.id ?? '';
    expect(stepNames(await settled(spine, flow))).toEqual(expect.arrayContaining(['accepted', 'routed', 'handled']));
    expect(await spine.operations.discard(context, second?.id ?? '', 'too old')).toBe(true);
    const done = thing('cedar');
    await spine.inbox.append(done);
    await settled(spine, done.id);
    await grownOld();
    expect(await drop()).toBe(true);
    expect([await count('event'), await count('inbox'), await count('parked')]).toEqual([0, 0, 0]);
  });

  it('leaves what found no place, so that it is replayed without what did', async () => {
    const spine = await world.start();
    const half = delivery([
      { site: 'acme-site', type: 'thing.added', subject: 'placed' },
      { site: 'nowhere', type: 'thing.added', subject: 'without a place' },
    ]);
    await spine.inbox.append(half);
    await settled(spine, half.id);
    await grownOld();
    expect(await drop()).toBe(true);
    const view = fakeView();
    world.governance.change({
      ...view,
      resolver: [
        ...view.resolver,
        { ref: { system: 'plain', kind: 'site', id: 'nowhere' }, tenant: 'birch', project: 'found', region: 'eu', product: null },
      ],
    });
    expect(await spine.operations.replayUnmatched(context, half.id)).toEqual({ placed: 1, unmatched: 0 });
    expect(await count("event where subject = 'placed'")).toBe(1);
  });

  it('stays while something of it is not routed', async () => {
    await world.rest().inbox.append(thing('acme'));
    await grownOld();
    expect(await sliceNumbers()).toEqual([0, 1]);
    expect(await drop()).toBe(false);
    expect(await count('inbox')).toBe(1);
    await world.routeAll();
    expect(await drop()).toBe(true);
    expect(await count('entry')).toBe(1);
  });

  it('stays while somebody reads it, holds up nobody for long, and goes afterwards', async () => {
    await routed(thing('acme'));
    await grownOld();
    const reading = Promise.withResolvers<void>();
    const read = Promise.withResolvers<void>();
    const reader = world.db.system(async (tx) => {
      await tx.query('select from event');
      reading.resolve();
      await read.promise;
      return await tx.query('select from event');
    });
    await reading.promise;
    const busy = await world.db.statement<{ hindrance: string }>('select slice_keep_waiting(0, 0, 500), slice_drop(0) as hindrance');
    expect(busy[0]?.hindrance).toBe('busy');
    await routed(thing('acme'));
    read.resolve();
    expect(await reader).toHaveLength(2);
    expect(await drop()).toBe(true);
  });

  it('is whole after its drop was killed at any step, and goes with the next', async () => {
    await routed(...Array.from({ length: 5 }, () => thing('acme')));
    await grownOld();
    const steps = [
      'select slice_aside(0)',
      'select slice_keep_waiting(0, 0, 2)',
      'select slice_keep_waiting(0, 0, 500)',
      'select slice_drop(0)',
    ];
    for (let kill = 1; kill <= steps.length; kill += 1) {
      const killed = world.db.system(async (tx) => {
        for (const step of steps.slice(0, kill)) await tx.query(step);
        const [own] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
        await world.database.admin('spine')('select pg_terminate_backend($1)', [own?.pid]);
        await tx.query('select 1');
      });
      await expect(killed).rejects.toThrow();
      expect(await sliceNumbers()).toEqual([0, 1]);
      expect(await count('entry')).toBe(5);
    }
    // Left off after a batch that was committed.
    await world.db.statement('select slice_keep_waiting(0, 0, 2)');
    expect((await world.db.statement<{ hindrance: string }>('select slice_drop(0) as hindrance'))[0]?.hindrance).toBe('needed');
    expect(await drop()).toBe(true);
    expect(await count('entry')).toBe(5);
  });

  it('waits for a replay that has not got past it, until that has ended', async () => {
    await routed(thing('acme'));
    await grownOld();
    await world.db.statement(
      `insert into replay (id, selection, target, reason, per_second, first_position, position, last_position)
       select uuidv7(), '{}', '{}', 'a test', 1, position - 1, position - 1, position from event`,
    );
    expect(await drop()).toBe(false);
    await world.db.statement("update replay set state = 'cancelled'");
    expect(await drop()).toBe(true);
    expect(await count('entry')).toBe(1);
  });

  it('goes with all columns, where a release in between gave its tables another one', async () => {
    await routed(thing('acme'));
    await grownOld();
    await world.db.statement('select slice_keep_waiting(0, 0, 500)');
    await world.database.admin('spine')("alter table event add column later text default 'a later release'");
    expect(await drop()).toBe(true);
    expect(await world.db.statement('select later from event')).toEqual([{ later: 'a later release' }]);
  });

  it('is dropped once by several processes at the same time', async () => {
    await routed(...Array.from({ length: 9 }, () => thing('acme')));
    await grownOld();
    const dropped = await Promise.all(Array.from({ length: 3 }, () => drop()));
    expect(dropped.filter(Boolean)).toHaveLength(1);
    expect(await count('entry')).toBe(9);
  });

  it('never takes with it what is needed, whatever that is', async () => {
    const fate = fc.record({
      tenant: fc.constantFrom('acme', 'birch', 'cedar'),
      aside: fc.constantFrom(null, 'parked', 'dead', 'handled', 'discarded'),
      unmatched: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { minLength: 1, maxLength: 12 }),
        fc.nat(12),
        fc.integer({ min: 1, max: 5 }),
        async (fates, done, batch) => {
          const sent = fates.map(({ tenant, unmatched }) =>
            delivery([
              { site: `${tenant}-site`, type: 'thing.counted', subject: uuidv7() },
              ...(unmatched ? [{ site: 'nowhere', type: 'thing.added', subject: uuidv7() }] : []),
            ]),
          );
          await routed(...sent);
          const positions = await world.db.statement<{ position: string }>('select position from event order by position desc limit $1', [
            sent.length,
          ]);
          const inOrder = positions.map(({ position }) => position).toReversed();
          // Lanes got as far as the delivery at `done`, and each fate befalls the entries of its delivery.
          await world.db.statement('update lane_progress set position = greatest(position, $1::bigint)', [
            inOrder[Math.min(done, inOrder.length - 1)],
          ]);
          for (const [index, { aside }] of fates.entries()) {
            if (aside === null) continue;
            await world.db.statement(
              `insert into parked (lane_id, position, state, attempts, error, retry_at)
             select lane_id, position, $2, 1, 'no', now() + interval '1 day' from entry where position = $1`,
              [inOrder[index], aside],
            );
          }
          const neededSql = `
          select e.lane_id || ':' || e.position || ':' || ev.id as key from entry e join event ev using (position) join lane_progress p using (lane_id)
          where e.position > p.position
            or exists (select from parked k where k.lane_id = e.lane_id and k.position = e.position and k.state in ('parked', 'dead'))
            or exists (select from unmatched u where u.delivery_id = ev.delivery_id)
          union all select 'delivery ' || i.id from inbox i where exists (select from unmatched u where u.delivery_id = i.id)
          order by 1`;
          const before = await world.db.statement(neededSql);
          await grownOld();
          expect(await drop(batch)).toBe(true);
          expect(await world.db.statement(neededSql)).toEqual(before);
        },
      ),
      { numRuns: 12 },
    );
    expect(await sliceNumbers()).toHaveLength(1);
  }, 60_000);
});

it('of a process that runs on: everything is handled once and in order while slices begin and go', async () => {
  const cluster = fakeCluster();
  const spine = await world.start(cluster, { ...quick, maintenance: { keepDays, everyMs: 20 } });
  const subjects: string[] = [];
  for (let round = 0; round < 6; round += 1) {
    const sent = Array.from({ length: 20 }, () => thing('birch'));
    subjects.push(...sent.map((one) => (JSON.parse(one.body.toString()) as { subject: string }).subject));
    const taken = Promise.all(sent.map((one) => spine.inbox.append(one)));
    world.clock.at += 3 * dayMs;
    const begun = new Date(world.clock.now() - dayMs).toISOString();
    await eventually(async () => (await count('slice where began_at > $1', [begun])) === 1);
    await taken;
  }
  await eventually(() => cluster.effects.get('birch/nudge')?.length === subjects.length);
  expect(new Set(cluster.effects.get('birch/nudge'))).toEqual(new Set(subjects));
  expect(cluster.effects.get('birch/nudge')).toHaveLength(subjects.length);
  world.clock.at += 2 * keepDays * dayMs;
  // Only the one that was begun just now, and the one before it, which ended when it began.
  await eventually(async () => (await sliceNumbers()).length === 2 && (await count('event')) === 0);
});
