import { EtisError } from '@etis/kernel';
import { eventually, testContext } from '@etis/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fakeCluster, fakeView, thing } from '../spine-fixture.ts';
import { createWorld, type SpineWorld, settled } from '../spine-under-test.ts';

let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

/** A lane that is placed elsewhere, and whose cluster does not answer any more. */
async function stranded() {
  const cluster = fakeCluster();
  const spine = await world.start({
    async deliver(batch, signal) {
      if (batch.mode !== 'leave') return await cluster.deliver(batch, signal);
      throw new EtisError({ code: 'GONE', kind: 'unavailable', retryable: true, message: 'gone for good' });
    },
  });
  const first = thing('acme');
  await spine.inbox.append(first);
  await settled(spine, first.id);
  const view = fakeView();
  const moved = view.placements.map((one) => (one.tenant === 'acme' && one.product === 'nudge' ? { ...one, cluster: 'nudge-own' } : one));
  world.governance.change({ ...view, version: 2, placements: moved });
  const second = thing('acme');
  await spine.inbox.append(second);
  await eventually(async () => (await spine.queries.lanes({ tenant: 'acme' }))[0]?.trouble?.includes('gone for good') === true);
  return { spine, cluster, second };
}

it('lets a lane go on where it is placed, although the cluster that it was with says nothing, and is audited', async () => {
  const { spine, cluster, second } = await stranded();
  expect(await spine.operations.detachLane(testContext(), 'acme/nudge', 'the machine burnt down')).toBe(true);
  await settled(spine, second.id);
  expect(cluster.batches.at(-1)).toMatchObject({ cluster: 'nudge-own', lane: 'acme/nudge' });
  const audited = await world.database.admin('spine')<{ action: string; target: string; tenant_id: string; reason: string }>(
    "select action, target, tenant_id, reason from audit_entry where action = 'lane.detach'",
  );
  expect(audited).toEqual([{ action: 'lane.detach', target: 'lane/acme/nudge', tenant_id: 'acme', reason: 'the machine burnt down' }]);
  expect(cluster.batches.at(-1)?.generation).toBeGreaterThan(0);
});

it('refuses a lane that is where it is placed, and knows none that is nowhere', async () => {
  const spine = await world.start();
  const sent = thing('acme');
  await spine.inbox.append(sent);
  await settled(spine, sent.id);
  await expect(spine.operations.detachLane(testContext(), 'acme/nudge', 'why not')).rejects.toMatchObject({
    code: 'SPINE_LANE_AT_HOME',
    kind: 'conflict',
  });
  for (const none of ['acme/none', 'nobody/nudge', '', '\0'])
    expect(await spine.operations.detachLane(testContext(), none, 'x')).toBe(false);
});
