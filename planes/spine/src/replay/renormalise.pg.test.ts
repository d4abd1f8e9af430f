import type { SourceAdapter } from '@etis/contracts/events';
import { silentLog, supervise } from '@etis/kernel';
import { eventually, testContext } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSpine, type Spine } from '../index.ts';
import { delivery, fakeCluster, plainAdapter } from '../spine-fixture.ts';
import { createWorld, quick, type SpineWorld, settled } from '../spine-under-test.ts';

let world: SpineWorld;
let ends: (() => Promise<void>)[];
beforeEach(async () => {
  world = await createWorld();
  ends = [];
});
afterEach(async () => {
  for (const end of ends) await end();
  await world.end();
});

const selection = { connection: 'shared', from: '2020-01-01T00:00:00Z' };
const reason = 'sizes were read in the wrong unit';

/** The next release of the process, whose adapter reads deliveries otherwise. */
async function release(cluster: ReturnType<typeof fakeCluster>, read: (data: unknown) => unknown): Promise<Spine> {
  const adapter: SourceAdapter = {
    ...plainAdapter,
    normalise: (given) =>
      plainAdapter.normalise(given).flatMap((event) => {
        const data = read(event.data);
        return data === undefined ? [] : [{ ...event, data }];
      }),
  };
  const { db, governance, directives } = world;
  const parts = {
    db,
    governance,
    directives,
    adapters: new Map([['plain', adapter]]),
    transport: cluster,
    log: silentLog,
    settings: quick,
  };
  const spine = createSpine(parts);
  const service = supervise('spine', spine.services(), silentLog);
  await service.start();
  ends.push(() => service.stop());
  return spine;
}

const part = (subject: string, size: number) => ({ site: 'acme-site', type: 'thing.added', subject, data: { size, unit: 'm' } });

async function accepted(spine: Spine, bodies: readonly unknown[]): Promise<void> {
  const sent = bodies.map((body) => delivery(body));
  for (const one of sent) await spine.inbox.append(one);
  for (const one of sent) await settled(spine, one.id);
}

async function apply(spine: Spine) {
  const { id } = await spine.operations.replays.start(testContext(), { selection, target: {}, reason });
  return await eventually(async () => {
    const replay = await spine.operations.replays.show(id);
    return replay?.state === 'done' ? replay : undefined;
  });
}

describe('reading deliveries again', () => {
  it('shows what an adapter makes different, gives just that, and nothing twice', async () => {
    const seen: unknown[] = [];
    const cluster = fakeCluster(({ event }) => {
      seen.push([event.subject, event.data, event.replayOf]);
      return 'ok';
    });
    await accepted(await world.start(cluster), [part('small', 1), part('large', 2_000), [part('first', 3), part('second', 4_000)]]);
    const before = await world.db.statement<{ id: string; subject: string }>('select id, subject from event order by position');
    const idOf = (subject: string) => before.find((event) => event.subject === subject)?.id;
    seen.length = 0;
    const spine = await release(cluster, (data) => {
      const { size } = data as { size: number };
      return size < 1_000 ? data : { size: size / 1_000, unit: 'km' };
    });
    expect(await spine.operations.replays.preview(selection, {})).toMatchObject({
      events: 2,
      complete: true,
      byLane: [{ lane: 'acme/nudge', events: 2 }],
      differences: {
        ...{ deliveries: 3, changed: 2, added: 0, gone: 0 },
        sample: [
          { change: 'changed', event: idOf('large'), paths: ['/data/size', '/data/unit'] },
          { change: 'changed', event: idOf('second'), paths: ['/data/size', '/data/unit'] },
        ],
      },
    });
    expect(seen).toEqual([]);
    expect(await apply(spine)).toMatchObject({ replayed: 2 });
    const wanted = [
      ['large', { size: 2, unit: 'km' }, idOf('large')],
      ['second', { size: 4, unit: 'km' }, idOf('second')],
    ];
    await eventually(async () => seen.length === 2);
    expect(seen).toEqual(wanted);
    expect(await spine.operations.replays.preview(selection, {})).toMatchObject({ events: 0, differences: { changed: 0 } });
    expect(await apply(spine)).toMatchObject({ replayed: 0 });
    expect(await world.db.statement('select from event')).toHaveLength(6);
  });

  it('adds events that were not made before, and only tells of those that are not made any more', async () => {
    const cluster = fakeCluster();
    const old = await release(cluster, (data) => ((data as { size: number }).size === 7 ? undefined : data));
    await accepted(old, [part('kept', 1), [part('new', 7)], part('dropped', 9)]);
    expect(cluster.effects.get('acme/nudge')).toEqual(['kept', 'dropped']);
    await ends.pop()?.();
    const spine = await release(cluster, (data) => ((data as { size: number }).size === 9 ? undefined : data));
    expect(await spine.operations.replays.preview(selection, {})).toMatchObject({
      events: 1,
      differences: { deliveries: 3, changed: 0, added: 1, gone: 1, sample: [{ change: 'added' }, { change: 'gone' }] },
    });
    expect(await apply(spine)).toMatchObject({ replayed: 1 });
    await eventually(async () => cluster.effects.get('acme/nudge')?.length === 3);
    expect(cluster.effects.get('acme/nudge')).toEqual(['kept', 'dropped', 'new']);
    expect(await apply(spine)).toMatchObject({ replayed: 0 });
  });

  it('is of one connection and a time, whole', async () => {
    const { replays } = world.rest().operations;
    for (const more of [{ tenant: 'acme' }, { type: 'thing.*' }, { filter: 'true' }]) {
      await expect(replays.preview({ ...selection, ...more }, {})).rejects.toMatchObject({ code: 'SPINE_REPLAY_MALFORMED' });
    }
    await expect(replays.preview(selection, { product: 'nudge' })).rejects.toMatchObject({ code: 'SPINE_REPLAY_MALFORMED' });
    await expect(replays.preview({ connection: 'shared' }, {})).rejects.toMatchObject({ code: 'SPINE_REPLAY_MALFORMED' });
    await expect(replays.start(testContext(), { selection, target: {}, reason })).rejects.toMatchObject({ code: 'SPINE_REPLAY_EMPTY' });
  });
});
