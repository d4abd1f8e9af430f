import type { Delivery } from '@etis/contracts/events';
import type { LaneBatch, Transport } from '@etis/contracts/lanes';
import { traceparentFrom, uuidv7 } from '@etis/kernel';
import { eventually, testContext } from '@etis/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Spine } from './index.ts';
import { delivery, fakeCluster, thing } from './spine-fixture.ts';
import { createWorld, type SpineWorld } from './spine-under-test.ts';

let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

const subjectOf = ({ body }: Delivery): string => (JSON.parse(body.toString()) as { subject: string }).subject;

/** Appends one after the other, and tells their subjects. */
async function append(spine: Pick<Spine, 'inbox'>, ...deliveries: readonly Delivery[]): Promise<readonly string[]> {
  for (const one of deliveries) await spine.inbox.append(one);
  return deliveries.map(subjectOf);
}

const things = (tenant: string, count: number, overrides: Partial<Delivery> = {}) =>
  Array.from({ length: count }, () => ({ ...thing(tenant), ...overrides }));

async function unmatchedReasons(spine: Spine): Promise<readonly string[]> {
  return (await spine.queries.unmatched({ limit: 200 })).items.map(({ reason }) => reason);
}

/** Until the clock shows another time than it did. */
const nextMoment = () => {
  const now = Date.now();
  return eventually(() => Date.now() > now + 1);
};

const allRouted = () =>
  eventually(async () => {
    const [row] = await world.db.statement<{ all: boolean }>(
      'select coalesce((select max(position) from inbox), 0) <= inbox_position as all from router_cursor',
    );
    return row?.all;
  });

describe('a paused tenant', () => {
  it('has nothing delivered while others have, and everything in order when it is resumed', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const id = world.order({ scope: { tenant: 'acme' } });
    const theirs = await append(spine, ...things('acme', 5));
    const others = await append(spine, ...things('birch', 5));
    await eventually(async () => cluster.effects.get('birch/nudge')?.length === 5);
    await allRouted();
    expect(cluster.effects.get('birch/nudge')).toEqual(others);
    expect(cluster.effects.get('acme/nudge')).toBeUndefined();
    expect(await spine.queries.lanes({ tenant: 'acme' })).toMatchObject([{ waiting: 5 }]);
    world.resume(id);
    await eventually(async () => cluster.effects.get('acme/nudge')?.length === 5);
    expect(cluster.effects.get('acme/nudge')).toEqual(theirs);
  });

  it('is paused for one product where the scope names it', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    world.order({ scope: { tenant: 'acme', product: 'nudge' } });
    await append(spine, thing('acme', null, 'thing.counted'));
    await eventually(async () => cluster.effects.get('acme/pulse')?.length === 1);
    expect(cluster.effects.get('acme/nudge')).toBeUndefined();
  });

  it('lets the batch finish that is on its way', async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    const signals: AbortSignal[] = [];
    const cluster = fakeCluster();
    const slow: Transport = {
      async deliver(batch, signal) {
        signals.push(signal);
        arrive();
        await opened;
        return await cluster.deliver(batch, signal);
      },
    };
    const spine = await world.start(slow);
    await append(spine, thing('acme'));
    await arrived;
    world.order({ scope: { tenant: 'acme' } });
    await append(spine, thing('acme'));
    await allRouted();
    open();
    await eventually(async () => cluster.effects.get('acme/nudge')?.length === 1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await eventually(async () => (await spine.queries.lanes({ tenant: 'acme' }))[0]?.waiting === 1);
  });
});

describe('a kill', () => {
  it('aborts the delivery that runs, counts no failure, and lets it go on when it is resumed', async () => {
    const cluster = fakeCluster();
    const aborted: string[] = [];
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    let hang = true;
    const transport: Transport = {
      async deliver(batch: LaneBatch, signal) {
        if (!hang) return await cluster.deliver(batch, signal);
        arrive();
        return await new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted.push(String(signal.reason.code));
            reject(signal.reason);
          });
        });
      },
    };
    const spine = await world.start(transport);
    const subjects = await append(spine, ...things('acme', 3));
    await arrived;
    const id = world.order({ verb: 'kill', scope: { cluster: 'nudge-standard' } });
    await eventually(async () => aborted.length > 0);
    hang = false;
    const progress = 'select attempts, position from lane_progress';
    await eventually(async () => (await world.db.statement<{ attempts: number }>(progress))[0]?.attempts === 0);
    expect(aborted).toEqual(['SPINE_LANE_KILLED']);
    expect(cluster.effects.size).toBe(0);
    world.resume(id);
    await eventually(async () => cluster.effects.get('acme/nudge')?.length === 3);
    expect(cluster.effects.get('acme/nudge')).toEqual(subjects);
    expect(await spine.queries.deadLetters({ limit: 10 })).toMatchObject({ items: [] });
  });

  it('of the platform stops routing too, and loses nothing', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const id = world.order({ verb: 'kill' });
    const subjects = await append(spine, ...things('acme', 20));
    expect(await world.db.statement('select from event')).toHaveLength(0);
    world.resume(id);
    await eventually(async () => cluster.effects.get('acme/nudge')?.length === 20);
    expect(cluster.effects.get('acme/nudge')).toEqual(subjects);
  });
});

