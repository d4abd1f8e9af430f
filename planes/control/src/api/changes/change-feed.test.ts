import { emptyView } from '@etis/agent';
import type { GovernanceView } from '@etis/contracts/governance';
import { silentLog } from '@etis/kernel';
import { eventually } from '@etis/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createRecord } from '../../ports-under-test.ts';
import { exampleRecord } from '../seeded-api.ts';
import { type ChangeBatch, type ChangeFeed, type ChangeFeedOptions, createChangeFeed } from './change-feed.ts';
import { changeStream, readLastEventId } from './change-stream.ts';
import { createRecordWatch } from './record-watch.ts';

const view = (version: number, ...tenants: string[]): GovernanceView => ({
  ...emptyView,
  version,
  tenants: new Map(tenants.map((id) => [id, { id, name: id, status: 'active' }])),
});

function feedOf(options: Partial<ChangeFeedOptions> = {}) {
  const record = createRecord(exampleRecord());
  const feed = createChangeFeed({ watch: createRecordWatch(record), log: silentLog, pollMs: 5, heartbeatMs: 10, ...options });
  return { feed, record };
}

const running: ChangeFeed[] = [];
afterEach(async () => {
  for (const feed of running.splice(0)) await feed.stop();
});

async function started(options: Partial<ChangeFeedOptions> = {}) {
  const { feed } = feedOf(options);
  running.push(feed);
  await feed.start();
  return { feed };
}

function subscriber() {
  const batches: ChangeBatch[] = [];
  const seen = { heartbeats: 0, ended: false };
  return {
    batches,
    seen,
    deliver: (batch: ChangeBatch) => void batches.push(batch),
    heartbeat() {
      seen.heartbeats += 1;
    },
    end() {
      seen.ended = true;
    },
  };
}

describe('the feed', () => {
  it('tells every subscriber what was published since it came', async () => {
    const { feed } = await started();
    feed.published(view(1));
    const first = subscriber();
    feed.subscribe(first, null);
    feed.published(view(2, 'acme'));
    const second = subscriber();
    const stop = feed.subscribe(second, null);
    feed.published(view(3, 'acme', 'beta'));
    stop();
    feed.published(view(4));
    expect(first.batches.map(({ version }) => version)).toEqual([2, 3, 4]);
    expect(second.batches).toMatchObject([{ version: 3, changes: [{ resource: 'tenants', id: 'beta' }] }]);
  });

  it('catches up whoever says what it saw last', async () => {
    const { feed } = await started({ keptVersions: 3 });
    for (let version = 1; version <= 6; version += 1) feed.published(view(version, `t-${version}`));
    const missed = (after: number) => {
      const late = subscriber();
      feed.subscribe(late, after)();
      return late.batches.map(({ version, changes }) => [version, changes[0]?.resource]);
    };
    expect(missed(6)).toEqual([]);
    expect(missed(4)).toEqual([
      [5, 'tenants'],
      [6, 'tenants'],
    ]);
    expect(missed(3)).toHaveLength(3);
    // Longer ago than is known, of another history, and nonsense: everything may have changed.
    for (const after of [2, 0, 99, -1]) expect(missed(after)).toEqual([[6, '*']]);
  });

  it('does not take versions that were skipped for ones that it knows', async () => {
    const { feed } = await started();
    feed.published(view(1));
    feed.published(view(5, 'acme'));
    const late = subscriber();
    feed.subscribe(late, 3);
    expect(late.batches).toMatchObject([{ version: 5, changes: [{ resource: '*' }] }]);
  });

  it('looks at the record only while somebody listens, and tells what moved', async () => {
    const { feed, record } = feedOf();
    await feed.start();
    const listening = subscriber();
    const stop = feed.subscribe(listening, null);
    await eventually(() => record.asked.some(({ method }) => method === 'jobs'));
    expect(listening.batches).toEqual([]);
    record.state.lanes = record.state.lanes.map((lane) => ({ ...lane, waiting: 3 }));
    record.state.events.unshift({ ...exampleRecord().events[0], id: 'new' } as (typeof record.state.events)[number]);
    record.state.deadLetters = [];
    const changes = await eventually(() => {
      const all = listening.batches.flatMap((batch) => batch.changes);
      return all.length >= 3 && all;
    });
    expect(changes).toEqual(
      expect.arrayContaining([
        { resource: 'lanes', id: 'arbor-construction/nudge' },
        { resource: 'events', id: null },
        { resource: 'dead-letters', id: null },
      ]),
    );
    await eventually(() => listening.seen.heartbeats > 1);
    stop();
    await feed.stop();
    const { length } = record.asked;
    await feed.start();
    feed.published(view(1));
    expect(record.asked).toHaveLength(length);
    await feed.stop();
  });

  it('goes on after the record was away', async () => {
    const { record } = feedOf();
    let away = true;
    const watch = createRecordWatch({
      spine: { ...record.spine, lanes: (request) => (away ? Promise.reject(new Error('away')) : record.spine.lanes(request)) },
    });
    const feed = createChangeFeed({ watch, log: silentLog, pollMs: 5 });
    await feed.start();
    const listening = subscriber();
    feed.subscribe(listening, null);
    away = false;
    await eventually(() => record.asked.some(({ method }) => method === 'lanes'));
    record.state.lanes = [];
    await eventually(() => listening.batches.length > 0);
    await feed.stop();
    expect(listening.seen.ended).toBe(true);
  });

  it('takes no more subscribers than it may, and none while it does not run', async () => {
    const { feed } = await started({ maxSubscribers: 2 });
    const stop = feed.subscribe(subscriber(), null);
    const other = subscriber();
    feed.subscribe(other, null);
    expect(() => feed.subscribe(subscriber(), null)).toThrow(expect.objectContaining({ code: 'CONTROL_CHANGES_FULL', retryable: true }));
    stop();
    feed.subscribe(subscriber(), null);
    feed.end();
    expect(other.seen.ended).toBe(true);
    feed.subscribe(subscriber(), null);
    await feed.stop();
    expect(() => feed.subscribe(subscriber(), null)).toThrow();
  });
});

describe('the stream', () => {
  it('gives the id of a version with its last change, so that a cut in between loses nothing', async () => {
    const { feed } = await started({ heartbeatMs: 60_000 });
    feed.published(view(1));
    const stream = changeStream(feed, null);
    feed.published(view(2, 'acme', 'beta'));
    feed.end();
    const text = (await stream.toArray()).map(String).join('');
    expect(text.split('\n\n')).toEqual([
      'retry: 1000\nid: 1\nevent: ready\ndata: {"version":1}',
      'event: change\ndata: {"resource":"tenants","id":"acme","version":2}',
      'id: 2\nevent: change\ndata: {"resource":"tenants","id":"beta","version":2}',
      '',
    ]);
  });

  it('cuts off a reader that does not read, and forgets it', async () => {
    const { feed } = await started({ maxSubscribers: 1 });
    feed.published(view(0));
    const stream = changeStream(feed, null);
    for (let version = 1; !stream.destroyed && version < 20_000; version += 1) feed.published(view(version, `tenant-${version}`));
    expect(stream.destroyed).toBe(true);
    expect(stream.readableLength).toBeLessThan(300_000);
    await eventually(() => {
      changeStream(feed, null).destroy();
      return true;
    });
  });

  it.each([
    [undefined, null],
    ['', null],
    ['7', 7],
    ['-1', -1],
    ['x', -1],
    ['9'.repeat(20), -1],
  ])('reads the Last-Event-ID %j as %j', (header, version) => {
    expect(readLastEventId(header)).toBe(version);
  });
});
