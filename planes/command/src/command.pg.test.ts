import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGovernanceStore, createSecrets, type SecretVault } from '@etis/agent';
import { connectionSecretBinding } from '@etis/contracts/secrets';
import { type Service, silentLog } from '@etis/kernel';
import { openDomain, type SystemDb } from '@etis/postgres';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandDomain, createSnapshotFollower, createSnapshotPublisher, followedDomain, type SnapshotFollowerOptions } from './index.ts';
import { writeSnapshotFile } from './snapshot/snapshot-file.ts';
import { platformVault, viewOf } from './snapshots-under-test.ts';

let database: TestDatabase;
let home: string;
let running: Service[];
beforeEach(async () => {
  database = await createTestDatabase({ domains: [commandDomain] });
  home = await mkdtemp(join(tmpdir(), 'etis-command-'));
  running = [];
});
afterEach(async () => {
  for (const service of running.toReversed()) await service.stop();
  await database.drop();
  await rm(home, { recursive: true });
});

const masterKey = randomBytes(32);

async function startPublisher(vault: SecretVault) {
  const publisher = createSnapshotPublisher({ db: database.db('command'), dataKeys: vault.dataKeys, log: silentLog });
  running.push(publisher);
  await publisher.start();
  return publisher;
}

/** A process that follows, with nothing in common with the platform but the master key. */
function follower(overrides: Partial<SnapshotFollowerOptions> = {}) {
  const store = createGovernanceStore({ log: silentLog });
  const vault = createSecrets({ masterKey });
  const service = createSnapshotFollower({
    db: database.db('command'),
    file: join(home, 'snapshot.json'),
    vault,
    publish: store.publish,
    log: silentLog,
    pollMs: 20,
    ...overrides,
  });
  running.push(service);
  const secret = () => {
    const connection = store.governance.current().connections.get('whatsapp-1');
    return connection === undefined ? null : vault.open(connection.secrets[0] ?? '', connectionSecretBinding(connection));
  };
  return { service, view: () => store.governance.current(), secret };
}

const away: SnapshotFollowerOptions['db'] = {
  statement: () => Promise.reject(new Error('the database is away')),
  listen: async () => async () => {},
};

const versions = async () => {
  const rows = await database.admin('command')<{ version: string }>('select version from snapshot order by version');
  return rows.map(({ version }) => Number(version));
};

describe('from the platform to another process', () => {
  it('a view arrives with what opens its secrets, and so does every later one', async () => {
    const vault = platformVault(masterKey);
    const publisher = await startPublisher(vault);
    publisher.publish(viewOf(3, vault));
    await eventually(async () => (await versions()).includes(3));
    const other = follower();
    await other.service.start();
    expect(other.view()).toEqual(viewOfSame(3, other.view()));
    expect(other.secret()).toBe('s3cret');

    vault.addDataKey(vault.newDataKey('arbor'));
    publisher.publish(viewOf(4, vault));
    await eventually(() => other.service.version() === 4);
    expect(other.secret()).toBe('s3cret');
  });

  it('a change is there at once, not at the next poll', async () => {
    const vault = platformVault(masterKey);
    const publisher = await startPublisher(vault);
    publisher.publish(viewOf(1, vault));
    await eventually(async () => (await versions()).length === 1);
    const other = follower({ pollMs: 3_600_000 });
    await other.service.start();
    // The first notice is that of the connection itself, so it takes two changes to see that notices come.
    for (const version of [2, 3]) {
      publisher.publish(viewOf(version, vault));
      await eventually(() => other.service.version() === version);
    }
  });

  it('a process that starts before there is anything gets it once there is', async () => {
    const other = follower();
    await other.service.start();
    expect(other.view().version).toBe(0);
    const vault = platformVault(masterKey);
    (await startPublisher(vault)).publish(viewOf(1, vault));
    await eventually(() => other.view().version === 1);
  });

  it('of views that come faster than they are written the newest arrives, and only a few are kept', async () => {
    const vault = platformVault(masterKey);
    const publisher = await startPublisher(vault);
    for (let version = 1; version <= 40; version += 1) publisher.publish(viewOf(version, vault));
    await eventually(async () => (await versions()).at(-1) === 40);
    for (let version = 41; version <= 50; version += 1) {
      publisher.publish(viewOf(version, vault));
      await eventually(async () => (await versions()).at(-1) === version);
    }
    expect(await versions()).toEqual([46, 47, 48, 49, 50]);
  });

  it('an older view never takes the place of a newer one, whoever publishes it', async () => {
    const vault = platformVault(masterKey);
    const [one, another] = [await startPublisher(vault), await startPublisher(vault)];
    one.publish(viewOf(9, vault));
    await eventually(async () => (await versions()).includes(9));
    another.publish(viewOf(8, vault));
    another.publish(viewOf(10, vault));
    await eventually(async () => (await versions()).includes(10));
    expect(await versions()).toEqual([9, 10]);
    const other = follower();
    await other.service.start();
    expect(other.view().version).toBe(10);
  });

  it('each publication is audited, and a version that is there already is not published again', async () => {
    const vault = platformVault(masterKey);
    const view = viewOf(5, vault);
    for (const publisher of [await startPublisher(vault), await startPublisher(vault)]) publisher.publish(view);
    await eventually(async () => (await versions()).length === 1);
    const reasons = () => database.admin('command')<{ reason: string }>('select reason from audit_entry');
    await eventually(async () => (await reasons()).length === 2);
    expect(new Set((await reasons()).map(({ reason }) => reason))).toEqual(new Set(['publish the governed state']));
  });
});

