import type { PlatformEvent } from '@etis/contracts/events';
import { silentLog } from '@etis/kernel';
import { openDomain } from '@etis/postgres';
import { eventually, testContext } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSpine, type Spine, spineDomain } from '../index.ts';
import { adapters, delivery, fakeCluster, fakeView, thing } from '../spine-fixture.ts';
import { createWorld, quick, type SpineWorld, settled, stepNames } from '../spine-under-test.ts';

let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

const longAgo = { from: '2020-01-01T00:00:00Z' };
const reason = 'the rules were wrong';

/** Sends `count` things and lets them be handled. */
async function history(spine: Spine, tenant: string, count: number, data: (index: number) => unknown = (index) => index) {
  const sent = Array.from({ length: count }, (_, index) => thing(tenant, data(index)));
  for (const one of sent) await spine.inbox.append(one);
  for (const one of sent) await settled(spine, one.id);
  return sent;
}

async function over(spine: Spine, id: string) {
  return await eventually(async () => {
    const replay = await spine.operations.replays.show(id);
    return replay !== null && replay.state !== 'running' ? replay : undefined;
  });
}

/** A cluster that remembers events, as handlers see them. */
function rememberingCluster() {
  const events: PlatformEvent[] = [];
  const cluster = fakeCluster(({ event }) => {
    events.push(event);
    return 'ok';
  });
  return { cluster, events };
}

const subjectsOf = (events: readonly PlatformEvent[]) => events.map(({ subject }) => subject);

