import { describe, expect, it } from 'vitest';
import { createRecord, type RecordState } from '../../ports-under-test.ts';
import { exampleRecord } from '../seeded-api.ts';
import { createRecordWatch } from './record-watch.ts';

describe('a look at the record', () => {
  it('tells nothing the first time, and nothing where nothing moved', async () => {
    const watch = createRecordWatch(createRecord(exampleRecord()));
    expect(await watch.look()).toEqual([]);
    expect(await watch.look()).toEqual([]);
  });

  it.each<[string, (state: RecordState) => void, readonly object[]]>([
    [
      'an event',
      (state) => void state.events.unshift({ ...(state.events[0] as RecordState['events'][number]), id: 'new' }),
      [{ resource: 'events', id: null }],
    ],
    ['an unmatched delivery that is gone', (state) => void state.unmatched.pop(), [{ resource: 'unmatched', id: null }]],
    [
      'a lane that moved',
      (state) => void state.lanes.splice(0, 1, { ...(state.lanes[0] as RecordState['lanes'][number]), waiting: 9 }),
      [{ resource: 'lanes', id: 'arbor-construction/nudge' }],
    ],
    [
      'a lane that is gone',
      (state) => void state.lanes.pop(),
      [
        { resource: 'dead-letters', id: null },
        { resource: 'lanes', id: 'arbor-construction/nudge' },
      ],
    ],
    ['a dead letter', (state) => void state.deadLetters.pop(), [{ resource: 'dead-letters', id: null }]],
    [
      'a job that ended',
      (state) => void state.jobs.splice(0, 1, { ...(state.jobs[0] as RecordState['jobs'][number]), state: 'done' }),
      [{ resource: 'jobs', id: null }],
    ],
  ])('tells of %s, once', async (_case, move, told) => {
    const record = createRecord(exampleRecord());
    const watch = createRecordWatch(record);
    await watch.look();
    move(record.state);
    const changes = await watch.look();
    expect([...changes].sort((one, other) => (one.resource < other.resource ? -1 : 1))).toEqual(told);
    expect(await watch.look()).toEqual([]);
  });

  it('that comes after a pause tells nothing of the pause', async () => {
    const record = createRecord(exampleRecord());
    const watch = createRecordWatch(record);
    await watch.look();
    watch.forget();
    record.state.events = [];
    expect(await watch.look()).toEqual([]);
  });

  it('asks for no more than it needs', async () => {
    const record = createRecord(exampleRecord());
    await createRecordWatch(record).look();
    const asked = record.asked.map(({ method, request }) => [method, (request as { limit?: number }).limit ?? null]);
    expect(asked.sort()).toEqual([
      ['deadLetters', 1],
      ['events', 1],
      ['jobs', 1],
      ['lanes', null],
      ['unmatched', 1],
    ]);
  });
});
