import { createHash } from 'node:crypto';
import type { FlowStep } from '@etis/contracts/flow';
import type { LaneBatch, Transport } from '@etis/contracts/lanes';
import { type EtisError, silentLog, supervise, uuidv7 } from '@etis/kernel';
import { openDomain } from '@etis/postgres';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSpine, type Spine, type SpineOverrides, spineDomain } from './index.ts';
import { adapters, delivery, type FakeGovernance, fakeCluster, fakeGovernance, fakeView, thing } from './spine-fixture.ts';

let database: TestDatabase;
let governance: FakeGovernance;
const started: { stop(): Promise<void> }[] = [];

/** Fast enough for a test, in the proportions of the defaults. */
const quick: SpineOverrides = {
  router: { pollMs: 50 },
  dispatcher: {
    pollMs: 20,
    laneBackoff: { base: 5, cap: 20 },
    parkedBackoff: { base: 5, cap: 20 },
    graceMs: 200,
  },
  jobs: { pollMs: 20, backoff: { base: 5, cap: 20 } },
};

beforeEach(async () => {
  database = await createTestDatabase({ domains: [spineDomain] });
  governance = fakeGovernance();
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((service) => service.stop()));
  await database.drop();
});

async function startSpine(transport: Transport, settings: SpineOverrides = quick): Promise<Spine & { stop(): Promise<void> }> {
  const spine = createSpine({ db: database.db('spine'), governance, adapters, transport, log: silentLog, settings });
  const service = supervise('spine', spine.services, silentLog);
  await service.start();
  started.push(service);
  return { ...spine, stop: () => service.stop() };
}

async function settled(spine: Spine, id: string): Promise<readonly FlowStep[]> {
  return await eventually(async () => {
    const flow = await spine.queries.flow(id);
    return flow?.settled ? flow.steps : undefined;
  });
}

const names = (steps: readonly FlowStep[]) => steps.map((step) => step.step);

describe('a delivery', () => {
  it('becomes an event in the lane of every subscribed placement of its tenant, and is handled', async () => {
    const cluster = fakeCluster();
    const spine = await startSpine(cluster);
    const sent = thing('acme', { size: 3 }, 'thing.counted');
    await spine.inbox.append(sent);
    const steps = await settled(spine, sent.id);
    expect(names(steps)).toEqual(['accepted', 'normalised', 'resolved', 'routed', 'routed', 'handled', 'handled']);
    expect(steps.filter((step) => step.step === 'routed').map((step) => [step.lane, step.cluster])).toEqual([
      ['acme/nudge', 'nudge-standard'],
      ['acme/pulse', 'pulse-standard'],
    ]);
    const [batch] = cluster.batches.filter((one) => one.lane === 'acme/nudge');
    expect(batch).toMatchObject({ tenant: 'acme', product: 'nudge', cluster: 'nudge-standard', mode: 'ordered' });
    expect(batch?.entries[0]?.event).toMatchObject({
      specversion: '1.0',
      type: 'thing.counted',
      tenant: 'acme',
      project: 'acme-project',
      region: 'eu',
      data: { size: 3 },
      traceparent: sent.traceparent,
      flow: sent.id,
      cause: null,
      hop: 0,
    });
  });

  it('is found by the id of its delivery, event or job, and shows what products did with it', async () => {
    const spine = await startSpine(fakeCluster());
    const sent = thing('acme');
    await spine.inbox.append(sent);
    const event = (await settled(spine, sent.id)).find((step) => step.step === 'normalised')?.event ?? '';
    const job = { id: uuidv7(), kind: 'email', tenant: 'acme', cause: event, flow: sent.id, traceparent: sent.traceparent, payload: {} };
    await spine.jobs.enqueue([job]);
    const emitted = {
      id: uuidv7(),
      type: 'thing.noted',
      source: '/nudge',
      subject: null,
      time: '2026-01-02T03:04:05Z',
      data: { a: '\0 \ud800' },
      tenant: 'acme',
      project: null,
      region: null,
      traceparent: sent.traceparent,
      flow: sent.id,
      cause: event,
      hop: 1,
    };
    const second = delivery(emitted, {
      source: 'platform',
      connection: 'platform',
      digest: createHash('sha256').update(emitted.id).digest(),
    });
    await spine.inbox.append(second);
    expect((await spine.queries.flow(sent.id))?.settled).toBe(false);
    const [leased] = await spine.jobs.lease({ kinds: ['email'], limit: 1, leaseMs: 1_000 });
    await spine.jobs.complete(leased?.claim ?? '', { messageId: 'm' });
    const steps = await settled(spine, sent.id);
    expect(names(steps).filter((name) => name === 'handled')).toHaveLength(2);
    expect(steps.find((step) => step.step === 'job-done')).toMatchObject({ job: job.id, attempts: 1, result: { messageId: 'm' } });
    for (const id of [event, job.id, emitted.id, second.id]) expect((await spine.queries.flow(id))?.id).toBe(sent.id);
    expect(await spine.queries.flow(uuidv7())).toBeNull();
    expect(await spine.queries.flow("'; drop table event; --")).toBeNull();
  });

  it('is not settled before the router has read it', async () => {
    const { inbox, queries } = createSpine({
      db: database.db('spine'),
      governance,
      adapters,
      transport: fakeCluster(),
      log: silentLog,
    });
    const sent = thing('acme');
    await inbox.append(sent);
    expect(await queries.flow(sent.id)).toMatchObject({ settled: false, steps: [{ step: 'accepted', bytes: sent.body.length }] });
  });

  it('that nobody subscribed to is kept with no lane', async () => {
    const spine = await startSpine(fakeCluster());
    const sent = thing('acme', null, 'other.kind');
    await spine.inbox.append(sent);
    expect(names(await settled(spine, sent.id))).toEqual(['accepted', 'normalised', 'resolved']);
  });
});

