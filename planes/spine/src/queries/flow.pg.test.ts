import { createHash } from 'node:crypto';
import { uuidv7 } from '@etis/kernel';
import { eventually } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { delivery, fakeCluster, fakeView, thing } from '../spine-fixture.ts';
import { createWorld, quick, type SpineWorld, settled, stepNames } from '../spine-under-test.ts';

let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

describe('a delivery', () => {
  it('becomes an event in the lane of every subscribed placement of its tenant, and is handled', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const sent = thing('acme', { size: 3 }, 'thing.counted');
    await spine.inbox.append(sent);
    const steps = await settled(spine, sent.id);
    expect(stepNames(steps)).toEqual(['accepted', 'normalised', 'resolved', 'routed', 'routed', 'handled', 'handled']);
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

  it('is not settled while a job or an event that handling asked for is on its way from the cluster', async () => {
    const [job, event] = [uuidv7(), uuidv7()];
    const spine = await world.start({ deliver: (batch) => Promise.resolve({ handled: batch.entries.length, outgoing: [job, event] }) });
    const sent = thing('acme');
    await spine.inbox.append(sent);
    const cause = await eventually(async () => {
      const flow = await spine.queries.flow(sent.id);
      return flow?.steps.some((step) => step.step === 'handled') ? flow.steps.find((step) => step.step === 'normalised')?.event : undefined;
    });
    const isSettled = async () => (await spine.queries.flow(sent.id))?.settled;
    expect(await isSettled()).toBe(false);

    const { traceparent } = sent;
    await spine.jobs.enqueue([{ id: job, kind: 'email', tenant: 'acme', cause, flow: sent.id, traceparent, payload: {} }]);
    const [leased] = await spine.jobs.lease({ kinds: ['email'], limit: 1, leaseMs: 60_000 });
    await spine.jobs.complete(leased?.claim ?? '', null);
    expect(await isSettled()).toBe(false);

    const emitted = { id: event, type: 'unheard.of', source: '/nudge', tenant: 'acme', traceparent, flow: sent.id, cause, hop: 1 };
    const digest = createHash('sha256').update(event).digest();
    await spine.inbox.append(delivery(emitted, { source: 'platform', connection: 'product:nudge', digest }));
    await settled(spine, sent.id);
  });

  it('is found by the id of its delivery, event or job, and shows what products did with it', async () => {
    const spine = await world.start();
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
    expect(stepNames(steps).filter((name) => name === 'handled')).toHaveLength(2);
    expect(steps.find((step) => step.step === 'job-done')).toMatchObject({ job: job.id, attempts: 1, result: { messageId: 'm' } });
    for (const id of [event, job.id, emitted.id, second.id]) expect((await spine.queries.flow(id))?.id).toBe(sent.id);
    expect(await spine.queries.flow(uuidv7())).toBeNull();
    expect(await spine.queries.flow("'; drop table event; --")).toBeNull();
  });

  it('is not settled before the router has read it', async () => {
    const { inbox, queries } = world.rest();
    const sent = thing('acme');
    await inbox.append(sent);
    expect(await queries.flow(sent.id)).toMatchObject({ settled: false, steps: [{ step: 'accepted', bytes: sent.body.length }] });
  });

  it('that nobody subscribed to is kept with no lane', async () => {
    const spine = await world.start();
    const sent = thing('acme', null, 'other.kind');
    await spine.inbox.append(sent);
    expect(stepNames(await settled(spine, sent.id))).toEqual(['accepted', 'normalised', 'resolved']);
  });
});

describe('a flow', () => {
  /** An event that a product emitted while it handled another. */
  function emitted(cause: { event: string; flow: string; traceparent: string }, overrides: object = {}) {
    const body = {
      id: uuidv7(),
      type: 'thing.noted',
      source: '/products/nudge',
      subject: null,
      time: '2026-01-02T03:04:05Z',
      data: null,
      tenant: 'acme',
      project: null,
      region: null,
      traceparent: cause.traceparent,
      flow: cause.flow,
      cause: cause.event,
      hop: 1,
      ...overrides,
    };
    const digest = createHash('sha256').update(body.id).digest();
    return delivery(body, { source: 'platform', connection: 'product:nudge', digest, traceparent: cause.traceparent });
  }

  async function begun(spine: Awaited<ReturnType<SpineWorld['start']>>) {
    const sent = thing('acme');
    await spine.inbox.append(sent);
    const event = (await settled(spine, sent.id)).find((step) => step.step === 'normalised')?.event ?? '';
    return { event, flow: sent.id, traceparent: sent.traceparent };
  }

  it('shows what became of the events that it caused, also where they found no place', async () => {
    const spine = await world.start();
    const cause = await begun(spine);
    for (const overrides of [{ hop: 17 }, { tenant: 'nobody' }, { hop: 'x' }]) await spine.inbox.append(emitted(cause, overrides));
    await world.routeAll();
    const steps = await settled(spine, cause.flow);
    expect(steps.filter((step) => step.step === 'unmatched').map((step) => step.reason)).toEqual(['hop-limit', 'unresolved', 'unreadable']);
  });

  it('is open while a product event of it waits to be read', async () => {
    const spine = await world.start();
    const cause = await begun(spine);
    await spine.stop();
    await world.rest().inbox.append(emitted(cause));
    expect(await spine.queries.flow(cause.flow)).toMatchObject({ settled: false });
    await settled(await world.start(), cause.flow);
  });

  it('is open while an entry waits, while it is parked, and while a job is not done', async () => {
    let failing = true;
    const sent = thing('acme');
    await world.rest().inbox.append(sent);
    await world.routeAll();
    const resting = world.rest();
    const open = async () => (await resting.queries.flow(sent.id))?.settled === false;
    expect(await open()).toBe(true);
    const spine = await world.start(
      fakeCluster(() => (failing ? { error: 'busy', retryable: true } : 'ok')),
      {
        ...quick,
        dispatcher: { ...quick.dispatcher, maxAttempts: 1_000 },
      },
    );
    await eventually(async () => (await spine.queries.lanes({}))[0]?.parked === 1);
    expect(await open()).toBe(true);
    failing = false;
    const event = (await settled(spine, sent.id)).find((step) => step.step === 'normalised')?.event ?? '';
    await spine.jobs.enqueue([
      { id: uuidv7(), kind: 'email', tenant: 'acme', cause: event, flow: sent.id, traceparent: sent.traceparent, payload: null },
    ]);
    expect(await open()).toBe(true);
    const [job] = await spine.jobs.lease({ kinds: ['email'], limit: 1, leaseMs: 60_000 });
    expect(await open()).toBe(true);
    await spine.jobs.fail(job?.claim ?? '', { error: 'first', class: 'retry' });
    expect((await spine.queries.flow(sent.id))?.steps.at(-1)).toMatchObject({ step: 'job-failed', final: false, error: 'first' });
    expect(await open()).toBe(true);
    const again = await eventually(async () => (await spine.jobs.lease({ kinds: ['email'], limit: 1, leaseMs: 60_000 }))[0]);
    await spine.jobs.fail(again.claim, { error: 'second', class: 'terminal' });
    expect((await settled(spine, sent.id)).at(-1)).toMatchObject({ step: 'job-failed', final: true, attempts: 2, error: 'second' });
  });

  it('shows where each entry was handled, and until then the placement of the moment, or none where that has gone', async () => {
    const spine = await world.start();
    const { flow } = await begun(spine);
    const view = fakeView();
    const placed = (cluster: string) => world.governance.change({ ...view, placements: [{ tenant: 'acme', product: 'nudge', cluster }] });
    const routed = async (id: string) => (await spine.queries.flow(id))?.steps.find((step) => step.step === 'routed');
    placed('nudge-own');
    expect(await routed(flow)).toMatchObject({ lane: 'acme/nudge', product: 'nudge', cluster: 'nudge-standard' });
    world.order({ scope: { tenant: 'acme' } });
    const waiting = thing('acme');
    await spine.inbox.append(waiting);
    expect(await eventually(() => routed(waiting.id))).toMatchObject({ cluster: 'nudge-own' });
    placed('nudge-standard');
    expect(await routed(waiting.id)).toMatchObject({ cluster: 'nudge-standard' });
    world.governance.change({ ...view, placements: [] });
    expect(await routed(waiting.id)).toMatchObject({ cluster: '(none)' });
  });

  it('tells flows apart: what one delivery caused is in no other', async () => {
    const spine = await world.start();
    const [first, second] = [await begun(spine), await begun(spine)];
    const mine = JSON.stringify(await spine.queries.flow(first.flow));
    expect(mine).not.toContain(second.flow);
    expect(mine).not.toContain(second.event);
  });

  it('holds every event of a delivery that was split, in the order of time', async () => {
    const spine = await world.start();
    const sent = delivery(Array.from({ length: 30 }, (_, index) => ({ type: 'thing.added', site: 'acme-site', subject: `part ${index}` })));
    await spine.inbox.append(sent);
    const steps = await settled(spine, sent.id);
    expect(steps.filter((step) => step.step === 'handled')).toHaveLength(30);
    expect(steps.filter((step) => step.step === 'normalised').map((step) => step.subject)).toEqual(
      Array.from({ length: 30 }, (_, index) => `part ${index}`),
    );
    const times = steps.map((step) => step.at);
    expect(times).toEqual(times.toSorted());
  });
});
