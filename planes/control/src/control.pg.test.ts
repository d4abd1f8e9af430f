import type { Context } from '@etis/contracts/context';
import { silentLog } from '@etis/kernel';
import { eventually, testContext } from '@etis/testing';
import { describe, expect, it } from 'vitest';
import { type ControlUnderTest, startControl } from './control-under-test.ts';
import type { Control } from './index.ts';

const operator = testContext({ actor: { kind: 'operator', id: 'operator' } });
const acme = { ...operator, tenant: 'acme' };
const mapping = { system: 'autodesk', kind: 'hub', externalId: 'h-1', project: null, region: 'EMEA', product: null };

/** Every change that can be asked for, in an order in which each one changes something, with the audit row that it leaves. */
const changes: readonly [
  action: string,
  target: string,
  tenant: string | null,
  change: (control: Control, context: Context) => Promise<unknown>,
][] = [
  ['tenant.create', 'tenant/acme', null, ({ tenants }, context) => tenants.create(context, { id: 'acme', name: 'Acme' })],
  ['tenant.rename', 'tenant/acme', null, ({ tenants }, context) => tenants.ensure(context, { id: 'acme', name: 'Acme AG' })],
  ['tenant.suspend', 'tenant/acme', null, ({ tenants }, context) => tenants.update(context, 'acme', { status: 'suspended' })],
  ['tenant.activate', 'tenant/acme', null, ({ tenants }, context) => tenants.update(context, 'acme', { status: 'active' })],
  [
    'placement.create',
    'placement/acme/nudge',
    'acme',
    ({ placements }) => placements.ensure(acme, { product: 'nudge', cluster: 'nudge-standard' }),
  ],
  ['resolver.map', 'resolver/autodesk/hub/h-1', 'acme', ({ resolver }) => resolver.ensure(acme, mapping)],
  ['resolver.change', 'resolver/autodesk/hub/h-1', 'acme', ({ resolver }) => resolver.ensure(acme, { ...mapping, region: 'US' })],
  ['resolver.remove', 'resolver/autodesk/hub/h-1', 'acme', ({ resolver }) => resolver.remove(acme, mapping)],
  [
    'connection.create',
    'connection/autodesk',
    null,
    ({ connections }, context) => connections.create(context, { id: 'autodesk', source: 'autodesk', tenant: null }),
  ],
  ['connection.disable', 'connection/autodesk', null, ({ connections }, context) => connections.setEnabled(context, 'autodesk', false)],
  ['connection.enable', 'connection/autodesk', null, ({ connections }, context) => connections.setEnabled(context, 'autodesk', true)],
  ['connection.rotate', 'connection/autodesk', null, ({ connections }, context) => connections.rotate(context, 'autodesk')],
];

function auditRows(under: ControlUnderTest, action: string): Promise<readonly object[]> {
  return under.database.admin('control')(
    'select target, tenant_id as tenant, actor_kind as actor, trace from audit_entry where action = $1',
    [action],
  );
}

describe('every change', () => {
  it('leaves one audit row with who and what, raises the version, and is in the view when it resolves', async () => {
    await using under = await startControl();
    for (const [action, target, tenant, change] of changes) {
      const before = await under.version();
      await change(under.control, operator);
      expect(await auditRows(under, action), action).toEqual([{ target, tenant, actor: 'operator', trace: operator.trace }]);
      expect(await under.version(), action).toBeGreaterThan(before);
      expect(under.view().version, action).toBe(await under.version());
    }
  });

  it('of what is deployed is audited as the control plane itself', async () => {
    await using under = await startControl();
    for (const [action, count] of [
      ['product.register', 2],
      ['cluster.register', 3],
    ] as const) {
      const rows = await auditRows(under, action);
      expect(rows).toHaveLength(count);
      for (const row of rows) expect(row).toMatchObject({ actor: 'system', tenant: null });
    }
  });

  it('is there whole or not at all: without its audit row it does not happen', async () => {
    await using under = await startControl();
    const state = () =>
      under.database.admin('control')(
        `select (select version from governance), (select count(*) from tenant) as tenants, (select count(*) from data_key) as keys,
           (select count(*) from connection) as connections, (select count(*) from placement) as placements`,
      );
    await under.control.tenants.create(operator, { id: 'acme', name: 'Acme' });
    const before = await state();
    await under.database.admin('control')(
      `alter table audit_entry add constraint refused check (action not in ('tenant.create', 'connection.create', 'placement.create')) not valid`,
    );
    const { tenants, connections, placements } = under.control;
    await expect(tenants.create(operator, { id: 'beta', name: 'Beta' })).rejects.toThrow(/refused/);
    await expect(connections.create(operator, { id: 'autodesk', source: 'autodesk', tenant: null })).rejects.toThrow(/refused/);
    await expect(placements.ensure(acme, { product: 'nudge', cluster: 'nudge-standard' })).rejects.toThrow(/refused/);
    expect(await state()).toEqual(before);
    expect(under.view().tenants.has('beta')).toBe(false);
  });
});

describe('the control plane', () => {
  it('looks at the version again and again without leaving audit rows', async () => {
    let polls = 0;
    await using under = await startControl();
    const count = async () => Number((await under.database.admin('control')<{ n: string }>('select count(*) as n from audit_entry'))[0]?.n);
    const db = under.database.db('control');
    const counted: typeof db = {
      ...db,
      statement(text, values) {
        polls += 1;
        return db.statement(text, values);
      },
    };
    await under.another({ db: counted, pollMs: 1 });
    const before = await count();
    await eventually(() => polls > 10);
    expect(await count()).toBe(before);
  });

  it('stops for good, more than once, and starts again', async () => {
    await using under = await startControl();
    const { control } = under;
    await control.stop();
    await control.stop();
    await under.database.admin('control')("insert into tenant (id, name) values ('meanwhile', 'Meanwhile')");
    await control.start();
    expect(under.view().tenants.has('meanwhile')).toBe(true);
  });

  it('stops although it was never started, or did not start', async () => {
    await using under = await startControl();
    await expect(under.another({ products: [{ id: '', title: '', subscriptions: [] }] })).rejects.toMatchObject({
      code: 'CONTROL_INPUT_INVALID',
    });
  });

  it('goes on after an outage of its database, and publishes what changed meanwhile', async () => {
    await using under = await startControl();
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (_fields: object, message: string) => void warnings.push(message) };
    const other = await under.another({ log });
    const sql = under.database.admin('control');
    await sql("insert into tenant (id, name) values ('outage', 'Outage')");
    await sql(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename in ('etis_platform', 'etis_control')",
    );
    await eventually(() => other.view().tenants.has('outage'));
    expect(other.view().version).toBe(await under.version());
  });

  it('leaves the version where it is when the same demonstration is set up twice', async () => {
    await using under = await startControl();
    const { tenants, placements, connections, resolver } = under.control;
    const seed = async () => {
      await connections.ensure(operator, { id: 'autodesk', source: 'autodesk', tenant: null });
      await tenants.ensure(operator, { id: 'acme', name: 'Acme' });
      await placements.ensure(acme, { product: 'nudge', cluster: 'nudge-enterprise' });
      await resolver.ensure(acme, mapping);
    };
    await seed();
    const [version, view] = [await under.version(), under.view()];
    await seed();
    expect(await under.version()).toBe(version);
    expect(under.view()).toBe(view);
  });
});
