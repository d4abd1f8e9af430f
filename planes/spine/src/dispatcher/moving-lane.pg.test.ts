import type { BatchOutcome, LaneBatch, Transport } from '@etis/contracts/lanes';
import { EtisError } from '@etis/kernel';
import { eventually } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeView, thing } from '../spine-fixture.ts';
import { createWorld, quick, type SpineWorld, settled } from '../spine-under-test.ts';

let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

/** Clusters that keep a host's promises, each with marks of its own and no word between them. */
function markedClusters(troubleOf: (batch: LaneBatch) => 'none' | 'before' | 'after' | 'fails' = () => 'none') {
  const marks = new Map<string, { position: bigint; generation: number; apart: Set<bigint> }>();
  const effects: { cluster: string; lane: string; position: bigint; subject: string }[] = [];
  const late: LaneBatch[] = [];
  function markOf({ cluster, lane }: LaneBatch) {
    const key = `${cluster} ${lane}`;
    const mark = marks.get(key) ?? { position: -1n, generation: 0, apart: new Set<bigint>() };
    marks.set(key, mark);
    return mark;
  }
  function handle(batch: LaneBatch): BatchOutcome {
    const mark = markOf(batch);
    const generation = batch.generation ?? 0;
    if (generation < mark.generation) throw new EtisError({ code: 'LEFT', kind: 'unavailable', retryable: true, message: 'it left' });
    mark.generation = generation;
    if (batch.mode === 'leave') {
      return { handled: 0, left: { position: mark.position, handled: (batch.asks ?? []).filter((position) => mark.apart.has(position)) } };
    }
    for (const { position, event } of batch.entries) {
      if (batch.mode === 'ordered' ? position <= mark.position : mark.apart.has(position)) continue;
      effects.push({ cluster: batch.cluster, lane: batch.lane, position, subject: event.subject ?? '' });
      if (batch.mode === 'ordered') mark.position = position;
      else mark.apart.add(position);
    }
    return { handled: batch.entries.length };
  }
  const transport: Transport = {
    async deliver(batch) {
      await new Promise((resolve) => setImmediate(resolve));
      const trouble = batch.mode === 'leave' ? 'none' : troubleOf(batch);
      if (trouble === 'before') {
        late.push(batch);
        throw new Error('the line broke; the batch is still on its way');
      }
      const [first] = batch.entries;
      if (trouble === 'fails' && first !== undefined)
        return { handled: 0, failed: { position: first.position, error: 'no', retryable: true } };
      const outcome = handle(batch);
      if (trouble === 'after') throw new Error('the line broke after the effect');
      return outcome;
    },
  };
  return { transport, effects, late, handle };
}

function placeAt(cluster: string, version: number): void {
  const view = fakeView();
  const placements = view.placements.map((one) => (one.tenant === 'acme' && one.product === 'nudge' ? { ...one, cluster } : one));
  const clusters = new Map([...view.clusters, ['nudge-own', { id: 'nudge-own', product: 'nudge', tier: 'enterprise' as const }]]);
  world.governance.change({ ...view, version, placements, clusters });
}

describe('a lane that goes to another cluster', () => {
  it('loses, repeats and reorders nothing while entries arrive and deliveries break, also going back and forth', async () => {
    let delivered = 0;
    const clusters = markedClusters(() => {
      delivered += 1;
      return delivered % 5 === 0 ? 'before' : delivered % 5 === 2 ? 'after' : 'none';
    });
    const spine = await world.start(clusters.transport, { ...quick, dispatcher: { ...quick.dispatcher, batchCount: 7, maxUnknown: 50 } });
    const sent = Array.from({ length: 300 }, () => thing('acme'));
    let version = 2;
    for (const [index, one] of sent.entries()) {
      await spine.inbox.append(one);
      if (index % 50 === 25) {
        placeAt(version % 2 === 0 ? 'nudge-own' : 'nudge-standard', version);
        version += 1;
      }
    }
    for (const one of sent) await settled(spine, one.id);
    // What is still on its way to where the lane has left comes to nothing.
    const count = clusters.effects.length;
    for (const batch of clusters.late) {
      try {
        clusters.handle(batch);
      } catch (error) {
        expect(error).toMatchObject({ code: 'LEFT' });
      }
    }
    expect(clusters.effects).toHaveLength(count);
    expect(clusters.effects.map(({ subject }) => subject)).toEqual(
      sent.map((one) => (JSON.parse(one.body.toString()) as { subject: string }).subject),
    );
    expect(new Set(clusters.effects.map(({ cluster }) => cluster))).toEqual(new Set(['nudge-standard', 'nudge-own']));
  });

  it('takes its parked entries along, without a second effect of one whose outcome was lost', async () => {
    const clusters = markedClusters((batch) => (batch.mode === 'parked' ? 'after' : 'fails'));
    const spine = await world.start(clusters.transport, {
      ...quick,
      dispatcher: { ...quick.dispatcher, parkedBackoff: { base: 1, cap: 1 } },
    });
    const sent = thing('acme');
    await spine.inbox.append(sent);
    await eventually(() => clusters.effects.length === 1);
    placeAt('nudge-own', 2);
    expect((await settled(spine, sent.id)).at(-1)).toMatchObject({ step: 'handled' });
    expect(clusters.effects.map(({ cluster }) => cluster)).toEqual(['nudge-standard']);
  });

  it('waits where it is while the cluster that it leaves cannot be reached, and says so', async () => {
    const clusters = markedClusters();
    let away = true;
    const spine = await world.start({
      async deliver(batch, signal) {
        if (away && batch.cluster === 'nudge-standard' && batch.mode === 'leave') {
          throw new EtisError({ code: 'AWAY', kind: 'unavailable', retryable: true, message: 'nobody there' });
        }
        return await clusters.transport.deliver(batch, signal);
      },
    });
    const first = thing('acme');
    await spine.inbox.append(first);
    await settled(spine, first.id);
    placeAt('nudge-own', 2);
    const second = thing('acme');
    await spine.inbox.append(second);
    await eventually(async () => (await spine.queries.lanes({ tenant: 'acme' }))[0]?.trouble?.includes('nobody there') === true);
    expect((await spine.queries.lanes({ tenant: 'acme' }))[0]).toMatchObject({ cluster: 'nudge-standard', waiting: 1 });
    expect(clusters.effects).toHaveLength(1);
    away = false;
    await settled(spine, second.id);
    expect((await spine.queries.lanes({ tenant: 'acme' }))[0]).toMatchObject({ cluster: 'nudge-own', waiting: 0, trouble: null });
  });

  it('is moved by one dispatcher and goes on at another that reaches the new cluster', async () => {
    const clusters = markedClusters();
    const only = (cluster: string) => (id: string) => id === cluster;
    placeAt('nudge-standard', 2);
    const one = await world.start(clusters.transport, quick, undefined, only('nudge-standard'));
    await world.start(clusters.transport, quick, undefined, only('nudge-own'));
    const sent = Array.from({ length: 30 }, () => thing('acme'));
    for (const [index, delivery] of sent.entries()) {
      await one.inbox.append(delivery);
      if (index === 10) placeAt('nudge-own', 3);
    }
    for (const delivery of sent) await settled(one, delivery.id);
    expect(clusters.effects.map(({ subject }) => subject)).toEqual(
      sent.map((delivery) => (JSON.parse(delivery.body.toString()) as { subject: string }).subject),
    );
    expect(clusters.effects.at(-1)?.cluster).toBe('nudge-own');
  });
});
