import type { LaneEntry, Transport } from '@etis/contracts/lanes';
import { EtisError, silentLog, supervise } from '@etis/kernel';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSpine, type Spine, type SpineOverrides, spineDomain } from '../index.ts';
import { adapters, fakeCluster, fakeGovernance, fakeView, thing } from '../spine-fixture.ts';

/** What one attempt at one entry comes to. */
type Fate = 'ok' | 'retry' | 'terminal' | 'reject' | 'crash-after' | 'away';

const settings: SpineOverrides = {
  router: { pollMs: 30 },
  dispatcher: {
    pollMs: 10,
    leaseMs: 1_000,
    batchCount: 4,
    laneBackoff: { base: 1, cap: 5 },
    parkedBackoff: { base: 1, cap: 5 },
    maxAttempts: 6,
    maxUnknown: 3,
  },
};

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase({ domains: [spineDomain] });
});
afterEach(() => database.drop());

interface Plan {
  readonly tenant: string;
  /** By attempt; after these it is `ok`. */
  readonly fates: readonly Fate[];
}

/** Each entry says in its data which plan it follows. */
function plannedCluster(plans: ReadonlyMap<string, readonly Fate[]>) {
  const attempts = new Map<string, number>();
  const ordered: { lane: string; position: bigint }[] = [];
  function fateOf(entry: LaneEntry): Fate {
    const key = String(entry.event.data);
    const attempt = attempts.get(key) ?? 0;
    attempts.set(key, attempt + 1);
    return plans.get(key)?.[attempt] ?? 'ok';
  }
  const cluster = fakeCluster((entry, batch) => {
    const fate = fateOf(entry);
    if (fate === 'retry' || fate === 'terminal') return { error: fate, retryable: fate === 'retry' };
    if (fate === 'reject') throw new Error('the line broke before the effect');
    if (fate === 'away') throw new EtisError({ code: 'HOST_AWAY', kind: 'unavailable', retryable: true, message: 'away' });
    if (batch.mode === 'ordered') ordered.push({ lane: batch.lane, position: entry.position });
    return fate;
  });
  return { cluster, ordered };
}

function createTwo(transport: Transport) {
  const governance = fakeGovernance(fakeView());
  const db = database.db('spine');
  const spines = [1, 2].map(() => createSpine({ db, governance, adapters, transport, log: silentLog, settings }));
  const services = spines.map((spine) => supervise('spine', spine.services(), silentLog));
  return {
    spine: spines[0] as Spine,
    start: () => Promise.all(services.map((service) => service.start())),
    stop: () => Promise.all(services.map((service) => service.stop())),
  };
}

const plan = fc.record<Plan>({
  tenant: fc.constantFrom('acme', 'birch'),
  fates: fc.array(fc.constantFrom<Fate>('ok', 'retry', 'terminal', 'reject', 'crash-after', 'away'), { maxLength: 8 }),
});

it('handles every entry once or keeps it as a dead letter, and in order those that were not set aside', async () => {
  const plans = new Map<string, readonly Fate[]>();
  const { cluster, ordered } = plannedCluster(plans);
  const two = createTwo(cluster);
  await two.start();
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { minLength: 1, maxLength: 25 }), async (planned) => {
      const sent = planned.map((one) => {
        serial += 1;
        plans.set(String(serial), one.fates);
        return thing(one.tenant, String(serial));
      });
      await Promise.all(sent.map((one) => two.spine.inbox.append(one)));
      for (const one of sent) {
        const steps = await eventually(async () => {
          const flow = await two.spine.queries.flow(one.id);
          return flow?.settled ? flow.steps : undefined;
        });
        const ends = steps.filter((step) => step.step === 'handled' || step.step === 'dead-letter');
        expect(ends).toHaveLength(1);
        const subject = steps.find((step) => step.step === 'normalised')?.subject ?? '';
        const effects = [...cluster.effects.values()].flat().filter((effect) => effect === subject).length;
        if (ends[0]?.step === 'handled') expect(effects).toBe(1);
        else expect(effects).toBeLessThanOrEqual(1);
      }
      for (const lane of new Set(ordered.map((one) => one.lane))) {
        const positions = ordered.filter((one) => one.lane === lane).map((one) => one.position);
        expect(positions).toEqual(positions.toSorted((a, b) => (a < b ? -1 : 1)));
      }
    }),
    { numRuns: 25 },
  );
  await two.stop();
  // Nothing of the lane lies between `after` and the first entry, wherever the lane was.
  const entries = await database
    .db('spine')
    .statement<{ name: string; position: string }>('select name, position from entry join lane on id = lane_id');
  for (const { lane, mode, after, entries: given } of cluster.batches) {
    if (mode === 'parked') expect(after).toBeUndefined();
    else {
      const first = given[0]?.position ?? -1n;
      const between = entries.filter(
        ({ name, position }) => name === lane && BigInt(position) > (after ?? first) && BigInt(position) < first,
      );
      expect(after).toBeLessThan(first);
      expect(between).toEqual([]);
    }
  }
});

it('keeps order and effects when the connections of both dispatchers are cut again and again', async () => {
  const { cluster, ordered } = plannedCluster(new Map());
  const two = createTwo({
    async deliver(batch, signal) {
      await new Promise((resolve) => setImmediate(resolve));
      return await cluster.deliver(batch, signal);
    },
  });
  await two.start();
  const admin = database.admin('spine');
  const sent = Array.from({ length: 200 }, (_, index) => thing(index % 2 === 0 ? 'acme' : 'birch'));
  const cutting = (async () => {
    for (let round = 0; round < 10; round += 1) {
      await admin("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'etis_spine'");
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  })();
  for (const one of sent) await two.spine.inbox.append(one);
  await cutting;
  await eventually(
    async () => {
      const lanes = await two.spine.queries.lanes({});
      const effects = [...cluster.effects.values()].flat().length;
      return lanes.length === 2 && lanes.every((lane) => lane.waiting === 0 && lane.parked === 0) && effects === sent.length;
    },
    { timeoutMs: 30_000 },
  );
  const subjects = [...cluster.effects.values()].flat();
  expect(new Set(subjects).size).toBe(sent.length);
  for (const lane of ['acme/nudge', 'birch/nudge']) {
    const positions = ordered.filter((one) => one.lane === lane).map((one) => one.position);
    expect(positions).toEqual(positions.toSorted((a, b) => (a < b ? -1 : 1)));
  }
  await two.stop();
});

it('renews the lease of a delivery that takes longer than it, so that nobody else takes the lane', async () => {
  const inner = fakeCluster();
  let begun = 0;
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const two = createTwo({
    async deliver(batch, signal) {
      begun += 1;
      await held;
      return await inner.deliver(batch, signal);
    },
  });
  await two.start();
  const sent = thing('acme');
  await two.spine.inbox.append(sent);
  const until = async () =>
    (
      await database
        .db('spine')
        .statement<{ until: Date }>(
          `select q.leased_until as until from lane_partition q join lane l on l.shard = q.shard where q.cluster = 'nudge-standard'`,
        )
    )[0]?.until;
  const first = await eventually(until);
  await eventually(async () => ((await until())?.getTime() ?? 0) > first.getTime() + 1_000);
  release();
  await eventually(async () => (await two.spine.queries.flow(sent.id))?.settled);
  expect(begun).toBe(1);
  await two.stop();
});
