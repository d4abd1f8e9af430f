import { testContext } from '@etis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlUnderTest, startControl } from '../control-under-test.ts';

const context = testContext({ actor: { kind: 'operator', id: 'operator' } });
let under: ControlUnderTest;

beforeAll(async () => {
  under = await startControl();
});
afterAll(() => under[Symbol.asyncDispose]());

function audited(target: string): Promise<readonly object[]> {
  return under.database.admin('control')(
    'select action, actor_id, tenant_id, detail, trace from audit_entry where target = $1 order by at, id',
    [target],
  );
}

describe('a tenant', () => {
  it('is created once, with a data key of its own, and audited', async () => {
    await under.control.tenants.create(context, { id: 'acme', name: 'Acme GmbH' });
    await expect(under.control.tenants.create(context, { id: 'acme', name: 'Other' })).rejects.toMatchObject({
      code: 'CONTROL_TENANT_EXISTS',
      kind: 'conflict',
    });
    expect(under.view().tenants.get('acme')?.name).toBe('Acme GmbH');
    expect(await under.database.admin('control')("select count(*)::int from data_key where tenant_id = 'acme'")).toEqual([{ count: 1 }]);
    expect(await audited('tenant/acme')).toEqual([
      { action: 'tenant.create', actor_id: 'operator', tenant_id: null, detail: { name: 'Acme GmbH' }, trace: context.trace },
    ]);
  });

  it('is ensured: twice is once, another name is a new name, the status stays', async () => {
    const { tenants } = under.control;
    await tenants.ensure(context, { id: 'beta', name: 'Beta' });
    await tenants.update(context, 'beta', { status: 'suspended' });
    const before = await under.version();
    await tenants.ensure(context, { id: 'beta', name: 'Beta' });
    expect(await under.version()).toBe(before);
    await tenants.ensure(context, { id: 'beta', name: 'Beta AG' });
    expect(under.view().tenants.get('beta')).toEqual({ id: 'beta', name: 'Beta AG', status: 'suspended' });
    expect((await audited('tenant/beta')).map((row) => (row as { action: string }).action)).toEqual([
      'tenant.create',
      'tenant.suspend',
      'tenant.rename',
    ]);
  });

  it('is suspended and activated, each once', async () => {
    const { tenants } = under.control;
    await tenants.create(context, { id: 'gamma', name: 'Gamma' });
    await tenants.update(context, 'gamma', { status: 'suspended' });
    const before = await under.version();
    await tenants.update(context, 'gamma', { status: 'suspended' });
    expect(await under.version()).toBe(before);
    await tenants.update(context, 'gamma', { status: 'active' });
    expect(under.view().tenants.get('gamma')?.status).toBe('active');
    await expect(tenants.update(context, 'nobody', { status: 'active' })).rejects.toMatchObject({
      code: 'CONTROL_TENANT_UNKNOWN',
      kind: 'not-found',
    });
  });

  it.each([
    ['', 'Name'],
    ['Acme', 'Name'],
    ['1acme', 'Name'],
    ['-acme', 'Name'],
    ['ac_me', 'Name'],
    ['acme/nudge', 'Name'],
    ['a'.repeat(41), 'Name'],
    ["a'; drop table tenant; --", 'Name'],
    ['platform', 'Name'],
    ['system', 'Name'],
    ['fine', ''],
    ['fine', ' Name'],
    ['fine', 'Na\u0000me'],
    ['fine', 'Na\nme'],
    ['fine', '\ud800'],
    ['fine', 'x'.repeat(201)],
  ])('is refused as %j with the name %j, before the database hears of it', async (id, name) => {
    const before = await under.version();
    for (const method of ['create', 'ensure'] as const) {
      await expect(under.control.tenants[method](context, { id, name })).rejects.toMatchObject({
        code: 'CONTROL_INPUT_INVALID',
        kind: 'invalid',
      });
    }
    expect(await under.version()).toBe(before);
  });

  it('is made once when many ask at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => under.control.tenants.ensure(context, { id: 'rush', name: 'Rush' })));
    expect(await under.database.admin('control')("select count(*)::int from data_key where tenant_id = 'rush'")).toEqual([{ count: 1 }]);
    expect(await audited('tenant/rush')).toHaveLength(1);
  });
});

