import { eventually, testContext } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeCluster, thing } from '../spine-fixture.ts';
import { createWorld, quick, type SpineWorld, settled, stepNames } from '../spine-under-test.ts';

let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

const settings = {
  ...quick,
  dispatcher: { ...quick.dispatcher, maxAttempts: 3, laneBackoff: { base: 1, cap: 2 }, parkedBackoff: { base: 1, cap: 2 } },
};

/** A cluster that refuses what is `bad` until it is mended. */
function pickyCluster() {
  const state = { mended: false };
  const cluster = fakeCluster((entry) => {
    const { bad } = (entry.event.data ?? {}) as { bad?: boolean };
    return bad === true && !state.mended ? { error: 'no such beam', retryable: true } : 'ok';
  });
  return { cluster, state };
}

async function heldLane() {
  const { cluster, state } = pickyCluster();
  const spine = await world.start(cluster, settings, undefined, undefined, () => 'stop-lane');
  const sent = [thing('acme'), thing('acme', { bad: true }), thing('acme')];
  const other = thing('birch');
  for (const one of [...sent, other]) await spine.inbox.append(one);
  await eventually(async () => (await spine.queries.deadLetters({ limit: 10 })).items.length === 1);
  await settled(spine, other.id);
  return { spine, cluster, state, sent };
}

describe('a lane of a product that wants strict order', () => {
  it('stands still at the entry that used up its attempts, says so, and holds up no other lane', async () => {
    const { spine, cluster } = await heldLane();
    const [dead] = (await spine.queries.deadLetters({ limit: 10 })).items;
    expect(dead).toMatchObject({ kind: 'entry', where: 'acme/nudge', error: 'no such beam', attempts: 3 });
    expect(cluster.effects.get('acme/nudge')).toHaveLength(1);
    const [lane] = await spine.queries.lanes({ tenant: 'acme' });
    expect(lane).toMatchObject({ waiting: 2, deadLetters: 1, heldBy: dead?.id, trouble: 'no such beam' });
    // Nothing else is tried while it stands.
    const tried = cluster.batches.length;
    await spine.inbox.append(thing('birch'));
    await eventually(() => cluster.batches.length > tried);
    expect(cluster.batches.slice(tried).map(({ lane: name }) => name)).toEqual(['birch/nudge']);
  });

  it('goes on in order once the entry is redriven', async () => {
    const { spine, cluster, state, sent } = await heldLane();
    state.mended = true;
    const [dead] = (await spine.queries.deadLetters({ limit: 10 })).items;
    expect(await spine.operations.redrive(testContext(), dead?.id ?? '')).toBe(true);
    for (const one of sent) expect(stepNames(await settled(spine, one.id))).toContain('handled');
    expect(cluster.effects.get('acme/nudge')).toEqual(sent.map((one) => (JSON.parse(one.body.toString()) as { subject: string }).subject));
    expect((await spine.queries.lanes({ tenant: 'acme' }))[0]).toMatchObject({ waiting: 0, deadLetters: 0, heldBy: null, trouble: null });
  });

  it('is held again when the entry fails again', async () => {
    const { spine } = await heldLane();
    const [dead] = (await spine.queries.deadLetters({ limit: 10 })).items;
    expect(await spine.operations.redrive(testContext(), dead?.id ?? '')).toBe(true);
    await eventually(async () => (await spine.queries.lanes({ tenant: 'acme' }))[0]?.heldBy === dead?.id);
  });

  it('goes on after the entry once it is discarded', async () => {
    const { spine, cluster, sent } = await heldLane();
    const [dead] = (await spine.queries.deadLetters({ limit: 10 })).items;
    expect(await spine.operations.discard(testContext(), dead?.id ?? '', 'not worth it')).toBe(true);
    expect(stepNames(await settled(spine, sent[2]?.id ?? ''))).toContain('handled');
    expect(cluster.effects.get('acme/nudge')).toHaveLength(2);
    expect(stepNames(await settled(spine, sent[1]?.id ?? ''))).toContain('discarded');
  });

  it('waits for an entry that may come back, and keeps the order', async () => {
    let failures = 0;
    const cluster = fakeCluster((entry) => {
      if ((entry.event.data as { slow?: boolean } | null)?.slow !== true || failures === 2) return 'ok';
      failures += 1;
      return { error: 'not yet', retryable: true, retryAfterMs: 5 };
    });
    const spine = await world.start(cluster, settings, undefined, undefined, () => 'stop-lane');
    const sent = [thing('acme'), thing('acme', { slow: true }), thing('acme')];
    await Promise.all(sent.map((one) => spine.inbox.append(one)));
    for (const one of sent) await settled(spine, one.id);
    const subjects = cluster.effects.get('acme/nudge') ?? [];
    expect(subjects).toEqual(
      cluster.batches
        .flatMap(({ entries }) => entries.map(({ event }) => event.subject))
        .filter((one, index, all) => all.indexOf(one) === index),
    );
    expect(cluster.batches.every(({ mode }) => mode === 'ordered')).toBe(true);
  });
});