describe('a replay', () => {
  it('gives events to products once more, in order, as events of their own in the same flow', async () => {
    const { cluster, events } = rememberingCluster();
    const spine = await world.start(cluster);
    const sent = await history(spine, 'acme', 12);
    await history(spine, 'birch', 3);
    const before = events.splice(0).filter(({ tenant }) => tenant === 'acme');
    const started = await spine.operations.replays.start(testContext(), { selection: { ...longAgo, tenant: 'acme' }, target: {}, reason });
    expect(started).toMatchObject({ state: 'running', perSecond: 1_000, reason, error: null });
    expect(await over(spine, started.id)).toMatchObject({ state: 'done', progress: 1, replayed: 12, unplaced: 0 });
    await eventually(async () => events.length === 12);
    expect(subjectsOf(events)).toEqual(subjectsOf(before));
    expect(events.map(({ replayOf }) => replayOf)).toEqual(before.map(({ id }) => id));
    expect(before.every(({ replayOf }) => replayOf === undefined)).toBe(true);
    expect(new Set([...events, ...before].map(({ id }) => id)).size).toBe(24);
    const steps = await settled(spine, sent[0]?.id ?? '');
    expect(stepNames(steps)).toEqual([
      'accepted',
      'normalised',
      'resolved',
      'routed',
      'handled',
      'normalised',
      'resolved',
      'routed',
      'handled',
    ]);
    expect(steps.find((step) => step.step === 'normalised' && step.replayOf !== undefined)).toMatchObject({ replayOf: before[0]?.id });
  });

  it('takes what the selection means, and nothing else', async () => {
    const { cluster, events } = rememberingCluster();
    const spine = await world.start(cluster);
    const sent = await history(spine, 'acme', 10);
    const counted = thing('acme', 99, 'thing.counted');
    await spine.inbox.append(counted);
    await settled(spine, counted.id);
    const all = events.splice(0);
    const one = all[3];
    const times = { from: one?.time ?? '', to: new Date(Date.now() + 1_000).toISOString() };
    for (const [selection, wanted] of [
      [{ event: one?.id ?? '' }, 1],
      [{ flow: one?.flow ?? '' }, 1],
      [{ ...longAgo, type: 'thing.counted' }, 1],
      [{ ...longAgo, type: 'thing.*', filter: 'event.data < 4' }, 4],
      [{ ...longAgo, tenant: 'acme', filter: `event.subject == "${one?.subject}"` }, 1],
      [{ from: times.to }, 0],
    ] as const) {
      const { replays } = spine.operations;
      const preview = await replays.preview(selection, { product: 'nudge' });
      expect(preview, JSON.stringify(selection)).toMatchObject({ events: wanted, complete: true });
      if (wanted === 0) {
        await expect(replays.start(testContext(), { selection, target: {}, reason })).rejects.toMatchObject({ code: 'SPINE_REPLAY_EMPTY' });
        continue;
      }
      const { id } = await replays.start(testContext(), { selection, target: { product: 'nudge' }, reason });
      expect(await over(spine, id)).toMatchObject({ state: 'done', replayed: wanted });
      await eventually(async () => events.length >= wanted);
      expect(events.splice(0)).toHaveLength(wanted);
    }
    expect(sent).toHaveLength(10);
  });

  it('goes into the lane of one product or cluster, and nobody else hears it', async () => {
    const { cluster } = rememberingCluster();
    const spine = await world.start(cluster);
    await history(spine, 'acme', 3);
    const counted = thing('acme', 1, 'thing.counted');
    await spine.inbox.append(counted);
    await settled(spine, counted.id);
    const lanes = () => ({ nudge: cluster.effects.get('acme/nudge')?.length, pulse: cluster.effects.get('acme/pulse')?.length });
    expect(lanes()).toEqual({ nudge: 4, pulse: 1 });
    const selection = { ...longAgo };
    expect((await spine.operations.replays.preview(selection, { cluster: 'pulse-standard' })).byLane).toEqual([
      { lane: 'acme/pulse', events: 4 },
    ]);
    const { id } = await spine.operations.replays.start(testContext(), { selection, target: { cluster: 'pulse-standard' }, reason });
    await over(spine, id);
    await eventually(async () => lanes().pulse === 5);
    expect(lanes().nudge).toBe(4);
  });

  it('counts what nobody takes today, and makes no event of it', async () => {
    const spine = await world.start();
    await history(spine, 'acme', 2);
    await history(spine, 'birch', 2);
    world.governance.change(fakeView({ placements: [{ tenant: 'birch', product: 'nudge', cluster: 'nudge-standard' }] }));
    expect(await spine.operations.replays.preview(longAgo, {})).toMatchObject({ events: 4, unplaced: 2 });
    const { id } = await spine.operations.replays.start(testContext(), { selection: longAgo, target: {}, reason });
    expect(await over(spine, id)).toMatchObject({ state: 'done', replayed: 2, unplaced: 2 });
    expect(await world.db.statement('select from event')).toHaveLength(6);
  });

  it('repeats nothing that a replay made, and two of the same range are two', async () => {
    const { cluster } = rememberingCluster();
    const spine = await world.start(cluster);
    await history(spine, 'acme', 5);
    for (const wanted of [10, 15]) {
      const { id } = await spine.operations.replays.start(testContext(), { selection: longAgo, target: {}, reason });
      expect(await over(spine, id)).toMatchObject({ replayed: 5 });
      await eventually(async () => cluster.effects.get('acme/nudge')?.length === wanted);
    }
  });

  it('never repeats what failed its signature or found no place: there is no event of it', async () => {
    const spine = await world.start();
    await spine.inbox.append(delivery('no JSON at all'));
    await spine.inbox.append(thing('nobody'));
    await history(spine, 'acme', 1);
    expect(await spine.operations.replays.preview(longAgo, {})).toMatchObject({ events: 1 });
  });

  it('previews without doing anything', async () => {
    const { cluster } = rememberingCluster();
    const spine = await world.start(cluster);
    await history(spine, 'acme', 30);
    const preview = await spine.operations.replays.preview(longAgo, {});
    expect(preview).toMatchObject({
      events: 30,
      unplaced: 0,
      byType: [{ type: 'thing.added', events: 30 }],
      byLane: [{ lane: 'acme/nudge', events: 30 }],
      complete: true,
    });
    expect(preview.sample).toHaveLength(20);
    expect(await world.db.statement('select from event')).toHaveLength(30);
    expect(await spine.operations.replays.list({ limit: 10 })).toEqual({ items: [], next: null });
  });

  it('stays within its pace, is cancelled on the way, and keeps what it has done', async () => {
    const { cluster } = rememberingCluster();
    const spine = await world.start(cluster);
    await history(spine, 'acme', 40);
    const { replays } = spine.operations;
    const { id } = await replays.start(testContext(), { selection: longAgo, target: {}, reason, perSecond: 2 });
    const some = await eventually(async () => {
      const replay = await replays.show(id);
      return replay !== null && replay.replayed > 0 ? replay : undefined;
    });
    expect(some).toMatchObject({ state: 'running' });
    expect(some.progress).toBeLessThan(1);
    expect(await replays.cancel(testContext(), id, 'enough')).toBe(true);
    expect(await replays.cancel(testContext(), id, 'enough')).toBe(false);
    const cancelled = await replays.show(id);
    expect(cancelled).toMatchObject({ state: 'cancelled' });
    expect(cancelled?.replayed).toBeLessThan(40);
    expect(await replays.cancel(testContext(), 'no id', 'enough')).toBe(false);
    const audited = 'select action, target, reason from audit_entry order by at, id';
    expect(await world.database.admin('spine')(audited)).toMatchObject([
      { action: 'replay.start', target: `replay/${id}`, reason },
      { action: 'replay.cancel', target: `replay/${id}`, reason: 'enough' },
    ]);
  });

  it('goes on in another process after its own was killed, and repeats nothing twice', async () => {
    const first = await world.start();
    await history(first, 'acme', 25);
    await first.stop();
    const db = openDomain({ domain: spineDomain, access: world.database.access, log: silentLog });
    const doomed = createSpine({ db, governance: world.governance, adapters, transport: fakeCluster(), log: silentLog, settings: quick });
    const { id } = await doomed.operations.replays.start(testContext(), { selection: longAgo, target: {}, reason, perSecond: 5 });
    const services = doomed.services(['router']);
    for (const service of services) await service.start();
    await eventually(async () => ((await doomed.operations.replays.show(id))?.replayed ?? 0) >= 5);
    await db.close();
    for (const service of services.toReversed()) await service.stop();
    // As if it had died between the lanes and the note of how far it was, and its lease had ended.
    await world.database.admin('spine')(
      'update replay set position = first_position, replayed = 0, leased_until = now(), per_second = 10000',
    );
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    expect(await over(spine, id)).toMatchObject({ state: 'done', replayed: 25 });
    await eventually(async () => cluster.effects.get('acme/nudge')?.length === 25);
    expect(await world.db.statement('select from event where replay_of is not null')).toHaveLength(25);
  });

  it('waits while an order stops routing', async () => {
    const { cluster } = rememberingCluster();
    const spine = await world.start(cluster);
    await history(spine, 'acme', 3);
    const order = world.order({ verb: 'kill' });
    const { id } = await spine.operations.replays.start(testContext(), { selection: longAgo, target: {}, reason });
    await eventually(async () => (await world.db.statement('select from replay where owner is not null')).length === 1);
    expect(await spine.operations.replays.show(id)).toMatchObject({ state: 'running', replayed: 0 });
    world.resume(order);
    expect(await over(spine, id)).toMatchObject({ state: 'done', replayed: 3 });
  });

  it.each([
    ['nothing to begin with', {}, {}],
    ['a time that is none', { from: 'yesterday' }, {}],
    ['an end that is none', { ...longAgo, to: '2026-13-01' }, {}],
    ['a flow that is none', { flow: "'; drop table event" }, {}],
    ['an event that is none', { event: 'x' }, {}],
    ['two targets', longAgo, { product: 'nudge', cluster: 'nudge-standard' }],
  ])('is refused: %s', async (_, selection, target) => {
    const { replays } = world.rest().operations;
    const refusal = { code: 'SPINE_REPLAY_MALFORMED', kind: 'invalid' };
    await expect(replays.preview(selection, target)).rejects.toMatchObject(refusal);
    await expect(replays.start(testContext(), { selection, target, reason })).rejects.toMatchObject(refusal);
  });

  it('is refused with a filter that is none, and says where', async () => {
    const { replays } = world.rest().operations;
    const preview = replays.preview({ ...longAgo, filter: 'event.nothing ==' }, {});
    await expect(preview).rejects.toMatchObject({ code: 'EVENT_FILTER_INVALID' });
  });

  it('is listed newest first, in pages', async () => {
    const spine = await world.start();
    await history(spine, 'acme', 1);
    const { replays } = spine.operations;
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) ids.unshift((await replays.start(testContext(), { selection: longAgo, target: {}, reason })).id);
    const first = await replays.list({ limit: 2 });
    const second = await replays.list({ limit: 2, cursor: first.next ?? '' });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
    expect(second.next).toBeNull();
    await expect(replays.list({ limit: 2, cursor: 'x' })).rejects.toMatchObject({ code: 'SPINE_CURSOR_MALFORMED' });
  });
});