describe('the router', () => {
  it('is held up by no delivery, whatever is in it', async () => {
    const spine = await startSpine(fakeCluster());
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
    expect(names(await settled(spine, good.id))).toContain('handled');
    for (const one of poison) {
      const steps = await settled(spine, one.id);
      expect(names(steps), one.body.toString().slice(0, 60)).toEqual(['accepted', 'unmatched']);
    }
    for (const one of odd) expect(names(await settled(spine, one.id))).toContain('handled');
    const reasons = (await spine.queries.unmatched({ limit: 200 })).items.map((item) => item.reason);
    expect(new Set(reasons)).toEqual(new Set(['unreadable', 'unknown-event', 'unresolved']));
  });

  it('sets aside alone what the database refuses', async () => {
    await database.admin('spine')("alter table event add constraint picky check (subject is distinct from 'refused')");
    const spine = await startSpine(fakeCluster());
    const refused = delivery({ type: 'thing.added', site: 'acme-site', subject: 'refused' });
    const others = Array.from({ length: 20 }, () => thing('acme'));
    await Promise.all([...others.slice(0, 10), refused, ...others.slice(10)].map((one) => spine.inbox.append(one)));
    for (const one of others) expect(names(await settled(spine, one.id))).toContain('handled');
    expect((await settled(spine, refused.id)).at(-1)).toMatchObject({ step: 'unmatched', reason: 'unreadable' });
  });

  it('does not give an event that is there already a second entry', async () => {
    const cluster = fakeCluster();
    const spine = await startSpine(cluster);
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
    const spines = [await startSpine(cluster), await startSpine(cluster)];
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
});

describe('the dispatcher', () => {
  it('keeps lanes of suspended tenants and of gone placements, and goes on when they are back', async () => {
    const cluster = fakeCluster();
    const spine = await startSpine(cluster);
    const view = fakeView();
    // The view changes between routing and dispatching: the cluster answers nothing until then.
    governance.change({ ...view, version: 2, placements: view.placements.filter((one) => one.tenant !== 'birch') });
    const [first, second] = [thing('acme'), thing('birch')];
    await spine.inbox.append(first);
    await spine.inbox.append(second);
    await settled(spine, first.id);
    expect(names(await settled(spine, second.id))).not.toContain('routed');

    governance.change({ ...view, version: 3 });
    const third = thing('birch');
    await spine.stop();
    const resting = createSpine({ db: database.db('spine'), governance, adapters, transport: cluster, log: silentLog, settings: quick });
    await resting.inbox.append(third);
    const [router] = resting.services.filter((service) => service.name === 'spine router');
    await router?.start();
    await eventually(async () => (await resting.queries.lanes({ tenant: 'birch' }))[0]?.waiting === 1);
    await router?.stop();

    const suspended = new Map([...view.tenants, ['birch', { id: 'birch', name: 'birch', status: 'suspended' as const }]]);
    governance.change({ ...view, version: 4, tenants: suspended });
    const again = await startSpine(cluster);
    const other = thing('acme');
    await again.inbox.append(other);
    await settled(again, other.id);
    expect(cluster.effects.get('birch/nudge')).toBeUndefined();
    expect(await again.queries.flow(third.id)).toMatchObject({ settled: false });
    governance.change({ ...view, version: 5 });
    await settled(again, third.id);
    expect(cluster.effects.get('birch/nudge')).toEqual([expect.stringContaining('thing')]);
  });

  it('delivers to the cluster that the lane is placed on now', async () => {
    const cluster = fakeCluster();
    const spine = await startSpine(cluster);
    const view = fakeView();
    const moved = view.placements.map((one) => (one.tenant === 'acme' ? { ...one, cluster: 'nudge-own' } : one));
    governance.change({ ...view, version: 2, placements: moved });
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
    const spine = await startSpine(cluster);
    const sent = [thing('acme', 1), thing('acme', { fail: true }), thing('acme', 3)];
    await Promise.all(sent.map((one) => spine.inbox.append(one)));
    const steps = await settled(spine, sent[1]?.id ?? '');
    expect(names(steps)).toEqual(['accepted', 'normalised', 'resolved', 'routed', 'parked', 'handled']);
    expect(steps.at(-1)).toMatchObject({ attempts: 4 });
    expect(steps.at(-2)).toMatchObject({ error: 'not today \uFFFD' });
    await settled(spine, sent[2]?.id ?? '');
    expect(cluster.effects.get('acme/nudge')?.map((subject) => Number(subject.split(' ')[1]) % 3)).toHaveLength(3);
    expect(cluster.batches.filter((batch) => batch.mode === 'parked').every((batch) => batch.entries.length === 1)).toBe(true);
  });

  it('makes a dead letter of what must not or may not come back', async () => {
    const cluster = fakeCluster((entry) => {
      const { fail } = (entry.event.data ?? {}) as { fail?: string };
      return fail === undefined ? 'ok' : { error: fail, retryable: fail === 'soft' };
    });
    const spine = await startSpine(cluster, { ...quick, dispatcher: { ...quick.dispatcher, maxAttempts: 3 } });
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
      { lane: 'acme/nudge', tenant: 'acme', product: 'nudge', waiting: 0, parked: 0, deadLetters: 2 },
    ]);
  });

  it('finds the entry that kills its host, parks it after five attempts, and goes on with the others', async () => {
    const cluster = fakeCluster((entry) => {
      if ((entry.event.data as { kill?: boolean } | null)?.kill === true) throw new Error('the host died');
      return 'ok';
    });
    const spine = await startSpine(cluster);
    const sent = Array.from({ length: 20 }, (_, index) => thing('acme', index === 11 ? { kill: true } : null));
    await Promise.all(sent.map((one) => spine.inbox.append(one)));
    const steps = await settled(spine, sent[11]?.id ?? '');
    expect(steps.at(-1)).toMatchObject({ step: 'dead-letter', attempts: 8 });
    for (const one of sent.filter((_, index) => index !== 11)) expect(names(await settled(spine, one.id))).toContain('handled');
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
    const spine = await startSpine({
      async deliver(batch, signal) {
        if (refusals < 20) {
          refusals += 1;
          const error: Partial<EtisError> = { code: 'X_AWAY', kind: 'unavailable', retryable: true };
          const { errors } = await import('./errors.ts');
          throw Object.assign(errors.CLUSTER_UNKNOWN(batch.cluster), error);
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
    const spine = await startSpine(
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
    const spine = await startSpine({
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
        await new Promise((resolve) => setTimeout(resolve, 3));
        for (const key of [batch.lane, batch.cluster, 'all']) count(key, -1);
        return await inner.deliver(batch, signal);
      },
    };
    const spine = await startSpine(transport, {
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
    const resting = createSpine({ db: database.db('spine'), governance, adapters, transport: inner, log: silentLog, settings: quick });
    await Promise.all(Array.from({ length: 1_000 }, () => resting.inbox.append(thing('acme'))));
    const late = thing('birch');
    await resting.inbox.append(late);
    const [router] = resting.services.filter((service) => service.name === 'spine router');
    await router?.start();
    await eventually(async () => (await resting.queries.lanes({})).reduce((sum, lane) => sum + lane.waiting, 0) === 1_001);
    await router?.stop();
    const spine = await startSpine(
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
    const spine = await startSpine(cluster, { ...quick, dispatcher: { ...quick.dispatcher, batchBytes: 10_000 } });
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
    const spine = await startSpine({
      deliver() {
        asked();
        return new Promise(() => undefined);
      },
    });
    const sent = thing('acme');
    await spine.inbox.append(sent);
    await delivering;
    await spine.stop();
    const again = await startSpine(fakeCluster());
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
    const own = openDomain({ domain: spineDomain, access: database.access, log: silentLog });
    const lone = createSpine({
      db: own,
      governance,
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
    const dying = supervise('dying', lone.services, silentLog);
    await dying.start();
    const sent = thing('acme');
    await lone.inbox.append(sent);
    await delivering;
    await own.close();
    const spine = await startSpine(inner);
    expect((await settled(spine, sent.id)).at(-1)).toMatchObject({ step: 'handled', attempts: 2 });
    release();
    await dying.stop();
    expect(inner.effects.get('acme/nudge')).toHaveLength(1);
    expect((await spine.queries.flow(sent.id))?.steps.filter((step) => step.step === 'handled')).toHaveLength(1);
  });
});
