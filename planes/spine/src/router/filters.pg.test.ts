import { eventually, testContext } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeCluster, fakeView, thing } from '../spine-fixture.ts';
import { createWorld, type SpineWorld, settled, stepNames } from '../spine-under-test.ts';

let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

const context = testContext({ actor: { kind: 'operator', id: 'olga' } });

function bigger(size: number) {
  return fakeView({ subscriptions: [{ product: 'nudge', types: ['thing.*'], filters: { 'thing.*': `event.data.size > ${size}` } }] });
}

describe('what a filter refuses', () => {
  it('is kept with the reason, and finds its place once the filter was changed', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    world.governance.change(bigger(1_000));
    const [small, large] = [thing('acme', { size: 500 }), thing('acme', { size: 2_000 })];
    for (const one of [small, large]) await spine.inbox.append(one);
    expect(stepNames(await settled(spine, small.id))).toEqual(['accepted', 'unmatched']);
    expect(stepNames(await settled(spine, large.id))).toContain('handled');
    expect((await spine.queries.unmatched({ limit: 5 })).items).toMatchObject([
      { delivery: small.id, reason: 'filtered', detail: 'thing.added: nudge filters it out (thing.* when event.data.size > 1000)' },
    ]);
    expect(await spine.operations.replayAllUnmatched(context, { reason: 'filtered', limit: 5 })).toEqual({ changed: 0, more: false });
    world.governance.change({ ...bigger(100), version: 2 });
    expect(await spine.operations.replayAllUnmatched(context, { reason: 'filtered', limit: 5 })).toEqual({ changed: 1, more: false });
    await eventually(() => cluster.effects.get('acme/nudge')?.length === 2);
    expect((await spine.queries.unmatched({ limit: 5 })).items).toEqual([]);
  });
});
