import type { Delivery } from '@etis/contracts/events';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { delivery, fakeCluster, fakeView } from '../spine-fixture.ts';
import { createWorld, quick, type SpineWorld, settled } from '../spine-under-test.ts';

let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

interface Taken {
  readonly id: string;
  readonly position: string;
  readonly connection_id: string;
  readonly moved: readonly string[];
}

let serial = 0;
function sent(connection: string, size = 1): Delivery {
  serial += 1;
  return delivery({ type: 'thing.added', site: 'acme-site', subject: `${connection} ${serial}`, data: 'x'.repeat(size) }, { connection });
}

async function append(all: readonly Delivery[]): Promise<void> {
  const { inbox } = world.rest();
  await Promise.all(all.map((one) => inbox.append(one)));
}

const none: readonly string[] = Array.from({ length: 64 }, () => '0');

function take(shares: readonly string[], most: number, bytes = 1 << 20): Promise<readonly Taken[]> {
  return world.db.statement<Taken>('select id, position, connection_id, moved from inbox_take($1::bigint[], $2, $3)', [
    shares,
    most,
    bytes,
  ]);
}

/** Connections of different shares. */
async function apart(count: number): Promise<readonly string[]> {
  const rows = await world.db.statement<{ name: string }>(
    `select min(name) as name from (select 'c' || n as name from generate_series(1, 500) n) c
     group by inbox_share(name) order by 1 limit $1`,
    [count],
  );
  return rows.map(({ name }) => name);
}

describe('what the router takes of the inbox', () => {
  it('is as much of a quiet connection as of one that floods, whatever waits before it', async () => {
    const [loud = '', quiet = ''] = await apart(2);
    await append([...Array.from({ length: 300 }, () => sent(loud)), ...Array.from({ length: 4 }, () => sent(quiet))]);
    const first = await take(none, 20);
    expect(first).toHaveLength(20);
    expect(first.filter((row) => row.connection_id === quiet)).toHaveLength(4);
    const positions = first.map(({ position }) => Number(position));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  });

  it('leaves no room unused where only one connection has something', async () => {
    const [loud = ''] = await apart(1);
    await append(Array.from({ length: 50 }, () => sent(loud)));
    expect(await take(none, 40)).toHaveLength(40);
  });

  it('is bounded by bytes, and still one delivery that is larger than the bound', async () => {
    const [loud = '', quiet = ''] = await apart(2);
    const large = sent(loud, 50_000);
    await append([large, sent(quiet), sent(loud)]);
    const first = await take(none, 10, 10_000);
    expect(first.map(({ id }) => id)).toEqual([large.id]);
    const rest = await take(first[0]?.moved ?? [], 10, 10_000);
    expect(rest).toHaveLength(2);
  });

  it('moves shares of which nothing is left to the newest that was seen, so that what was routed can be told and dropped', async () => {
    const [loud = '', quiet = ''] = await apart(2);
    await append([sent(quiet), ...Array.from({ length: 9 }, () => sent(loud))]);
    const [{ moved } = { moved: none }] = await take(none, 4);
    const [{ start } = { start: '0' }] = await world.db.statement<{ start: string }>('select min(position)::text as start from inbox');
    const seen = moved.map((position) => Number(position) - Number(start));
    expect(seen.filter((position) => position === 9)).toHaveLength(63);
    expect(seen.filter((position) => position === 3)).toHaveLength(1);
  });

  it('moves a share that filled the room exactly past what others were routed before it', async () => {
    const [loud = '', quiet = ''] = await apart(2);
    await append(Array.from({ length: 6 }, () => sent(loud)));
    await append([sent(quiet)]);
    const [{ moved } = { moved: none }] = await take(none, 3);
    const rest = await take(moved, 4);
    expect(rest).toHaveLength(4);
    expect(new Set(rest[0]?.moved).size).toBe(1);
    expect(await take(rest[0]?.moved ?? [], 4)).toEqual([]);
  });

  it('is every delivery once and those of a connection in their order, however it is cut', async () => {
    const names = await apart(5);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ who: fc.nat(4), size: fc.constantFrom(1, 400, 3_000) }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(1, 2_000, 1 << 20),
        async (all, most, bytes) => {
          const [{ start } = { start: '0' }] = await world.db.statement<{ start: string }>(
            'select coalesce(max(position), 0)::text as start from inbox',
          );
          const given = all.map(({ who, size }) => sent(names[who] ?? '', size));
          for (const one of given) await append([one]);
          let shares: readonly string[] = none.map(() => start);
          const found: Taken[] = [];
          for (;;) {
            const rows = await take(shares, most, bytes);
            if (rows.length === 0) break;
            found.push(...rows);
            shares = rows[0]?.moved ?? [];
          }
          for (const name of names) {
            const ids = found.filter((row) => row.connection_id === name).map(({ id }) => id);
            expect(ids).toEqual(given.filter(({ connection }) => connection === name).map(({ id }) => id));
          }
          expect(new Set(shares)).toEqual(new Set([String(Number(start) + all.length)]));
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('a router beside a flood', () => {
  let loud: string;
  let quiet: string;
  beforeEach(async () => {
    [loud = '', quiet = ''] = await apart(2);
    const view = fakeView();
    const shared = view.connections.get('shared');
    if (shared === undefined) throw new Error('unreachable');
    world.governance.change({ ...view, version: 2, connections: new Map([loud, quiet].map((id) => [id, { ...shared, id }])) });
  });

  it('routes what comes later of others among the first, and everything once in the order of its connection', async () => {
    const flood = Array.from({ length: 300 }, () => sent(loud));
    const late = [sent(quiet), sent(quiet)];
    await append([...flood, ...late]);
    const spine = await world.start(fakeCluster(), { ...quick, router: { ...quick.router, batchCount: 10 } });
    for (const { id } of [...flood.slice(-1), ...late]) await settled(spine, id);
    const routed = await world.db.statement<{ delivery_id: string }>('select delivery_id from event order by position');
    const ids = routed.map((row) => row.delivery_id);
    expect(new Set(ids.slice(0, 10))).toEqual(new Set([...flood.slice(0, 8), ...late].map(({ id }) => id)));
    expect(ids.filter((id) => !late.some((one) => one.id === id))).toEqual(flood.map(({ id }) => id));
  });

  it('tells of a delivery that it was routed though older ones of others wait, and counts only those that wait', async () => {
    const late = sent(quiet);
    await append([...Array.from({ length: 30 }, () => sent(loud)), late]);
    const [{ moved } = { moved: none }] = await take(none, 10);
    await world.db.statement(
      'update router_cursor set share_positions = $1::bigint[], inbox_position = (select min(p) from unnest($1::bigint[]) p)',
      [moved],
    );
    const spine = world.rest();
    const [quietSeen] = (await spine.lookups.deliveries({ connection: quiet, limit: 1 })).items;
    const [loudSeen] = (await spine.lookups.deliveries({ connection: loud, limit: 1 })).items;
    expect([quietSeen?.routed, loudSeen?.routed]).toEqual([true, false]);
    expect((await spine.queries.flow(late.id))?.settled).toBe(true);
    expect(await spine.queues.inbox()).toMatchObject([{ depth: 21 }]);
  });
});
