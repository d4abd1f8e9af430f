import { randomUUID } from 'node:crypto';
import { createSigningKey } from '@etis/agent';
import type { Fleet } from '@etis/contracts/command';
import type { SubscriberIdentity } from '@etis/contracts/link';
import { silentLog } from '@etis/kernel';
import { createTestDatabase, type TestDatabase, testContext } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandDomain } from '../domain.ts';
import { createFleetDesk } from './fleet-desk.ts';
import { createFleetLog, type FleetLog } from './fleet-log.ts';
import { createFleetStates, type FleetStates, processSilentMs, type SubscriberState } from './fleet-state.ts';
import { createSubscriberRegistry } from './subscriber-registry.ts';
import { keepSubscriber } from './subscriber-rows.ts';

const context = testContext({ actor: { kind: 'operator', id: 'ada' } });
const router = (id = 'router.node-1'): SubscriberIdentity => ({ id, kind: 'router', scope: null });
const clock = {
  at: 0,
  now() {
    return Date.now() + this.at;
  },
};

let database: TestDatabase;
let states: FleetStates;
let desk: Fleet;
let revoked: number;
let logs: FleetLog[];
beforeEach(async () => {
  [clock.at, revoked, logs] = [0, 0, []];
  database = await createTestDatabase({ domains: [commandDomain] });
  const db = database.db('command');
  states = createFleetStates({ db });
  desk = createFleetDesk({
    ...{ db, states, clock },
    enrolment: { invite: async () => ({ token: 'a-token', expiresAt: '' }) },
    async revoked() {
      revoked += 1;
    },
  });
});
afterEach(async () => {
  for (const log of logs) await log.stop();
  await database.drop();
});

async function enrol(identity: SubscriberIdentity, publicKey = createSigningKey().publicKey): Promise<boolean> {
  return await database.db('command').platform(context, 'enrol', (tx) => keepSubscriber(tx, identity, publicKey));
}

async function logOf(process = randomUUID()): Promise<FleetLog> {
  const log = createFleetLog({ states, process, clock, log: silentLog });
  logs.push(log);
  await log.start();
  return log;
}

function state(parts: Partial<SubscriberState> = {}): SubscriberState {
  return {
    ...{ connected: true, lastSeenAt: clock.now(), desired: { epoch: 1, version: 7 }, driftingSince: null },
    ...{ sent: { epoch: 1, version: 7 }, acknowledged: { epoch: 1, version: 7 }, state: 'fresh' },
    sections: { tenants: { desired: 7, applied: 7, refused: null } },
    ...parts,
  };
}

const member = async (id = router().id) => (await desk.members(context)).find((one) => one.id === id);

describe('the fleet', () => {
  it('shows who is enrolled and was never heard of', async () => {
    await enrol(router());
    expect(await desk.members(context)).toEqual([
      {
        ...router(),
        ...{ connected: false, lastSeenAt: null, state: 'UNKNOWN', desired: { epoch: 0, version: 0 }, sent: null, acknowledged: null },
        ...{ sections: {}, driftMs: 0, revokedAt: null },
      },
    ]);
  });

  it('shows what each should have, was sent and holds', async () => {
    await enrol(router());
    const log = await logOf();
    log.note(router().id, state({ lastSeenAt: 1_000 }));
    await log.settled();
    expect(await member()).toEqual({
      ...router(),
      ...{ connected: true, lastSeenAt: new Date(1_000).toISOString(), state: 'READY', driftMs: 0, revokedAt: null },
      ...{ desired: { epoch: 1, version: 7 }, sent: { epoch: 1, version: 7 }, acknowledged: { epoch: 1, version: 7 } },
      sections: { tenants: { desired: 7, applied: 7, refused: null } },
    });
  });

  it.each<[string, Partial<SubscriberState>, object]>([
    ['holds nothing yet', { acknowledged: null, state: null }, { state: 'EMPTY', acknowledged: null }],
    ['is past the time of what it holds', { state: 'stale' }, { state: 'STALE' }],
    [
      'refused a section',
      { sections: { placements: { desired: 7, applied: 6, refused: 'it has a hole' } } },
      { sections: { placements: { desired: 7, applied: 6, refused: 'it has a hole' } } },
    ],
  ])('shows who %s', async (_, given, expected) => {
    await enrol(router());
    const log = await logOf();
    log.note(router().id, state(given));
    await log.settled();
    expect(await member()).toMatchObject(expected);
  });

  it('counts for how long somebody does not hold what it should', async () => {
    await enrol(router());
    const log = await logOf();
    log.note(router().id, state({ driftingSince: clock.now(), acknowledged: { epoch: 1, version: 6 } }));
    await log.settled();
    clock.at = 5_000;
    const { driftMs } = (await member()) ?? {};
    expect(driftMs).toBeGreaterThanOrEqual(5_000);
    expect(driftMs).toBeLessThan(60_000);
  });

  it('keeps the newest of what was noted, of thousands at a time', async () => {
    const ids = Array.from({ length: 2_500 }, (_, index) => `router.node-${index}`);
    await database.admin('command')(
      `insert into subscriber (id, kind, public_key) select 'router.node-' || n, 'router', 'key-' || n from generate_series(0, 2499) n`,
    );
    const log = await logOf();
    for (const version of [1, 2, 3]) for (const id of ids) log.note(id, state({ acknowledged: { epoch: 1, version } }));
    await log.settled();
    const members = await desk.members(context);
    expect(members).toHaveLength(2_500);
    expect(new Set(members.map(({ acknowledged }) => acknowledged?.version))).toEqual(new Set([3]));
  });
});

