import type { EmittedEvent } from '@etis/contracts/events';
import { uuidv7 } from '@etis/kernel';
import { eventually } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeCluster, fakeView, thing } from '../spine-fixture.ts';
import { createWorld, quick, type SpineWorld, settled, stepNames } from '../spine-under-test.ts';

let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

let serial = 0;
function emitted(overrides: Partial<EmittedEvent> = {}): EmittedEvent {
  serial += 1;
  const id = uuidv7();
  return {
    id,
    type: 'thing.made',
    source: '/products/nudge',
    subject: `made ${serial}`,
    time: '2026-11-23T10:00:00.000Z',
    data: JSON.stringify({ serial }),
    tenant: 'acme',
    project: null,
    region: null,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    flow: id,
    cause: null,
    hop: 1,
    ...overrides,
  };
}
const many = (count: number, overrides: Partial<EmittedEvent> = {}) => Array.from({ length: count }, () => emitted(overrides));
const subjects = (events: readonly EmittedEvent[]) => events.map(({ subject }) => subject);
const count = async (table: string) => (await world.db.statement<{ n: number }>(`select count(*)::int as n from ${table}`))[0]?.n;

describe('an event that a product emits', () => {
  it('goes into its lanes in the commit that keeps it, with everything that it says, and leaves no delivery behind', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const event = emitted({ type: 'thing.counted', data: '{"odd":"\\u0000\\ud800","n":-0,"big":1e300}', subject: 'a "b" \\ {c},\u00e9' });
    await spine.publisher.publish('nudge', [event]);
    await eventually(() => cluster.batches.length === 2);
    const { data: _data, ...said } = event;
    for (const { entries } of cluster.batches) {
      expect(entries.map((entry) => entry.event)).toEqual([
        { specversion: '1.0', ...said, data: { odd: '\u0000\ud800', n: -0, big: 1e300 } },
      ]);
    }
    expect(await count('inbox')).toBe(0);
    expect(stepNames(await settled(spine, event.flow))).toEqual(['normalised', 'resolved', 'routed', 'routed', 'handled', 'handled']);
  });

  it('is kept once, however often and beside which others it is published', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const events = many(6);
    await spine.publisher.publish('nudge', events.slice(0, 3));
    await spine.publisher.publish('nudge', events);
    await Promise.all([spine.publisher.publish('nudge', events), spine.publisher.publish('nudge', [...events, ...events])]);
    await eventually(() => cluster.effects.get('acme/nudge')?.length === 6);
    expect(cluster.effects.get('acme/nudge')).toEqual(subjects(events));
    expect(await count('event')).toBe(6);
    expect(await count('entry')).toBe(6);
  });

  it('keeps its order within a call and after every call that was answered, among deliveries from outside', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster, { ...quick, dispatcher: { ...quick.dispatcher, batchCount: 7 } });
    const expected: (string | null)[] = [];
    const outside = Array.from({ length: 40 }, () => thing('acme'));
    const arriving = Promise.all(outside.map((one) => spine.inbox.append(one)));
    for (let call = 0; call < 30; call += 1) {
      const events = many(1 + (call % 5));
      expected.push(...subjects(events));
      await spine.publisher.publish('nudge', events);
    }
    await arriving;
    await eventually(() => cluster.effects.get('acme/nudge')?.length === expected.length + outside.length);
    expect(cluster.effects.get('acme/nudge')?.filter((subject) => subject.startsWith('made'))).toEqual(expected);
    const positions = cluster.batches.flatMap(({ entries }) => entries.map(({ position }) => position));
    expect(positions).toEqual(positions.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('is kept with the reason where it has no place, and replayed from there', async () => {
    const spine = await world.start();
    await spine.publisher.publish('nudge', [emitted({ tenant: 'nobody' }), emitted({ hop: 17 }), emitted()]);
    await eventually(async () => (await spine.queries.unmatched({ limit: 10 })).items.length === 2);
    const { items } = await spine.queries.unmatched({ limit: 10 });
    expect(items.map(({ reason }) => reason).toSorted()).toEqual(['hop-limit', 'unresolved']);
    expect(await count('inbox')).toBe(2);
  });

  it('holds up no other where the record refuses it', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const good = many(3);
    await spine.publisher.publish('nudge', [emitted({ flow: 'no uuid at all' }), ...good]);
    await eventually(() => cluster.effects.get('acme/nudge')?.length === 3);
    expect((await spine.queries.unmatched({ limit: 10 })).items.map(({ reason }) => reason)).toEqual(['unreadable']);
  });

  it.each(['a\u001fb', '\u001e'])('takes the long way where its subject is %j', async (subject) => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    await spine.publisher.publish('nudge', [emitted({ subject }), emitted({ project: 'p\u001f' })]);
    await eventually(() => cluster.batches.flatMap(({ entries }) => entries).length === 2);
    expect(await count('inbox')).toBe(2);
  });

  it('waits in the inbox while a directive stops the platform, and goes on in order before what comes later', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const stop = world.order({ verb: 'pause' });
    const [held, later] = [many(20), many(20)];
    await spine.publisher.publish('nudge', held);
    expect(await count('event')).toBe(0);
    world.resume(stop);
    await spine.publisher.publish('nudge', later);
    await eventually(() => cluster.effects.get('acme/nudge')?.length === 40);
    expect(cluster.effects.get('acme/nudge')).toEqual(subjects([...held, ...later]));
  });

  it('goes through the inbox where this process does not route', async () => {
    const resting = world.rest();
    const events = many(3);
    await resting.publisher.publish('nudge', events);
    expect([await count('inbox'), await count('event')]).toEqual([3, 0]);
    // Given again by one that routes, they are still kept once.
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    await spine.publisher.publish('nudge', events);
    await eventually(() => cluster.effects.get('acme/nudge')?.length === 3);
    expect(cluster.effects.get('acme/nudge')).toEqual(subjects(events));
  });

  it('reaches the dispatcher of another process', async () => {
    const cluster = fakeCluster();
    const routing = await world.start(fakeCluster(), quick, undefined, () => false);
    await world.start(cluster);
    const events = many(25);
    await routing.publisher.publish('nudge', events);
    await eventually(() => cluster.effects.get('acme/nudge')?.length === 25);
    expect(cluster.effects.get('acme/nudge')).toEqual(subjects(events));
  });

  it('of a product that filters nobody asked for is an event without lanes', async () => {
    world.governance.change(fakeView({ version: 2, subscriptions: [] }));
    const spine = await world.start();
    const event = emitted();
    await spine.publisher.publish('nudge', [event]);
    expect(await count('entry')).toBe(0);
    expect((await spine.queries.flow(event.flow))?.settled).toBe(true);
  });

  it('is refused with a retryable error while the record is away, and taken when it is given again', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const admin = world.database.admin('spine');
    await admin('alter function event_publish rename to event_publish_away');
    const events = many(2);
    await expect(spine.publisher.publish('nudge', events)).rejects.toThrow();
    await admin('alter function event_publish_away rename to event_publish');
    await spine.publisher.publish('nudge', events);
    await eventually(() => cluster.effects.get('acme/nudge')?.length === 2);
  });
});