describe('what is unmatched', () => {
  it('is given up for good, one delivery or many, and is audited; what an order holds back is not', async () => {
    const spine = await world.start();
    const [one, two, three] = [thing('nobody'), delivery('no JSON'), thing('somebody else')];
    for (const sent of [one, two, three]) await spine.inbox.append(sent);
    world.order({ scope: { connection: 'only-acme' } });
    const held = thing('acme');
    await spine.inbox.append({ ...held, connection: 'only-acme' });
    const left = async () => (await spine.queries.unmatched({ limit: 10 })).items.map((item) => item.reason).toSorted();
    await eventually(async () => (await left()).length === 4);
    const { operations } = spine;
    expect(await operations.discardUnmatched(testContext(), one.id, 'a test of theirs')).toBe(true);
    expect(await operations.discardUnmatched(testContext(), one.id, 'again')).toBe(false);
    expect(await operations.discardUnmatched(testContext(), held.id, 'held')).toBe(false);
    expect(await operations.discardUnmatched(testContext(), 'no id', 'none')).toBe(false);
    expect(await operations.discardAllUnmatched(testContext(), { why: 'unresolved', limit: 10, reason: 'old' })).toEqual({
      changed: 1,
      more: false,
    });
    expect(await operations.discardAllUnmatched(testContext(), { limit: 10, reason: 'all' })).toEqual({ changed: 1, more: false });
    expect(await left()).toEqual(['held']);
    expect(await operations.replayUnmatched(testContext(), two.id)).toBeNull();
    const audited = "select target, reason, detail from audit_entry where action = 'unmatched.discard' order by at, id";
    expect(await world.database.admin('spine')(audited)).toMatchObject([
      { target: `delivery/${one.id}`, reason: 'a test of theirs', detail: { events: 1, reasons: ['unresolved'] } },
      { reason: 'old' },
      { reason: 'all', detail: { reasons: ['unreadable'] } },
    ]);
  });
});
