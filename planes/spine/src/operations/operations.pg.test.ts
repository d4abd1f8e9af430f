import type { GovernanceView } from '@etis/contracts/governance';
import { uuidv7 } from '@etis/kernel';
import { eventually, testContext } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { delivery, fakeCluster, fakeView, thing } from '../spine-fixture.ts';
import { createWorld, type SpineWorld, settled, stepNames } from '../spine-under-test.ts';

const context = testContext({ actor: { kind: 'operator', id: 'olga' } });
let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

const audited = () =>
  world.database.admin('spine')('select tenant_id, actor_id, action, target, reason, detail from audit_entry order by at, id');

/** A spine whose cluster refuses everything for good until it is told to relent. */
async function refusing() {
  let mood: 'refuse' | 'relent' = 'refuse';
  const cluster = fakeCluster(() => (mood === 'refuse' ? { error: 'no', retryable: false } : 'ok'));
  const spine = await world.start(cluster);
  return {
    spine,
    cluster,
    relent: () => {
      mood = 'relent';
    },
    async deadLetter(tenant: string) {
      const sent = thing(tenant);
      await spine.inbox.append(sent);
      await settled(spine, sent.id);
      const [letter] = (await spine.queries.deadLetters({ limit: 1, tenant })).items;
      return { flow: sent.id, id: letter?.id ?? '' };
    },
  };
}

async function deadJob(spine: Awaited<ReturnType<SpineWorld['start']>>, tenant = 'acme'): Promise<string> {
  const id = uuidv7();
  await spine.jobs.enqueue([{ id, kind: 'email', tenant, cause: null, flow: id, traceparent: thing(tenant).traceparent, payload: null }]);
  const [leased] = await spine.jobs.lease({ kinds: ['email'], limit: 1, leaseMs: 60_000 });
  await spine.jobs.fail(leased?.claim ?? '', { error: 'no mailbox', class: 'terminal' });
  return id;
}

describe('a dead letter', () => {
  it('is delivered again when it is redriven, with all its attempts, and that is audited', async () => {
    const { spine, cluster, relent, deadLetter } = await refusing();
    const { flow, id } = await deadLetter('acme');
    relent();
    expect(await spine.operations.redrive(context, id)).toBe(true);
    const steps = await settled(spine, flow);
    expect(stepNames(steps)).toContain('handled');
    expect(stepNames(steps)).not.toContain('dead-letter');
    expect(cluster.effects.get('acme/nudge')).toHaveLength(1);
    expect(await audited()).toMatchObject([
      { tenant_id: 'acme', actor_id: 'olga', action: 'dead-letter.redrive', target: `dead-letter/${id}` },
    ]);
  });

  it('may die again', async () => {
    const { spine, deadLetter } = await refusing();
    const { flow, id } = await deadLetter('acme');
    expect(await spine.operations.redrive(context, id)).toBe(true);
    expect(stepNames(await settled(spine, flow))).toContain('dead-letter');
    expect((await spine.queries.deadLetters({ limit: 5 })).items.map((letter) => letter.id)).toEqual([id]);
  });

  it('that is discarded stays in its flow with the reason, and can no longer be redriven', async () => {
    const { spine, deadLetter } = await refusing();
    const { flow, id } = await deadLetter('acme');
    expect(await spine.operations.discard(context, id, 'sent by mistake\0')).toBe(true);
    expect((await settled(spine, flow)).at(-1)).toMatchObject({ step: 'discarded', lane: 'acme/nudge', reason: 'sent by mistake\uFFFD' });
    expect((await spine.queries.deadLetters({ limit: 5 })).items).toEqual([]);
    expect((await spine.queries.lanes({ tenant: 'acme' }))[0]).toMatchObject({ deadLetters: 0 });
    expect(await spine.operations.redrive(context, id)).toBe(false);
    expect(await spine.operations.discard(context, id, 'again')).toBe(false);
    expect(await audited()).toMatchObject([{ action: 'dead-letter.discard', reason: 'sent by mistake\uFFFD' }]);
  });

  it('of a job is leased again when it is redriven, and not when it is discarded', async () => {
    const spine = await world.start();
    const [redriven, discarded] = [await deadJob(spine), await deadJob(spine)];
    expect(await spine.operations.redrive(context, redriven)).toBe(true);
    expect(await spine.operations.discard(context, discarded, 'no such person')).toBe(true);
    expect(await spine.jobs.lease({ kinds: ['email'], limit: 5, leaseMs: 1_000 })).toMatchObject([{ id: redriven, attempt: 1 }]);
    expect((await spine.queries.deadLetters({ limit: 5 })).items).toEqual([]);
    expect(await spine.operations.redrive(context, discarded)).toBe(false);
  });

  it.each(['', 'acme/nudge:', 'acme/nudge:99', 'nobody/nudge:1', "x'; drop table parked; --", 'a/b:9999999999999999999', uuidv7()])(
    'is not found as %j, and nothing is audited',
    async (id) => {
      const spine = world.rest();
      expect(await spine.operations.redrive(context, id)).toBe(false);
      expect(await spine.operations.discard(context, id, 'x')).toBe(false);
      expect(await audited()).toEqual([]);
    },
  );

  it('is redriven once by two people at once', async () => {
    const { spine, deadLetter } = await refusing();
    const { id } = await deadLetter('acme');
    const other = world.rest();
    const both = await Promise.all([spine.operations.discard(context, id, 'a'), other.operations.discard(context, id, 'b')]);
    expect(both.toSorted()).toEqual([false, true]);
    expect(await audited()).toHaveLength(1);
  });
});