describe('without the database', () => {
  it('a process starts on the last good copy and goes on from it', async () => {
    const vault = platformVault(masterKey);
    (await startPublisher(vault)).publish(viewOf(6, vault));
    await eventually(async () => (await versions()).length === 1);
    const first = follower();
    await first.service.start();
    await first.service.stop();

    const second = follower({ db: away });
    await second.service.start();
    expect(second.view()).toEqual(first.view());
    expect(second.secret()).toBe('s3cret');
  });

  it('a process that has no copy either starts with nothing in force', async () => {
    const other = follower({ db: away });
    await other.service.start();
    expect(other.service.version()).toBe(0);
  });

  it('a copy that was damaged is not used and is mended by the next snapshot', async () => {
    await writeFile(join(home, 'snapshot.json'), '{"body":"{\\"format\\":1}","dataKeys":"[]"}', { mode: 0o600 });
    const vault = platformVault(masterKey);
    const other = follower();
    await other.service.start();
    expect(other.view().version).toBe(0);
    (await startPublisher(vault)).publish(viewOf(2, vault));
    await eventually(async () => (await readFile(join(home, 'snapshot.json'), 'utf8')).includes('Arbor'));
    expect(other.view().version).toBe(2);
  });

  it('a disk that takes no copy does not keep the view from being in force', async () => {
    const vault = platformVault(masterKey);
    (await startPublisher(vault)).publish(viewOf(2, vault));
    await writeFile(join(home, 'blocked'), '');
    const other = follower({ file: join(home, 'blocked', 'snapshot.json') });
    await eventually(async () => (await versions()).length === 1);
    await expect(other.service.start()).resolves.toBeUndefined();
    await eventually(() => other.view().version === 2);
  });
});

describe('what does not fit', () => {
  const store = (version: number, body: string) =>
    database.admin('command')('insert into snapshot (version, body, data_keys) values ($1, $2, $3)', [version, body, '[]']);

  it('is refused, the last good one stays, and the next good one counts', async () => {
    const vault = platformVault(masterKey);
    const publisher = await startPublisher(vault);
    publisher.publish(viewOf(1, vault));
    await eventually(async () => (await versions()).length === 1);
    let asked = 0;
    const db = database.db('command');
    const statement: SystemDb['statement'] = (text, values) => {
      asked += 1;
      return db.statement(text, values);
    };
    const other = follower({ db: { statement, listen: db.listen } });
    await other.service.start();
    await store(2, '{"format":99}');
    await store(3, JSON.stringify({ format: 2, version: 4 }));
    const before = asked;
    await eventually(() => asked > before + 2);
    expect(other.view().version).toBe(1);
    publisher.publish(viewOf(5, vault));
    await eventually(() => other.view().version === 5);
  });

  it('a master key that is not the one of the platform keeps a process from starting', async () => {
    const vault = platformVault(randomBytes(32));
    (await startPublisher(vault)).publish(viewOf(1, vault));
    await eventually(async () => (await versions()).length === 1);
    await expect(follower().service.start()).rejects.toMatchObject({ code: 'AGENT_MASTER_KEY_WRONG' });
  });

  it('so does one that is not the one of the kept copy', async () => {
    const vault = platformVault(randomBytes(32));
    await writeSnapshotFile(join(home, 'snapshot.json'), {
      body: '{"format":2,"version":1,"tenants":[],"clusters":[],"placements":[],"connections":[],"resolver":[],"subscriptions":[],"configuration":[]}',
      dataKeys: JSON.stringify(vault.dataKeys()),
    });
    await expect(follower({ db: away }).service.start()).rejects.toMatchObject({ code: 'AGENT_MASTER_KEY_WRONG' });
  });
});

describe('who follows', () => {
  it('reads the newest snapshot and can neither change one nor look at the table', async () => {
    const passwords = { etis_command: database.access.passwords.etis_command ?? '' };
    const db = openDomain({ domain: followedDomain, access: { ...database.access, passwords }, log: silentLog });
    try {
      expect(await db.statement('select version from latest_snapshot(0)')).toEqual([]);
      for (const sql of ['select version from snapshot', "insert into snapshot values (1, '', '')", 'delete from snapshot']) {
        await expect(db.statement(sql)).rejects.toThrow();
      }
    } finally {
      await db.close();
    }
  });
});

/** The view as it was published, but for the secret's envelope, which differs each time. */
function viewOfSame(version: number, found: ReturnType<ReturnType<typeof follower>['view']>) {
  const expected = viewOf(version, platformVault(masterKey));
  return { ...expected, connections: found.connections };
}
