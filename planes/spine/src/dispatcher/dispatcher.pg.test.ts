import type { LaneBatch, Transport } from '@etis/contracts/lanes';
import { EtisError, silentLog, supervise } from '@etis/kernel';
import { openDomain } from '@etis/postgres';
import { eventually } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSpine, spineDomain } from '../index.ts';
import { adapters, fakeCluster, fakeView, thing } from '../spine-fixture.ts';
import { createWorld, quick, type SpineWorld, settled, stepNames } from '../spine-under-test.ts';

let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

describe('the dispatcher', () => {
  it('keeps lanes of suspended tenants and of gone placements, and goes on when they are back', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const view = fakeView();
    // The view changes between routing and dispatching: the cluster answers nothing until then.
    world.governance.change({ ...view, version: 2, placements: view.placements.filter((one) => one.tenant !== 'birch') });
    const [first, second] = [thing('acme'), thing('birch')];
    await spine.inbox.append(first);
    await spine.inbox.append(second);
    await settled(spine, first.id);
    expect(stepNames(await settled(spine, second.id))).not.toContain('routed');

    world.governance.change({ ...view, version: 3 });
    const third = thing('birch');
    await spine.stop();
    const resting = createSpine({
      db: world.db,
      governance: world.governance,
      adapters,
      transport: cluster,
      log: silentLog,
      settings: quick,
    });
    await resting.inbox.append(third);
    const [router] = resting.services().filter((service) => service.name === 'spine router');
    await router?.start();
    await eventually(async () => (await resting.queries.lanes({ tenant: 'birch' }))[0]?.waiting === 1);
    await router?.stop();

    const suspended = new Map([...view.tenants, ['birch', { id: 'birch', name: 'birch', status: 'suspended' as const }]]);
    world.governance.change({ ...view, version: 4, tenants: suspended });
    const again = await world.start(cluster);
    const other = thing('acme');
    await again.inbox.append(other);
    await settled(again, other.id);
    expect(cluster.effects.get('birch/nudge')).toBeUndefined();
    expect(await again.queries.flow(third.id)).toMatchObject({ settled: false });
    world.governance.change({ ...view, version: 5 });
    await settled(again, third.id);
    expect(cluster.effects.get('birch/nudge')).toEqual([expect.stringContaining('thing')]);
  });

  it('delivers to the cluster that the lane is placed on now', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const view = fakeView();
    const moved = view.placements.map((one) => (one.tenant === 'acme' ? { ...one, cluster: 'nudge-own' } : one));
    world.governance.change({ ...view, version: 2, placements: moved });
    const sent = thing('acme');
    await spine.inbox.append(sent);
    expect((await settled(spine, sent.id)).find((step) => step.step === 'routed')).toMatchObject({ cluster: 'nudge-own' });
    expect(cluster.batches.at(-1)?.cluster).toBe('nudge-own');
  });

  it('parks the entry that fails, goes on with the next, and takes the parked one up later', async () => {
    let failures = 0;
    const cluster = fakeCluster((entry) => {
      if ((entry.event.data as { fail?: boolean } | null)?.fail !== true || failures === 3) return 'ok';
      failures += 1;
      return { error: 'not today \0', retryable: true };
    });
    const spine = await world.start(cluster);
    const sent = [thing('acme', 1), thing('acme', { fail: true }), thing('acme', 3)];
    await Promise.all(sent.map((one) => spine.inbox.append(one)));
    const steps = await settled(spine, sent[1]?.id ?? '');
    expect(stepNames(steps)).toEqual(['accepted', 'normalised', 'resolved', 'routed', 'parked', 'handled']);
    expect(steps.at(-1)).toMatchObject({ attempts: 4 });
    expect(steps.at(-2)).toMatchObject({ error: 'not today \uFFFD' });
    await settled(spine, sent[2]?.id ?? '');
    expect(cluster.effects.get('acme/nudge')).toHaveLength(3);
    expect(cluster.effects.get('acme/nudge')?.at(-1)).toBe(steps.find((step) => step.step === 'normalised')?.subject);
    expect(cluster.batches.filter((batch) => batch.mode === 'parked').every((batch) => batch.entries.length === 1)).toBe(true);
  });

  it('makes a dead letter of what must not or may not come back', async () => {
    const cluster = fakeCluster((entry) => {
      const { fail } = (entry.event.data ?? {}) as { fail?: string };
      return fail === undefined ? 'ok' : { error: fail, retryable: fail === 'soft' };
    });
    const spine = await world.start(cluster, { ...quick, dispatcher: { ...quick.dispatcher, maxAttempts: 3 } });
    const [hard, soft] = [thing('acme', { fail: 'hard' }), thing('acme', { fail: 'soft' })];
    await spine.inbox.append(hard);
    await spine.inbox.append(soft);
    expect((await settled(spine, hard.id)).at(-1)).toMatchObject({ step: 'dead-letter', attempts: 1, error: 'hard' });
    expect((await settled(spine, soft.id)).at(-1)).toMatchObject({ step: 'dead-letter', attempts: 3, error: 'soft' });
    const dead = await spine.queries.deadLetters({ limit: 10 });
    expect(dead.items.map((item) => [item.kind, item.tenant, item.where, item.error])).toEqual([
      ['entry', 'acme', 'acme/nudge', 'soft'],
      ['entry', 'acme', 'acme/nudge', 'hard'],
    ]);
    expect(await spine.queries.lanes({ tenant: 'acme' })).toEqual([
      {
        lane: 'acme/nudge',
        tenant: 'acme',
        product: 'nudge',
        waiting: 0,
        parked: 0,
        deadLetters: 2,
        cluster: 'nudge-standard',
        heldBy: null,
        trouble: null,
      },
    ]);
  });

  it('finds the entry that kills its host, parks it after five attempts, and goes on with the others', async () => {
    const cluster = fakeCluster((entry) => {
      if ((entry.event.data as { kill?: boolean } | null)?.kill === true) throw new Error('the host died');
      return 'ok';
    });
    const spine = await world.start(cluster);
    const sent = Array.from({ length: 20 }, (_, index) => thing('acme', index === 11 ? { kill: true } : null));
    await Promise.all(sent.map((one) => spine.inbox.append(one)));
    const steps = await settled(spine, sent[11]?.id ?? '');
    expect(steps.at(-1)).toMatchObject({ step: 'dead-letter', attempts: 8 });
    for (const one of sent.filter((_, index) => index !== 11)) expect(stepNames(await settled(spine, one.id))).toContain('handled');
    expect(cluster.effects.get('acme/nudge')).toHaveLength(19);
    const killed = cluster.batches.filter(
      (batch) => batch.mode === 'ordered' && batch.entries.some((one) => one.event.flow === sent[11]?.id),
    );
    expect(killed.length).toBeGreaterThanOrEqual(5);
    expect(killed.filter((batch) => batch.entries.length > 1).length).toBeLessThanOrEqual(2);
  });

  it('keeps a lane whose cluster cannot be reached, for as long as that takes, and parks nothing', async () => {
    let refusals = 0;
    const inner = fakeCluster();
    const spine = await world.start({
      async deliver(batch, signal) {
        if (refusals < 20) {
          refusals += 1;
          throw new EtisError({ code: 'HOST_AWAY', kind: 'unavailable', retryable: true, message: 'away' });
        }
        return await inner.deliver(batch, signal);
      },
    });
    const sent = [thing('acme'), thing('acme')];
    await Promise.all(sent.map((one) => spine.inbox.append(one)));
    for (const one of sent) {
      expect((await settled(spine, one.id)).at(-1)).toMatchObject({ step: 'handled', attempts: 1 });
    }
    expect(refusals).toBe(20);
  });

  it('gives a lane up when the cluster never answers, and delivers again', async () => {
    let hung = 0;
    const inner = fakeCluster();
    const spine = await world.start(
      {
        deliver(batch, signal) {
          if (hung > 0) return inner.deliver(batch, signal);
          hung += 1;
          return new Promise(() => undefined);
        },
      },
      { ...quick, dispatcher: { ...quick.dispatcher, deliverMs: 50 } },
    );
    const sent = thing('acme');
    await spine.inbox.append(sent);
    expect((await settled(spine, sent.id)).at(-1)).toMatchObject({ step: 'handled', attempts: 2 });
  });

  it('treats an answer about an entry that was not delivered as no answer', async () => {
    let lies = 0;
    const inner = fakeCluster();
    const spine = await world.start({
      async deliver(batch, signal) {
        if (lies > 0) return await inner.deliver(batch, signal);
        lies += 1;
        return { handled: 0, failed: { position: 999_999n, error: 'who?', retryable: false } };
      },
    });
    const sent = thing('acme');
    await spine.inbox.append(sent);
    expect((await settled(spine, sent.id)).at(-1)).toMatchObject({ step: 'handled', attempts: 2 });
  });

  it('has one batch per lane in flight, and no more than allowed over all and per cluster', async () => {
    const running = new Map<string, number>();
    const { promise: full, resolve: fill } = Promise.withResolvers<void>();
    const most = { lane: 0, cluster: 0, all: 0 };
    const inner = fakeCluster();
    const count = (key: string, by: number) => {
      running.set(key, (running.get(key) ?? 0) + by);
      return running.get(key) ?? 0;
    };
    const transport: Transport = {
      async deliver(batch, signal) {
        most.lane = Math.max(most.lane, count(batch.lane, 1));
        most.cluster = Math.max(most.cluster, count(batch.cluster, 1));
        most.all = Math.max(most.all, count('all', 1));
        // Nobody goes on before as many as may are on their way.
        if (most.all === 3) fill();
        await full;
        await new Promise((resolve) => setImmediate(resolve));
        for (const key of [batch.lane, batch.cluster, 'all']) count(key, -1);
        return await inner.deliver(batch, signal);
      },
    };
    const spine = await world.start(transport, {
      ...quick,
      dispatcher: { ...quick.dispatcher, inFlight: 3, inFlightPerCluster: 2, batchCount: 5 },
    });
    const sent = Array.from({ length: 60 }, (_, index) => thing(['acme', 'birch', 'cedar'][index % 3] ?? '', null, 'thing.counted'));
    await Promise.all(sent.map((one) => spine.inbox.append(one)));
    for (const one of sent) await settled(spine, one.id);
    expect(most).toEqual({ lane: 1, cluster: 2, all: 3 });
    expect(Math.max(...inner.batches.map((batch) => batch.entries.length))).toBeLessThanOrEqual(5);
  });

  it('is fair: a lane with one entry does not wait for another with a thousand', async () => {
    const order: string[] = [];
    const inner = fakeCluster();
    const resting = createSpine({
      db: world.db,
      governance: world.governance,
      adapters,
      transport: inner,
      log: silentLog,
      settings: quick,
    });
    await Promise.all(Array.from({ length: 1_000 }, () => resting.inbox.append(thing('acme'))));
    const late = thing('birch');
    await resting.inbox.append(late);
    const [router] = resting.services().filter((service) => service.name === 'spine router');
    await router?.start();
    await eventually(async () => (await resting.queries.lanes({})).reduce((sum, lane) => sum + lane.waiting, 0) === 1_001);
    await router?.stop();
    const spine = await world.start(
      {
        async deliver(batch, signal) {
          order.push(batch.lane);
          return await inner.deliver(batch, signal);
        },
      },
      { ...quick, dispatcher: { ...quick.dispatcher, inFlight: 1, batchCount: 50 } },
    );
    await settled(spine, late.id);
    await eventually(() => order.length === 21);
    expect(order.indexOf('birch/nudge')).toBeLessThanOrEqual(1);
  });

  it('bounds a batch by bytes, and still delivers an entry that is larger than the bound', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster, { ...quick, dispatcher: { ...quick.dispatcher, batchBytes: 10_000 } });
    const sent = Array.from({ length: 12 }, (_, index) => thing('acme', 'x'.repeat(index === 5 ? 50_000 : 4_000)));
    await Promise.all(sent.map((one) => spine.inbox.append(one)));
    for (const one of sent) await settled(spine, one.id);
    const length = (batch: LaneBatch) => batch.entries.slice(0, -1).reduce((sum, one) => sum + String(one.event.data).length, 0);
    expect(Math.max(...cluster.batches.map(length))).toBeLessThan(10_000);
  });

  it('stops in the middle of a delivery, gives the attempt back, and the next one goes on', async () => {
    let asked: () => void = () => undefined;
    const delivering = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const spine = await world.start({
      deliver() {
        asked();
        return new Promise(() => undefined);
      },
    });
    const sent = thing('acme');
    await spine.inbox.append(sent);
    await delivering;
    await spine.stop();
    const again = await world.start();
    expect((await settled(again, sent.id)).at(-1)).toMatchObject({ step: 'handled', attempts: 1 });
  });

  it('takes over what a dispatcher left behind that was killed, and fences one that only was slow', async () => {
    const inner = fakeCluster();
    let release: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked: () => void = () => undefined;
    const delivering = new Promise<void>((resolve) => {
      asked = resolve;
    });
    // A pool of its own that is cut off while it delivers, so that it can neither renew nor record.
    const own = openDomain({ domain: spineDomain, access: world.database.access, log: silentLog });
    const lone = createSpine({
      db: own,
      governance: world.governance,
      adapters,
      transport: {
        async deliver(batch, signal) {
          asked();
          await slow;
          return await inner.deliver(batch, signal);
        },
      },
      log: silentLog,
      settings: { ...quick, dispatcher: { ...quick.dispatcher, leaseMs: 300 } },
    });
    const dying = supervise('dying', lone.services(), silentLog);
    await dying.start();
    const sent = thing('acme');
    await lone.inbox.append(sent);
    await delivering;
    await own.close();
    const spine = await world.start(inner);
    expect((await settled(spine, sent.id)).at(-1)).toMatchObject({ step: 'handled', attempts: 2 });
    release();
    await dying.stop();
    expect(inner.effects.get('acme/nudge')).toHaveLength(1);
    expect((await spine.queries.flow(sent.id))?.steps.filter((step) => step.step === 'handled')).toHaveLength(1);
  });
});