describe('many dead letters', () => {
  it('are redriven the oldest first, up to the limit, and of whom was asked for', async () => {
    const { spine, deadLetter, relent } = await refusing();
    const acme = [await deadLetter('acme'), await deadLetter('acme'), await deadLetter('acme')];
    const birch = await deadLetter('birch');
    const job = await deadJob(spine);
    relent();
    expect(await spine.operations.redriveAll(context, { tenant: 'acme', where: 'acme/nudge', limit: 2 })).toEqual({
      changed: 2,
      more: true,
    });
    const left = () => spine.queries.deadLetters({ limit: 9 }).then(({ items }) => items.map((letter) => letter.id).toSorted());
    expect(await left()).toEqual([acme[2]?.id, birch.id, job].toSorted());
    expect(await spine.operations.redriveAll(context, { where: 'email', limit: 9 })).toEqual({ changed: 1, more: false });
    expect(await spine.operations.redriveAll(context, { limit: 9 })).toEqual({ changed: 2, more: false });
    expect(await left()).toEqual([]);
    expect(await spine.operations.redriveAll(context, { tenant: '\0', limit: 9 })).toEqual({ changed: 0, more: false });
  });

  it.each([0, 1_001, 1.5, Number.NaN])('are not redriven with the limit %s', async (limit) => {
    await expect(world.rest().operations.redriveAll(context, { limit })).rejects.toMatchObject({ code: 'SPINE_BULK_LIMIT_MALFORMED' });
  });
});