describe('a killed platform', () => {
  it('routes nothing that a round had in hand when the order came', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const { promise: ordered, resolve: order } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    // The same lane, not committed yet: the round waits for it after it has asked what is held back.
    const between = world.db.system(async (tx) => {
      await tx.query("insert into lane (name, tenant_id, product) values ('acme/nudge', 'acme', 'nudge')");
      begin();
      await ordered;
      throw new Error('rolled back');
    });
    const rolledBack = expect(between).rejects.toThrow('rolled back');
    await begun;
    const subjects = await append(spine, ...things('acme', 3));
    await eventually(async () => {
      const waiting = 'select from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database()';
      return (await world.db.statement(waiting)).length > 0;
    });
    const id = world.order({ verb: 'kill' });
    order();
    await rolledBack;
    await eventually(
      async () => (await world.db.system((tx) => tx.query('select from router_cursor for update skip locked'))).length === 1,
    );
    expect(await world.db.statement('select from event')).toHaveLength(0);
    world.resume(id);
    await eventually(async () => cluster.effects.get('acme/nudge')?.length === 3);
    expect(cluster.effects.get('acme/nudge')).toEqual(subjects);
  });
});

describe('a drained lane', () => {
  it('finishes what it held, then waits until it is resumed', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const hold = world.order({ scope: { tenant: 'acme' } });
    const held = await append(spine, ...things('acme', 4));
    await allRouted();
    const drain = world.order({ verb: 'drain', scope: { tenant: 'acme' } });
    await nextMoment();
    const later = await append(spine, ...things('acme', 4));
    await allRouted();
    world.resume(hold);
    await eventually(async () => cluster.effects.get('acme/nudge')?.length === 4);
    const others = await append(spine, thing('birch'));
    await eventually(async () => cluster.effects.get('birch/nudge')?.length === others.length);
    expect(cluster.effects.get('acme/nudge')).toEqual(held);
    world.resume(drain);
    await eventually(async () => cluster.effects.get('acme/nudge')?.length === 8);
    expect(cluster.effects.get('acme/nudge')).toEqual([...held, ...later]);
  });
});

describe('a throttled lane', () => {
  it('gets so many entries in a time, in order, and others what they want', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    world.order({ verb: 'throttle', rate: { count: 5, perMs: 86_400_000 }, scope: { tenant: 'acme' } });
    const subjects = await append(spine, ...things('acme', 12));
    await append(spine, ...things('birch', 12));
    await eventually(async () => cluster.effects.get('birch/nudge')?.length === 12);
    await eventually(async () => cluster.effects.get('acme/nudge')?.length === 5);
    expect(await spine.queries.lanes({ tenant: 'acme' })).toMatchObject([{ waiting: 7 }]);
    world.clock.at += 2 * 86_400_000;
    await eventually(async () => cluster.effects.get('acme/nudge')?.length === 10);
    expect(cluster.effects.get('acme/nudge')).toEqual(subjects.slice(0, 10));
  });
});

describe('a connection that is held back', () => {
  it('has its deliveries kept with the reason, while others go on, and routed in order before newer ones', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const id = world.order({ scope: { connection: 'only-acme' } });
    const held = await append(spine, ...things('acme', 6, { connection: 'only-acme' }));
    const free = await append(spine, ...things('acme', 2));
    await eventually(async () => cluster.effects.get('acme/nudge')?.length === 2);
    await eventually(async () => (await unmatchedReasons(spine)).length === 6);
    expect(cluster.effects.get('acme/nudge')).toEqual(free);
    expect(new Set(await unmatchedReasons(spine))).toEqual(new Set(['held']));
    world.resume(id);
    const newer = await append(spine, ...things('acme', 3, { connection: 'only-acme' }));
    await eventually(async () => cluster.effects.get('acme/nudge')?.length === 11);
    expect(cluster.effects.get('acme/nudge')).toEqual([...free, ...held, ...newer]);
    expect(await unmatchedReasons(spine)).toEqual([]);
  });

  it('is released by a router that never held it back', async () => {
    const first = await world.start();
    world.order({ scope: { connection: 'shared' }, id: uuidv7() });
    await append(first, ...things('acme', 3));
    await eventually(async () => (await unmatchedReasons(first)).length === 3);
    await first.stop();
    world.directives.settle([]);
    const cluster = fakeCluster();
    await world.start(cluster);
    await eventually(async () => cluster.effects.get('acme/nudge')?.length === 3);
  });

  it('is not replayed by hand while it is held back', async () => {
    const spine = await world.start();
    world.order({ verb: 'kill', scope: { connection: 'shared', tenant: 'acme' } });
    world.order({ verb: 'kill', scope: { connection: 'only-acme' } });
    const [one] = things('acme', 1, { connection: 'only-acme' });
    await append(spine, one as Delivery);
    await eventually(async () => (await unmatchedReasons(spine)).length === 1);
    expect(await spine.operations.replayUnmatched(testContext(), one?.id ?? '')).toEqual({ placed: 0, unmatched: 1 });
    expect(await unmatchedReasons(spine)).toEqual(['held']);
  });

  it('keeps what cannot be placed for its own reason once it is released', async () => {
    const spine = await world.start();
    const id = world.order({ scope: { connection: 'shared' } });
    await spine.inbox.append(delivery('no JSON at all'));
    await spine.inbox.append(thing('nobody'));
    await eventually(async () => (await unmatchedReasons(spine)).length === 2);
    world.resume(id);
    await eventually(async () => !(await unmatchedReasons(spine)).includes('held'));
    expect((await unmatchedReasons(spine)).toSorted()).toEqual(['unreadable', 'unresolved']);
  });

  it('goes on with what it delivered before a drain', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const stop = world.order({});
    const before = await append(spine, ...things('acme', 3));
    await nextMoment();
    world.order({ verb: 'drain', scope: { connection: 'shared' } });
    await nextMoment();
    await append(spine, ...things('acme', 2));
    world.resume(stop);
    await eventually(async () => (await unmatchedReasons(spine)).length === 2);
    await eventually(async () => cluster.effects.get('acme/nudge')?.length === 3);
    expect(cluster.effects.get('acme/nudge')).toEqual(before);
  });
});

