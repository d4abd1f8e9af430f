import { testContext } from '@etis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlUnderTest, startControl } from '../control-under-test.ts';

const operator = testContext();
const acme = testContext({ tenant: 'acme' });
const beta = testContext({ tenant: 'beta' });
const nobody = testContext({ tenant: 'nobody' });
const project = { system: 'autodesk', kind: 'project', externalId: 'p-1', project: 'bridge', region: null, product: null };
let under: ControlUnderTest;

beforeAll(async () => {
  under = await startControl();
  for (const id of ['acme', 'beta']) await under.control.tenants.create(operator, { id, name: id });
  await under.control.placements.ensure(acme, { product: 'nudge', cluster: 'nudge-standard' });
  await under.control.resolver.ensure(acme, project);
});
afterAll(() => under[Symbol.asyncDispose]());

describe('placements', () => {
  it('are ensured: the same one twice changes nothing', async () => {
    const before = await under.version();
    await under.control.placements.ensure(acme, { product: 'nudge', cluster: 'nudge-standard' });
    expect(await under.version()).toBe(before);
    expect(await under.control.placements.list(acme, { limit: 10 })).toEqual({
      items: [{ tenant: 'acme', product: 'nudge', cluster: 'nudge-standard' }],
      next: null,
    });
  });

  it.each([
    ['on a second cluster', acme, { product: 'nudge', cluster: 'nudge-enterprise' }, 'CONTROL_PLACEMENT_EXISTS'],
    ['on a cluster that is not there', acme, { product: 'pulse', cluster: 'pulse-galaxy' }, 'CONTROL_CLUSTER_UNKNOWN'],
    ["on another product's cluster", acme, { product: 'pulse', cluster: 'nudge-standard' }, 'CONTROL_CLUSTER_UNKNOWN'],
    ['of a product that is not there', acme, { product: 'galaxy', cluster: 'nudge-standard' }, 'CONTROL_CLUSTER_UNKNOWN'],
    ['of a tenant that is not there', nobody, { product: 'nudge', cluster: 'nudge-standard' }, 'CONTROL_TENANT_UNKNOWN'],
    ['with a malformed product', acme, { product: 'Nudge', cluster: 'nudge-standard' }, 'CONTROL_INPUT_INVALID'],
    ['with a malformed cluster', acme, { product: 'nudge', cluster: '' }, 'CONTROL_INPUT_INVALID'],
  ])('%s are refused', async (_case, context, placement, code) => {
    const before = await under.version();
    await expect(under.control.placements.ensure(context, placement)).rejects.toMatchObject({ code });
    expect(await under.version()).toBe(before);
  });
});

describe('the resolver', () => {
  it('is ensured: the same entry twice changes nothing, another project is taken over', async () => {
    const before = await under.version();
    await under.control.resolver.ensure(acme, project);
    expect(await under.version()).toBe(before);
    await under.control.resolver.ensure(acme, { ...project, project: 'tunnel', region: 'US' });
    expect((await under.control.resolver.list(acme, { limit: 10 })).items).toEqual([{ ...project, project: 'tunnel', region: 'US' }]);
    await under.control.resolver.ensure(acme, project);
  });

  it("does not give one tenant's id to another, nor say whose it is", async () => {
    const error = await under.control.resolver.ensure(beta, project).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'CONTROL_RESOLVER_TAKEN', kind: 'conflict' });
    expect((error as Error).message).not.toContain('acme');
    await under.control.resolver.remove(beta, project);
    expect((await under.control.resolver.list(acme, { limit: 10 })).items).toHaveLength(1);
  });

  it.each([
    { system: '' },
    { system: 'Autodesk' },
    { kind: '' },
    { kind: 'pro ject' },
    { externalId: '' },
    { externalId: 'x\u0000' },
    { externalId: 'x'.repeat(501) },
    { project: '' },
    { project: 'x'.repeat(201) },
    { region: 'x'.repeat(41) },
  ])('refuses %j', async (part) => {
    await expect(under.control.resolver.ensure(acme, { ...project, ...part })).rejects.toMatchObject({ code: 'CONTROL_INPUT_INVALID' });
  });

  it('refuses an entry of a tenant that is not there', async () => {
    await expect(under.control.resolver.ensure(nobody, { ...project, externalId: 'free' })).rejects.toMatchObject({
      code: 'CONTROL_TENANT_UNKNOWN',
    });
  });
});

describe("another tenant's rows", () => {
  const db = () => under.database.db('control');

  it.each(['placement', 'resolver_entry'])('of %s can be neither read nor changed nor taken', async (table) => {
    const stored = () => under.database.admin('control')(`select * from ${table}`);
    const before = await stored();
    expect(before).toHaveLength(1);
    expect(await db().tenant(beta, (tx) => tx.query(`select * from ${table}`))).toEqual([]);
    expect(await db().tenant(beta, (tx) => tx.query(`update ${table} set created_at = now() returning *`))).toEqual([]);
    expect(await db().tenant(beta, (tx) => tx.query(`delete from ${table} returning *`))).toEqual([]);
    await expect(db().tenant(acme, (tx) => tx.query(`update ${table} set tenant_id = 'beta'`))).rejects.toThrow(/row-level security/);
    expect(await stored()).toEqual(before);
  });

  it('cannot be written into another tenant', async () => {
    const intoAcme = "insert into placement (tenant_id, product_id, cluster_id) values ('acme', 'pulse', 'pulse-standard')";
    await expect(db().tenant(beta, (tx) => tx.query(intoAcme))).rejects.toThrow(/row-level security/);
    const mapping = "insert into resolver_entry (tenant_id, system, kind, external_id) values ('acme', 'autodesk', 'hub', 'h')";
    await expect(db().tenant(beta, (tx) => tx.query(mapping))).rejects.toThrow(/row-level security/);
  });

  it.each(['tenant', 'product', 'cluster', 'connection', 'connection_secret', 'data_key', 'governance'])(
    'of %s are closed to the tenant role altogether',
    async (table) => {
      for (const statement of [`select * from ${table}`, `delete from ${table}`]) {
        await expect(db().tenant(acme, (tx) => tx.query(statement))).rejects.toThrow(/permission denied/);
      }
    },
  );
});