describe('several processes', () => {
  it('who came back elsewhere is connected there, whatever its former process says later', async () => {
    await enrol(router());
    const [before, now] = [await logOf(), await logOf()];
    before.note(router().id, state({ acknowledged: { epoch: 1, version: 5 } }));
    await before.settled();
    now.note(router().id, state({ acknowledged: { epoch: 1, version: 7 } }));
    await now.settled();
    before.note(router().id, state({ connected: false, acknowledged: { epoch: 1, version: 5 } }));
    await before.settled();
    expect(await member()).toMatchObject({ connected: true, acknowledged: { version: 7 } });
    await before.stop();
    expect(await member()).toMatchObject({ connected: true });
    await now.stop();
    expect(await member(), 'what it held is known still').toMatchObject({ connected: false, acknowledged: { version: 7 } });
  });

  it('nobody is connected to one that was killed', async () => {
    await enrol(router());
    const process = randomUUID();
    await states.beat(process, clock.now());
    await states.write(process, [{ ...state(), subscriber: router().id }]);
    expect(await member()).toMatchObject({ connected: true });
    clock.at = processSilentMs + 1_000;
    expect(await member()).toMatchObject({ connected: false });
    clock.at = 11 * processSilentMs;
    await states.beat(randomUUID(), clock.now());
    expect(await database.admin('command')('select from link_process')).toHaveLength(1);
  });

  it('write about the same subscribers at once and wait for each other in no circle', async () => {
    const ids = Array.from({ length: 200 }, (_, index) => `router.node-${index}`);
    const rows = ids.map((subscriber) => ({ ...state(), subscriber }));
    const rounds = Array.from({ length: 8 }, (_, round) => states.write(randomUUID(), round % 2 === 0 ? rows : rows.toReversed()));
    await expect(Promise.all(rounds)).resolves.toHaveLength(8);
  });
});

describe('a revocation', () => {
  it('takes a key out for good, is kept, and is told', async () => {
    const { publicKey } = createSigningKey();
    await enrol(router(), publicKey);
    const log = await logOf();
    log.note(router().id, state());
    await log.settled();
    await desk.revoke(context, router().id);
    expect([revoked, await member()]).toEqual([1, expect.objectContaining({ connected: false, revokedAt: expect.any(String) })]);
    expect(await enrol(router(), publicKey)).toBe(false);
    const [row] = await database.admin('command')(`select action, target, actor_id from audit_entry where action like 'subscriber.%'`);
    expect(row).toEqual({ action: 'subscriber.revoke', target: `subscriber/${router().id}`, actor_id: 'ada' });
  });

  it.each(['router.nobody', 'router.node-1'])('of one that does not count (any more) is refused: %s', async (id) => {
    await enrol(router());
    await desk.revoke(context, router().id);
    await expect(desk.revoke(context, id)).rejects.toMatchObject({ code: 'COMMAND_SUBSCRIBER_UNKNOWN' });
    expect(revoked).toBe(1);
  });
});

describe('the registry', () => {
  const registry = () => createSubscriberRegistry({ db: database.db('command'), clock, log: silentLog });

  it('finds who was enrolled since, and looks for strangers once a second at most', async () => {
    const known = registry();
    expect(await known.find('router.node-1')).toBeNull();
    await enrol(router());
    expect(await known.find('router.node-1'), 'it has just looked').toBeNull();
    clock.at = 1_000;
    expect(await known.find('router.node-1')).toMatchObject({ identity: router(), revoked: false });
  });

  it('knows after a refresh what was done before it, whatever was under way', async () => {
    const known = registry();
    const early = known.find('router.node-1');
    await enrol(router());
    await Promise.all([early, known.refresh()]);
    expect(known.all()).toMatchObject([{ identity: router() }]);
    await desk.revoke(context, router().id);
    await known.refresh();
    expect(await known.find(router().id)).toMatchObject({ revoked: true });
  });
});