describe('nothing accepted is lost and its order is kept', () => {
  const verb = fc.constantFrom('kill', 'pause', 'drain', 'throttle');
  const scope = fc.constantFrom({}, { tenant: 'acme' }, { product: 'nudge' }, { cluster: 'nudge-standard' }, { connection: 'shared' });
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 8 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('order' as const), verb, scope }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('resume' as const), which: fc.nat() }) },
  );

  it('through kill, pause, drain, throttle and resume while events arrive', async () => {
    const cluster = fakeCluster();
    const first = await world.start(cluster);
    await world.start(cluster);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (script) => {
        const before = cluster.effects.get('acme/nudge')?.length ?? 0;
        const open: string[] = [];
        const sent: string[] = [];
        for (const one of script) {
          if (one.do === 'append') sent.push(...(await append(first, ...things('acme', one.count))));
          else if (one.do === 'resume') world.resume(...open.splice(one.which % Math.max(1, open.length), 1));
          else {
            const isThrottle = one.verb === 'throttle';
            const isConnection = 'connection' in one.scope;
            const rate = isThrottle ? { rate: { count: 3, perMs: 100 } } : {};
            open.push(world.order({ verb: (isThrottle && isConnection ? 'pause' : one.verb) as never, scope: one.scope, ...rate }));
          }
        }
        world.resume(...open);
        await eventually(async () => (cluster.effects.get('acme/nudge')?.length ?? 0) >= before + sent.length);
        expect(cluster.effects.get('acme/nudge')?.slice(before)).toEqual(sent);
      }),
      { numRuns: 15 },
    );
    expect((await first.queries.deadLetters({ limit: 10 })).items).toEqual([]);
    expect(await unmatchedReasons(first)).toEqual([]);
  }, 60_000);
});

describe('a lease', () => {
  const job = (tenant: string, reportTo?: string) => {
    const id = uuidv7();
    const common = { id, kind: 'email', tenant, cause: null, flow: id, traceparent: traceparentFrom(undefined), payload: {} };
    return reportTo === undefined ? common : { ...common, reportTo };
  };
  const lease = (except: { tenants: readonly string[]; products: readonly string[] }, limit = 10) =>
    world.rest().jobs.lease({ kinds: ['email'], limit, leaseMs: 60_000, except });

  it('leaves out the jobs of tenants, and those that report to products', async () => {
    const { jobs } = world.rest();
    await jobs.enqueue([job('acme'), job('birch'), job('birch', 'nudge'), job('cedar', 'pulse')]);
    const first = await lease({ tenants: ['acme'], products: ['nudge'] });
    expect(first.map(({ tenant, reportTo }) => [tenant, reportTo]).toSorted()).toEqual([
      ['birch', undefined],
      ['cedar', 'pulse'],
    ]);
    expect(await lease({ tenants: ['acme', 'birch'], products: [] })).toEqual([]);
    expect((await lease({ tenants: [], products: [] })).map(({ tenant }) => tenant).toSorted()).toEqual(['acme', 'birch']);
  });

  it('finds those of others behind thousands that are left out', async () => {
    const { jobs } = world.rest();
    await jobs.enqueue(Array.from({ length: 2_000 }, () => job('acme')));
    await jobs.enqueue([job('birch')]);
    expect((await lease({ tenants: ['acme'], products: [] })).map(({ tenant }) => tenant)).toEqual(['birch']);
  });

  it('counts what waits behind an order', async () => {
    const { jobs, lookups } = world.rest();
    await jobs.enqueue([job('acme'), job('acme', 'nudge'), job('birch')]);
    expect(await lookups.openJobs({})).toBe(3);
    expect(await lookups.openJobs({ tenant: 'acme' })).toBe(2);
    expect(await lookups.openJobs({ product: 'nudge' })).toBe(1);
    expect(await lookups.openJobs({ kind: 'document' })).toBe(0);
    expect(await lookups.openJobs({ kind: 'a\0b' })).toBe(0);
  });
});
