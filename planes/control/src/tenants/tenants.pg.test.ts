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
