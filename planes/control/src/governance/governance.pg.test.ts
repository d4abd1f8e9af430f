import { randomBytes } from 'node:crypto';
import { createSecrets } from '@etis/agent';
import { connectionSecretBinding } from '@etis/contracts/secrets';
import { silentLog } from '@etis/kernel';
import { eventually, testContext } from '@etis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlUnderTest, deployed, emptyPorts, startControl } from '../control-under-test.ts';
import { createControl } from '../index.ts';
import { createProducts } from '../products/products.ts';

const context = testContext();
const acme = testContext({ tenant: 'acme' });
let under: ControlUnderTest;

beforeAll(async () => {
  under = await startControl();
});
afterAll(() => under[Symbol.asyncDispose]());

/** A view promises no order. */
function inOrder<T>(items: readonly T[]): readonly T[] {
  return items.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

describe('the published view', () => {
  it('is there when start resolves, with what is deployed', () => {
    const view = under.view();
    expect(view.version).toBeGreaterThan(0);
    expect(inOrder([...view.clusters.values()])).toEqual(inOrder(deployed.clusters));
    expect(inOrder(view.subscriptions)).toEqual([
      { product: 'nudge', types: ['document.*'] },
      { product: 'pulse', types: ['*'] },
    ]);
    expect([view.tenants.size, view.connections.size, view.placements.length, view.resolver.length]).toEqual([0, 0, 0, 0]);
  });

  it('has every change by the time the change resolves, and equals the database', async () => {
    const { control, view } = under;
    await control.tenants.create(context, { id: 'acme', name: 'Acme' });
    expect(view().tenants.get('acme')).toEqual({ id: 'acme', name: 'Acme', status: 'active' });
    await control.placements.ensure(acme, { product: 'nudge', cluster: 'nudge-standard' });
    expect(view().placements).toEqual([{ tenant: 'acme', product: 'nudge', cluster: 'nudge-standard' }]);
    const { secret } = await control.connections.create(context, { id: 'autodesk', source: 'autodesk', tenant: 'acme' });
    await control.resolver.ensure(acme, {
      system: 'autodesk',
      kind: 'project',
      externalId: 'p-1',
      project: 'bridge',
      region: 'EMEA',
      product: null,
    });
    await control.resolver.ensure(acme, { system: 'autodesk', kind: 'hub', externalId: 'h-1', project: null, region: null, product: null });
    expect(inOrder(view().resolver)).toEqual([
      { ref: { system: 'autodesk', kind: 'hub', id: 'h-1' }, tenant: 'acme', project: null, region: null, product: null },
      { ref: { system: 'autodesk', kind: 'project', id: 'p-1' }, tenant: 'acme', project: 'bridge', region: 'EMEA', product: null },
    ]);
    const connection = view().connections.get('autodesk');
    if (connection === undefined) throw new Error('no connection');
    expect(connection).toMatchObject({ id: 'autodesk', source: 'autodesk', tenant: 'acme', enabled: true });
    expect(connection.secrets.map((sealed) => under.vault.open(sealed, connectionSecretBinding(connection)))).toEqual([secret]);
    await control.tenants.update(context, 'acme', { status: 'suspended' });
    expect(view().tenants.get('acme')?.status).toBe('suspended');
    await control.connections.setEnabled(context, 'autodesk', false);
    expect(view().connections.get('autodesk')?.enabled).toBe(false);
    await control.resolver.remove(acme, { system: 'autodesk', kind: 'hub', externalId: 'h-1' });
    expect(view().resolver).toHaveLength(1);
    expect(view().version).toBe(await under.version());
  });

  it('follows the changes of another process, with the keys that their secrets need', async () => {
    const other = await under.another();
    await other.control.tenants.create(context, { id: 'elsewhere', name: 'Elsewhere' });
    const { secret } = await other.control.connections.create(context, { id: 'elsewhere', source: 'autodesk', tenant: 'elsewhere' });
    const connection = await eventually(() => under.view().connections.get('elsewhere'));
    expect(under.vault.open(connection.secrets[0] ?? '', connectionSecretBinding(connection))).toBe(secret);
    expect(under.view().version).toBe(other.view().version);
  });

  it('rises, one change after the other, however many change at once', async () => {
    const before = await under.version();
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => under.control.tenants.create(context, { id: `crowd-${index}`, name: `Crowd ${index}` })),
    );
    expect(await under.version()).toBe(before + 10);
    expect(under.view().version).toBe(before + 10);
    expect([...under.view().tenants.keys()].filter((id) => id.startsWith('crowd-'))).toHaveLength(10);
  });

  it('is still brought up to date when a refresh fails after a change', async () => {
    let failures = 0;
    const seen: number[] = [];
    const other = await under.another({
      publish: ({ version }) => {
        if (seen.length > 0 && failures === 0) {
          failures += 1;
          throw new Error('publishing failed');
        }
        seen.push(version);
      },
    });
    await other.control.tenants.create(context, { id: 'late', name: 'Late' });
    const version = await under.version();
    await eventually(() => seen.at(-1) === version);
    expect(failures).toBe(1);
  });
});