describe('the list', () => {
  it('shows every tenant once, page by page, with its placements', async () => {
    await using fresh = await startControl();
    const { tenants, placements } = fresh.control;
    for (const id of ['c', 'a', 'e', 'b', 'd']) await tenants.create(context, { id, name: id.toUpperCase() });
    await placements.ensure(testContext({ tenant: 'b' }), { product: 'pulse', cluster: 'pulse-standard' });
    await placements.ensure(testContext({ tenant: 'b' }), { product: 'nudge', cluster: 'nudge-standard' });
    const ids: string[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const page = await tenants.list(context, cursor === null ? { limit: 2 } : { limit: 2, cursor });
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.next;
      pages += 1;
    } while (cursor !== null);
    expect([ids, pages]).toEqual([['a', 'b', 'c', 'd', 'e'], 3]);
    const { items } = await tenants.list(context, { limit: 200 });
    expect(items[1]).toMatchObject({
      id: 'b',
      name: 'B',
      status: 'active',
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      placements: [
        { product: 'nudge', cluster: 'nudge-standard' },
        { product: 'pulse', cluster: 'pulse-standard' },
      ],
    });
  });

  it('leaves an audit row that says why it looked across tenants', async () => {
    await under.control.tenants.list(context, { limit: 1 });
    const rows = await under.database.admin('control')("select actor_id from audit_entry where reason = 'list tenants'");
    expect(rows).toContainEqual({ actor_id: 'operator' });
  });
});

describe('erasing', () => {
  const place = { table: 't', column: 'c', row: 'r' };
  const admin = (text: string) => under.database.admin('control')(text);

  it('destroys the key of a suspended tenant for good, with the secrets that it sealed, and says who did it and why', async () => {
    const { tenants, connections } = under.control;
    await tenants.create(context, { id: 'leaving', name: 'Leaving' });
    await tenants.create(context, { id: 'staying', name: 'Staying' });
    await connections.create(context, { id: 'leaving-acc', source: 'autodesk', tenant: 'leaving' });
    const sealed = Object.fromEntries(['leaving', 'staying'].map((tenant) => [tenant, under.vault.seal('x', { ...place, tenant })]));
    const opened = (tenant: string) => under.vault.open(sealed[tenant] ?? '', { ...place, tenant });
    await expect(tenants.erase(context, 'leaving', 'it left')).rejects.toMatchObject({ code: 'CONTROL_TENANT_ACTIVE', kind: 'conflict' });
    expect([opened('leaving'), await tenants.keyOf(context, 'leaving')]).toEqual(['x', 'tenant']);

    await tenants.update(context, 'leaving', { status: 'suspended' });
    await tenants.erase(context, 'leaving', 'it left');
    expect(() => opened('leaving')).toThrow(expect.objectContaining({ code: 'AGENT_SECRET_UNREADABLE' }));
    expect(opened('staying')).toBe('x');
    expect(await admin("select 1 from data_key where tenant_id = 'leaving'")).toEqual([]);
    expect(await admin("select 1 from connection_secret where connection_id = 'leaving-acc'")).toEqual([]);
    expect(under.view().connections.get('leaving-acc')?.secrets).toEqual([]);
    expect(await tenants.keyOf(context, 'leaving')).toBe('erased');

    await tenants.erase(context, 'leaving', 'again');
    expect(await admin("select action, reason from audit_entry where action = 'tenant.erase'")).toEqual([
      { action: 'tenant.erase', reason: 'it left' },
    ]);
  });

  it('is refused of nobody, and without a reason', async () => {
    await expect(under.control.tenants.erase(context, 'nobody', 'it left')).rejects.toMatchObject({ code: 'CONTROL_TENANT_UNKNOWN' });
    await expect(under.control.tenants.erase(context, 'acme', '')).rejects.toMatchObject({ code: 'CONTROL_INPUT_INVALID' });
  });

  it('leaves the key of the platform for whom nobody knows', async () => {
    expect(await under.control.tenants.keyOf(context, 'nobody')).toBe('platform');
  });

  it('takes the key out of use in every process, also where it comes again', async () => {
    const key = under.vault.newDataKey('passing');
    await admin("insert into tenant (id, name, status) values ('passing', 'Passing', 'suspended')");
    await admin(`insert into data_key (id, tenant_id, wrapped) values ('${key.id}', 'passing', '${key.wrapped}')`);
    await under.control.tenants.update(context, 'passing', { name: 'Passing by' });
    expect(await under.control.tenants.keyOf(context, 'passing')).toBe('tenant');
    // As another process does it.
    await admin(`delete from data_key where id = '${key.id}'; insert into erased_key (id, tenant_id) values ('${key.id}', 'passing')`);
    await under.control.tenants.update(context, 'passing', { name: 'Passing on' });
    under.vault.addDataKey(key);
    expect([under.vault.has('passing'), await under.control.tenants.keyOf(context, 'passing')]).toEqual([false, 'erased']);
  });
});