describe('an unmatched delivery', () => {
  const mapped = (...sites: readonly string[]): GovernanceView => {
    const view = fakeView();
    const entries = sites.map((id) => ({
      ref: { system: 'plain', kind: 'site', id },
      tenant: 'acme',
      project: null,
      region: null,
      product: null,
    }));
    return { ...view, resolver: [...view.resolver, ...entries] };
  };
  const event = (site: string) => ({ type: 'thing.added', site, subject: site });

  it('finds its place once it is mapped, in its old flow, and is handled', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const sent = delivery(event('new-site'));
    await spine.inbox.append(sent);
    expect(stepNames(await settled(spine, sent.id))).toEqual(['accepted', 'unmatched']);
    expect(await spine.operations.replayUnmatched(context, sent.id)).toEqual({ placed: 0, unmatched: 1 });

    world.governance.change(mapped('new-site'));
    expect(await spine.operations.replayUnmatched(context, sent.id)).toEqual({ placed: 1, unmatched: 0 });
    const steps = await eventually(async () => {
      const found = await settled(spine, sent.id);
      return found.some((step) => step.step === 'handled') ? found : undefined;
    });
    expect(stepNames(steps)).toEqual(['accepted', 'normalised', 'resolved', 'routed', 'handled']);
    expect((await spine.queries.unmatched({ limit: 5 })).items).toEqual([]);
    expect(await spine.operations.replayUnmatched(context, sent.id)).toBeNull();
    expect(await audited()).toMatchObject([
      { action: 'unmatched.replay', target: `delivery/${sent.id}`, detail: { placed: 0, unmatched: 1 } },
      { action: 'unmatched.replay', detail: { placed: 1, unmatched: 0 } },
    ]);
  });

  it('adds what had no place and repeats nothing that had one', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const sent = delivery([event('acme-site'), event('one'), event('birch-site'), event('two')]);
    await spine.inbox.append(sent);
    await settled(spine, sent.id);
    world.governance.change(mapped('one'));
    expect(await spine.operations.replayUnmatched(context, sent.id)).toEqual({ placed: 1, unmatched: 1 });
    world.governance.change(mapped('one', 'two'));
    expect(await spine.operations.replayUnmatched(context, sent.id)).toEqual({ placed: 1, unmatched: 0 });
    await eventually(() => cluster.effects.get('acme/nudge')?.length === 3);
    expect(cluster.effects.get('acme/nudge')).toEqual(['acme-site', 'one', 'two']);
    expect(cluster.effects.get('birch/nudge')).toEqual(['birch-site']);
  });

  it('is placed once, however many replay it while the router works', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const sent = delivery(event('new-site'));
    await spine.inbox.append(sent);
    await settled(spine, sent.id);
    world.governance.change(mapped('new-site'));
    const others = Array.from({ length: 20 }, () => thing('acme'));
    const [placed] = await Promise.all([
      Promise.all(Array.from({ length: 5 }, () => spine.operations.replayUnmatched(context, sent.id))),
      ...others.map((one) => spine.inbox.append(one)),
    ]);
    expect(placed.filter((one) => one?.placed === 1)).toHaveLength(1);
    await eventually(() => cluster.effects.get('acme/nudge')?.length === 21);
    expect(cluster.effects.get('acme/nudge')?.filter((subject) => subject === 'new-site')).toEqual(['new-site']);
  });

  it.each(['', 'x', "'", uuidv7()])('is not there as %j', async (id) => {
    expect(await world.rest().operations.replayUnmatched(context, id)).toBeNull();
  });

  it('is one of many: those of a connection or a reason, the oldest first', async () => {
    const spine = await world.start();
    const sites = Array.from({ length: 5 }, (_, index) => delivery(event(`site-${index}`)));
    const nonsense = delivery('nonsense');
    for (const one of [...sites, nonsense]) {
      await spine.inbox.append(one);
      await settled(spine, one.id);
    }
    world.governance.change(mapped(...sites.map((_, index) => `site-${index}`)));
    const { operations, queries } = spine;
    expect(await operations.replayAllUnmatched(context, { connection: 'other', limit: 9 })).toEqual({ changed: 0, more: false });
    expect(await operations.replayAllUnmatched(context, { connection: 'shared', reason: 'unresolved', limit: 3 })).toEqual({
      changed: 3,
      more: true,
    });
    expect((await queries.unmatched({ limit: 9 })).items.map((item) => item.delivery)).toEqual([nonsense.id, sites[4]?.id, sites[3]?.id]);
    expect(await operations.replayAllUnmatched(context, { limit: 9 })).toEqual({ changed: 2, more: false });
    expect((await queries.unmatched({ limit: 9 })).items.map((item) => item.delivery)).toEqual([nonsense.id]);
  });
});
