import type { LaneBatch, Transport } from '@etis/contracts/lanes';
import { silentLog, supervise } from '@etis/kernel';
import { openDomain } from '@etis/postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSpine, spineDomain } from '../index.ts';
import { adapters, fakeCluster, thing } from '../spine-fixture.ts';
import { createWorld, quick, type SpineWorld, settled, stepNames } from '../spine-under-test.ts';

let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

/** A lease that is soon over, so that the next process need not wait long for it. */
const shortLease = { ...quick, dispatcher: { ...quick.dispatcher, leaseMs: 300 } };

/** Runs a dispatcher until its delivery dies on `deadly`, and kills its process there: nothing more reaches the database. */
async function runUntilKilled(deadly: (batch: LaneBatch) => boolean, survivor: Transport): Promise<LaneBatch> {
  const db = openDomain({ domain: spineDomain, access: world.database.access, log: silentLog });
  const { promise: killed, resolve: kill } = Promise.withResolvers<LaneBatch>();
  const transport: Transport = {
    async deliver(batch, signal) {
      if (!deadly(batch)) return await survivor.deliver(batch, signal);
      kill(batch);
      return await new Promise(() => undefined);
    },
  };
  const spine = createSpine({ db, governance: world.governance, adapters, transport, log: silentLog, settings: shortLease });
  const service = supervise('spine', spine.services(), silentLog);
  await service.start();
  const batch = await killed;
  await db.close();
  await service.stop();
  return batch;
}

describe('an entry that kills the process which delivers it', () => {
  it('is found by attempts that were counted before each delivery, and set aside after five', async () => {
    const cluster = fakeCluster();
    const sent = Array.from({ length: 6 }, (_, index) => thing('acme', index === 2 ? 'deadly' : null));
    const { inbox } = world.rest();
    for (const one of sent) await inbox.append(one);
    await world.routeAll();

    const kills = (batch: LaneBatch) => batch.mode === 'ordered' && batch.entries.some((entry) => entry.event.data === 'deadly');
    const batches: number[] = [];
    for (let death = 1; death <= 6; death += 1) batches.push((await runUntilKilled(kills, cluster)).entries.length);
    // The whole batch first; after that one by one, until the one to blame has five deaths of its own or the batch's among them.
    expect(batches).toEqual([6, 1, 1, 1, 1, 1]);
    const spine = await world.start(cluster, shortLease);
    for (const one of sent) expect(stepNames(await settled(spine, one.id))).toContain('handled');
    const steps = await settled(spine, sent[2]?.id ?? '');
    expect(steps.filter((step) => step.step === 'parked')).toMatchObject([{ error: expect.stringContaining('no outcome') }]);
    expect(cluster.effects.get('acme/nudge')).toHaveLength(6);
    const set = steps.find((step) => step.step === 'normalised')?.subject;
    const others = cluster.effects.get('acme/nudge')?.filter((subject) => subject !== set) ?? [];
    const inOrder = sent
      .map((one) => (JSON.parse(one.body.toString()) as { subject: string }).subject)
      .filter((subject) => subject !== set);
    expect(others).toEqual(inOrder);
  });

  it('is a dead letter when it kills as a parked entry too', async () => {
    let failed = false;
    const cluster = fakeCluster(() => {
      if (failed) return 'ok';
      failed = true;
      return { error: 'first', retryable: true };
    });
    const sent = thing('acme');
    await world.rest().inbox.append(sent);
    await world.routeAll();
    for (let death = 2; death <= 8; death += 1) {
      expect(await runUntilKilled((batch) => batch.mode === 'parked', cluster)).toMatchObject({ mode: 'parked' });
    }
    const spine = await world.start(cluster, shortLease);
    expect((await settled(spine, sent.id)).at(-1)).toMatchObject({ step: 'dead-letter', attempts: 8, error: 'first' });
    expect((await spine.queries.lanes({}))[0]).toMatchObject({ waiting: 0, parked: 0, deadLetters: 1 });
  });
});

describe('a process that is killed after the effect and before it could record that', () => {
  it('leaves a lane that goes on without a second effect', async () => {
    const cluster = fakeCluster();
    const sent = Array.from({ length: 4 }, () => thing('acme'));
    const { inbox } = world.rest();
    for (const one of sent) await inbox.append(one);
    await world.routeAll();
    await runUntilKilled((batch) => {
      void cluster.deliver(batch, new AbortController().signal);
      return true;
    }, cluster);
    const spine = await world.start(cluster, shortLease);
    for (const one of sent) expect((await settled(spine, one.id)).filter((step) => step.step === 'handled')).toHaveLength(1);
    expect(cluster.effects.get('acme/nudge')).toHaveLength(4);
  });
});
