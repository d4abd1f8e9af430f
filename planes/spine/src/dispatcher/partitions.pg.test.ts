import { silentLog, uuidv7 } from '@etis/kernel';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { spineDomain } from '../index.ts';
import { createChosenTransport } from '../transports/chosen-transport.ts';
import { createPartitions, type Partition } from './partitions.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase({ domains: [spineDomain] });
});
afterEach(() => database.drop());

/** A dispatcher's partitions; `idle` says whether it may give one back. */
function member(given: { leaseMs?: number; reached?: readonly string[]; idle?: () => boolean } = {}) {
  const reached = { now: given.reached ?? ['a'] };
  const changes: { gained: readonly Partition[]; lost: readonly Partition[] }[] = [];
  const partitions = createPartitions({
    db: database.db('spine'),
    log: silentLog,
    owner: uuidv7(),
    leaseMs: given.leaseMs ?? 300,
    node: 'under-test',
    transport: createChosenTransport({}, () => []),
    onChosen: () => {},
    reached: () => reached.now,
    isIdle: given.idle ?? (() => true),
    onChange: (change) => changes.push(change),
  });
  const keys = () => [...partitions.all()].map(({ key }) => key).toSorted();
  return { partitions, keys, changes, reached };
}

const owners = () =>
  database.db('spine').statement<{ cluster: string; shard: number; token: string }>('select cluster, shard, token from lane_partition');

it('are all owned by the only one there is', async () => {
  const one = member({ reached: ['a', 'b'] });
  await one.partitions.start();
  await eventually(() => one.keys().length === 16);
  expect(one.changes).toHaveLength(1);
  await one.partitions.stop();
  expect(one.keys()).toEqual([]);
  expect((await database.db('spine').statement('select from lane_partition where owner is not null')).length).toBe(0);
});

it('are shared by all that reach the cluster, each owned once, and change hands when one stops', async () => {
  const members = [member(), member(), member({ reached: ['a', 'b'] })];
  for (const { partitions } of members) await partitions.start();
  const shares = () => members.map(({ keys }) => keys().filter((key) => key.startsWith('a/')));
  await eventually(() => shares().every((share) => share.length >= 2 && share.length <= 3) && new Set(shares().flat()).size === 8);
  expect(members[2]?.keys().filter((key) => key.startsWith('b/'))).toHaveLength(8);
  await members[0]?.partitions.stop();
  await eventually(
    () => new Set([members[1], members[2]].flatMap((one) => one?.keys().filter((key) => key.startsWith('a/')) ?? [])).size === 8,
  );
  for (const { partitions } of members.slice(1)) await partitions.stop();
});

it('stay with their owner while something of them is under way', async () => {
  let idle = false;
  const first = member({ idle: () => idle });
  await first.partitions.start();
  await eventually(() => first.keys().length === 8);
  const second = member();
  await second.partitions.start();
  await eventually(() => [...first.partitions.all()].filter(({ wanted }) => !wanted).length === 4);
  expect(second.keys()).toEqual([]);
  idle = true;
  await eventually(() => first.keys().length === 4 && second.keys().length === 4);
  expect(new Set([...first.keys(), ...second.keys()]).size).toBe(8);
  await first.partitions.stop();
  await second.partitions.stop();
});

it('of one that died are taken over when its leases end, under a higher token', async () => {
  const dead = uuidv7();
  await database.db('spine').statement("select from lane_partition_lease($1, '{a}', 400)", [dead]);
  const before = await owners();
  const heir = member();
  await heir.partitions.start();
  await eventually(() => heir.keys().length === 8);
  const after = await owners();
  for (const { cluster, shard, token } of after) {
    const earlier = before.find((one) => one.cluster === cluster && one.shard === shard);
    expect(BigInt(token)).toBe(BigInt(earlier?.token ?? 0) + 1n);
  }
  await heir.partitions.stop();
});

it('that could not be renewed count as lost, whatever the record says', async () => {
  const one = member({ leaseMs: 200 });
  await one.partitions.start();
  await eventually(() => one.keys().length === 8);
  const admin = database.admin('spine');
  await admin('alter table dispatcher rename to dispatcher_away');
  await eventually(() => one.keys().length === 0);
  expect(one.changes.at(-1)).toMatchObject({ gained: [] });
  expect(one.changes.at(-1)?.lost).toHaveLength(8);
  await admin('alter table dispatcher_away rename to dispatcher');
  await eventually(() => one.keys().length === 8, { timeoutMs: 20_000 });
  await one.partitions.stop();
});

it('of a cluster that is out of reach are given back', async () => {
  const one = member({ reached: ['a', 'b'] });
  await one.partitions.start();
  await eventually(() => one.keys().length === 16);
  one.reached.now = ['b'];
  await eventually(() => one.keys().length === 8);
  expect(one.keys().every((key) => key.startsWith('b/'))).toBe(true);
  await one.partitions.stop();
});