describe('the version', () => {
  it('rises with every insert, update and delete on every governed table, and by nothing else', async () => {
    const sql = under.database.admin('control');
    const tables = await sql<{ name: string; class: string }>(
      `select c.relname as name, split_part(obj_description(c.oid), ':', 1) as class from pg_class c
       where c.relnamespace = 'control'::regnamespace and c.relkind in ('r', 'p') order by 1`,
    );
    const governed = await sql<{ name: string; events: string[] }>(
      `select event_object_table as name, array_agg(event_manipulation::text order by event_manipulation::text) as events
       from information_schema.triggers where trigger_schema = 'control' group by 1 order by 1`,
    );
    const free = [
      'audit_entry',
      'configuration_change',
      'erased_key',
      'governance',
      'governance_change',
      'idempotency',
      'schema_migration',
    ];
    expect(governed.map(({ name }) => name)).toEqual(tables.map(({ name }) => name).filter((name) => !free.includes(name)));
    for (const { events } of governed) expect(events).toEqual(['DELETE', 'INSERT', 'UPDATE']);

    await under.control.configuration.parameters.set(context, 'nudge.reply.daily-limit', {
      place: { level: 'platform' },
      value: 10,
      reason: 'a row to change',
    });
    for (const { name } of governed) {
      const rise = async (statement: string) => {
        const before = await under.version();
        await sql(statement);
        return (await under.version()) - before;
      };
      const [row] = await sql<{ total: string }>(`select count(*) as total from ${name}`);
      expect(Number(row?.total), `${name} has a row to change`).toBeGreaterThan(0);
      const [column] = await sql<{ name: string }>(
        `select column_name as name from information_schema.columns where table_schema = 'control' and table_name = $1 limit 1`,
        [name],
      );
      expect(await rise(`update ${name} set ${column?.name} = ${column?.name}`), name).toBe(1);
      expect(await rise(`update ${name} set ${column?.name} = ${column?.name} where false`), name).toBe(0);
      expect(await rise(`delete from ${name} where false`), name).toBe(0);
      expect(await rise(`insert into ${name} select * from ${name} where false`), name).toBe(0);
    }
  });

  it('is out of reach of the tenant role, which moves it all the same', async () => {
    const db = under.database.db('control');
    await expect(db.tenant(acme, (tx) => tx.query('update governance set version = 1'))).rejects.toThrow(/permission denied/);
    await expect(db.tenant(acme, (tx) => tx.query('select version from governance'))).rejects.toThrow(/permission denied/);
    const before = await under.version();
    await db.tenant(acme, (tx) => tx.query("update placement set cluster_id = 'nudge-enterprise' where tenant_id = 'acme'"));
    expect(await under.version()).toBe(before + 1);
  });

  it('is not caught by a temporary table of the same name', async () => {
    const before = await under.version();
    const db = under.database.db('control');
    const attempt = db.tenant(acme, async (tx) => {
      await tx.query('create temporary table governance (singleton boolean, version bigint)');
      await tx.query("update placement set cluster_id = 'nudge-standard' where tenant_id = 'acme'");
    });
    // Whether the role may create one at all is the server's business; where it may, it must not help.
    const done = await attempt.then(
      () => 1,
      () => 0,
    );
    expect(await under.version()).toBe(before + done);
  });

  it('is moved and told by functions of the owner with a fixed search path', async () => {
    const functions = await under.database.admin('control')(
      `select proname as name, pg_get_userbyid(proowner) as owner, prosecdef as definer, proconfig as config
       from pg_proc where pronamespace = 'control'::regnamespace order by 1`,
    );
    const held = { owner: 'etis_owner', definer: true, config: ['search_path=pg_catalog, pg_temp'] };
    expect(functions).toEqual([
      { name: 'bump_governance', ...held },
      { name: 'governance_version', ...held },
    ]);
  });

  it('is all that the system role can learn', async () => {
    const db = under.database.db('control');
    const tables = await under.database.admin('control')<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'control'::regnamespace and relkind = 'r'`,
    );
    for (const { name } of tables) await expect(db.statement(`select * from ${name}`), name).rejects.toThrow(/permission denied/);
    await expect(db.statement('create temporary table governance (version bigint)')).rejects.toThrow(/permission denied/);
    expect(await db.statement('select governance_version() as version')).toEqual([{ version: String(await under.version()) }]);
  });
});

describe('a start', () => {
  it('changes nothing when nothing changed, and takes over what is deployed now', async () => {
    const before = await under.version();
    await under.another();
    expect(await under.version()).toBe(before);
    const other = await under.another({
      products: [{ id: 'nudge', title: 'Nudge', subscriptions: ['document.*', 'issue.created'] }],
      clusters: deployed.clusters.filter(({ product }) => product === 'nudge'),
    });
    expect(inOrder(other.view().subscriptions)).toEqual([
      { product: 'nudge', types: ['document.*', 'issue.created'] },
      { product: 'pulse', types: ['*'] },
    ]);
    expect(await under.version()).toBe(before + 1);
  });

  it('governs by the filters that a product declares, and no more once it declares none', async () => {
    const plain = { id: 'nudge', title: 'Nudge', subscriptions: ['document.*'] };
    const clusters = deployed.clusters.filter(({ product }) => product === 'nudge');
    const filters = { 'document.*': 'event.data.size > 1000' };
    const nudgeOf = (view: { subscriptions: readonly { product: string }[] }) =>
      view.subscriptions.find(({ product }) => product === 'nudge');
    const filtered = await under.another({ products: [{ ...plain, filters }], clusters });
    expect(nudgeOf(filtered.view())).toEqual({ product: 'nudge', types: ['document.*'], filters });
    const listed = await createProducts({ db: under.database.db('control') }).list(context, { limit: 10 });
    expect(listed.items.find(({ id }) => id === 'nudge')).toEqual({ ...plain, filters });
    const before = await under.version();
    await under.another({ products: [{ ...plain, filters }], clusters });
    expect(await under.version()).toBe(before);
    const free = await under.another({ products: [plain], clusters });
    expect(nudgeOf(free.view())).toEqual({ product: 'nudge', types: ['document.*'] });
  });

  it.each([
    [{ products: [{ id: 'other', title: 'x', subscriptions: ['a'], filters: { b: 'true' } }] }, 'filters'],
    [{ products: [{ id: 'other', title: 'x', subscriptions: ['a'], filters: { a: 'event.hop' } }] }, 'filters'],
    [{ products: [{ id: 'Nudge', title: 'x', subscriptions: [] }] }, 'product'],
    [{ products: [{ id: 'other', title: '', subscriptions: [] }] }, 'title'],
    [{ products: [{ id: 'other', title: 'x', subscriptions: ['document*'] }] }, 'types'],
    [{ clusters: [{ id: 'nudge-standard', product: 'nudge', tier: 'enterprise' as const }] }, 'cluster'],
  ])('refuses %j', async (overrides, field) => {
    await expect(under.another(overrides)).rejects.toMatchObject({
      code: 'CONTROL_INPUT_INVALID',
      message: expect.stringContaining(field),
    });
  });

  it('with another master key is refused, and writes nothing', async () => {
    const sql = under.database.admin('control');
    const state = () => sql('select (select version from governance), (select count(*) from data_key), (select count(*) from product)');
    const before = await state();
    const control = createControl({
      db: under.database.db('control'),
      secrets: createSecrets({ masterKey: randomBytes(32) }),
      ...emptyPorts(),
      publish: () => {},
      log: silentLog,
      clock: { now: () => Date.now() },
      products: [{ id: 'another', title: 'Another', subscriptions: [] }],
      clusters: [],
      facts: { version: '0', startedAt: 0, config: {}, evolution: async () => [], checks: async () => [] },
    });
    await expect(control.start()).rejects.toMatchObject({ code: 'AGENT_MASTER_KEY_WRONG', kind: 'setup' });
    expect(await state()).toEqual(before);
    await control.stop();
  });

  it('makes the keys of the platform once, also when several start at once', async () => {
    await using fresh = await startControl();
    await Promise.all([fresh.another(), fresh.another(), fresh.another()]);
    const keys = await fresh.database.admin('control')('select tenant_id from data_key');
    expect(keys).toEqual([{ tenant_id: null }]);
  });
});
