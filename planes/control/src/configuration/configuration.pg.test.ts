import type { FlagRule } from '@etis/contracts/configuration';
import { testContext } from '@etis/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ControlUnderTest, deployed, startControl } from '../control-under-test.ts';
import { declaredUnderTest } from './declared-under-test.ts';
import type { SettingPlace } from './parameters.ts';

const context = testContext();
const limit = 'nudge.reply.daily-limit';
const wording = 'nudge.subject.project';
const reason = 'They asked for it.';
const platform: SettingPlace = { level: 'platform' };
let under: ControlUnderTest;

beforeAll(async () => {
  under = await startControl();
  for (const [id, cluster] of [
    ['acme', 'nudge-standard'],
    ['beta', 'nudge-enterprise'],
    ['corp', 'nudge-standard'],
  ] as const) {
    await under.control.tenants.create(context, { id, name: id });
    await under.control.placements.ensure(testContext({ tenant: id }), { product: 'nudge', cluster });
  }
  await under.control.tenants.create(context, { id: 'idle', name: 'idle' });
});
afterAll(() => under[Symbol.asyncDispose]());

beforeEach(async () => {
  const sql = under.database.admin('control');
  await sql('delete from parameter_setting');
  await sql("update flag set enabled = true, rules = '[]', change_id = null");
  await sql('delete from configuration_change');
});

const parameters = () => under.control.configuration.parameters;
const flags = () => under.control.configuration.flags;
const history = () => under.control.configuration.history;
const set = (place: SettingPlace, value: unknown, key = limit) => parameters().set(context, key, { place, value, reason });
const changes = async () => (await history().list(context, { limit: 50 })).items;
const settings = async () => (await parameters().settings(context, limit, { limit: 50 })).items;

async function code(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'it was done',
    (error: { code: string }) => error.code,
  );
}

async function places(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => 'it was done',
    (error: { details: { pointer: string }[] }) => error.details?.map(({ pointer }) => pointer),
  );
}

describe('a parameter', () => {
  it('is listed as declared, with how much is set', async () => {
    await set(platform, 5);
    const declaration = declaredUnderTest.parameters[0];
    const summary = { key: limit, declaration, declared: true, settings: 1, misfits: 0 };
    expect(await parameters().list(context, { limit: 10 })).toEqual({ items: [summary], next: null });
    expect(await parameters().list(context, { limit: 10, product: 'pulse' })).toEqual({ items: [], next: null });
    expect(await parameters().get(context, limit)).toEqual(summary);
    expect(await code(parameters().get(context, 'nudge.none'))).toBe('CONTROL_PARAMETER_UNKNOWN');
  });

  it('is set at a level, audited, and in the published view when that resolves', async () => {
    const before = await under.version();
    const made = await set({ level: 'tenant', tenant: 'acme', environment: 'live' }, 7);
    const at = { level: 'tenant', tenant: 'acme' };
    expect(made).toMatchObject({ at, environment: 'live', value: 7, misfit: null, setBy: 'system/test' });
    expect(await under.version()).toBe(before + 1);
    expect(under.view().configuration.get(limit)).toEqual({
      kind: 'parameter',
      declaration: declaredUnderTest.parameters[0],
      settings: [{ at, environment: 'live', value: 7 }],
    });
    const [change] = await changes();
    expect(change).toMatchObject({ id: made.change, key: limit, reason, before: { settings: [] }, after: { settings: [{ value: 7 }] } });
    const [row] = await under.database.admin('control')(
      "select action, target, tenant_id, reason, detail from audit_entry where action = 'parameter.set' order by id desc limit 1",
    );
    expect(row).toEqual({
      action: 'parameter.set',
      target: `parameter/${limit}`,
      tenant_id: 'acme',
      reason,
      detail: { change: made.change, at, environment: 'live' },
    });
  });

  it('that is set to what it is set to changes nothing', async () => {
    const first = await set(platform, 5);
    const before = await under.version();
    expect(await set(platform, 5)).toEqual(first);
    expect([await under.version(), (await changes()).length]).toEqual([before, 1]);
  });

  it.each<[string, SettingPlace, unknown, string]>([
    ['a value of another type', platform, 'five', 'value'],
    ['a value out of bounds', platform, 201, 'value'],
    ['nothing', platform, undefined, 'value'],
    ['a level that lacks its tenant', { level: 'tenant' }, 1, 'tenant'],
    ['a level that lacks its unit', { level: 'unit', tenant: 'acme' }, 1, 'unit'],
    ['a level that lacks its tier', { level: 'tier' }, 1, 'tier'],
    ['a tier that does not exist', { level: 'tier', tier: 'huge' }, 1, 'tier'],
    ['a member that the level has not', { level: 'platform', tenant: 'acme' }, 1, 'tenant'],
    ["another product's level", { level: 'product', product: 'pulse' }, 1, 'product'],
    ['a unit with a line break', { level: 'unit', tenant: 'acme', unit: 'a\nb' }, 1, 'unit'],
  ])('is not set to %s', async (_, place, value, pointer) => {
    expect(await places(set(place, value))).toEqual([pointer]);
    expect(await changes()).toEqual([]);
  });

  it('is not set for a tenant that does not exist', async () => {
    expect(await code(set({ level: 'tenant', tenant: 'nobody' }, 1))).toBe('CONTROL_TENANT_UNKNOWN');
    expect(await changes()).toEqual([]);
  });

  it('is unset, once', async () => {
    await set(platform, 5);
    await parameters().unset(context, limit, { place: platform, reason });
    expect(await settings()).toEqual([]);
    expect(await code(parameters().unset(context, limit, { place: platform, reason }))).toBe('CONTROL_SETTING_UNKNOWN');
    expect(await code(parameters().setting(context, limit, platform))).toBe('CONTROL_SETTING_UNKNOWN');
    expect(await changes()).toMatchObject([
      { before: { settings: [{ value: 5 }] }, after: { settings: [] } },
      { before: { settings: [] }, after: { settings: [{ value: 5 }] } },
    ]);
  });

  it('has settings in pages, and those of a tenant by themselves', async () => {
    await set(platform, 1);
    await set({ ...platform, environment: 'sandbox' }, 2);
    await set({ level: 'tier', tier: 'enterprise' }, 3);
    await set({ level: 'tenant', tenant: 'acme' }, 4);
    await set({ level: 'unit', tenant: 'acme', unit: 'a/b' }, 5);
    const values: unknown[] = [];
    let after: { place: string; environment: string } | undefined;
    for (;;) {
      const page = await parameters().settings(context, limit, { limit: 2, ...(after === undefined ? {} : { after }) });
      values.push(...page.items.map(({ value }) => value));
      if (!page.more) break;
      const names = { platform: 'platform', tier: 'tier/enterprise', tenant: 'tenant/acme', unit: 'unit/acme/a/b', product: '' };
      const last = page.items.at(-1);
      after = { place: names[last?.at.level ?? 'product'], environment: last?.environment ?? '' };
    }
    expect(values.toSorted()).toEqual([1, 2, 3, 4, 5]);
    const own = await parameters().settings(context, limit, { limit: 9, tenant: 'acme' });
    expect(own.items.map(({ value }) => value)).toEqual([4, 5]);
  });

  it('is changed by one of several that expect the same', async () => {
    const { change } = await set(platform, 1);
    const attempts = [2, 3, 4, 5].map((value) =>
      parameters().set(context, limit, {
        place: platform,
        value,
        reason,
        expect(current) {
          if (current?.change !== change) throw Object.assign(new Error('stale'), { code: 'STALE' });
        },
      }),
    );
    const outcomes = await Promise.all(attempts.map(code));
    expect(outcomes.toSorted()).toEqual(['STALE', 'STALE', 'STALE', 'it was done']);
    expect(await changes()).toHaveLength(2);
  });

  it('says what counts for a tenant by its placement, and why', async () => {
    await set(platform, 5);
    await set({ level: 'tier', tier: 'enterprise' }, 9);
    expect(await parameters().value(context, limit, { tenant: 'acme' })).toMatchObject({ value: 5, reason: 'STATIC' });
    expect(await parameters().value(context, limit, { tenant: 'beta' })).toEqual({
      key: limit,
      value: 9,
      variant: null,
      reason: 'TARGETING_MATCH',
      why: ['the default is 20, overruled', 'the platform says 5, overruled', 'the tier enterprise says 9'],
    });
    expect(await parameters().value(context, limit, { tenant: 'idle', tier: 'enterprise' })).toMatchObject({ value: 9 });
    await set({ ...platform, environment: 'sandbox' }, 6);
    expect(await parameters().value(context, limit, { tenant: 'acme', environment: 'sandbox' })).toMatchObject({ value: 6 });
  });
});

describe('a preview', () => {
  it('names the tenants whose value would change, and changes nothing', async () => {
    await set({ level: 'tenant', tenant: 'corp' }, 5);
    const version = await under.version();
    expect(await parameters().preview(context, limit, { place: platform, value: 5 })).toEqual({
      tenants: 3,
      affected: 2,
      examples: [
        { tenant: 'acme', before: 20, after: 5 },
        { tenant: 'beta', before: 20, after: 5 },
      ],
      bySubject: false,
    });
    expect(await parameters().preview(context, limit, { place: { level: 'tenant', tenant: 'corp' } })).toMatchObject({
      tenants: 1,
      examples: [{ tenant: 'corp', before: 5, after: 20 }],
    });
    expect(
      await parameters().preview(context, limit, {
        place: { level: 'unit', tenant: 'acme', unit: 'bridge', environment: 'staging' },
        value: 1,
      }),
    ).toMatchObject({ affected: 1 });
    expect([await under.version(), (await changes()).length]).toEqual([version, 1]);
  });

  it('of a flag counts at the moment that is asked about', async () => {
    const rules: FlagRule[] = [{ id: 'later', clusters: ['nudge-standard'], from: '2030-01-01T00:00:00Z', variant: 'project' }];
    expect(await flags().preview(context, wording, { rules })).toMatchObject({ tenants: 3, affected: 0 });
    const then = await flags().preview(context, wording, { rules, at: '2030-01-01T00:00:00Z' });
    expect(then.examples.map(({ tenant }) => tenant)).toEqual(['acme', 'corp']);
    expect(await flags().preview(context, wording, { rules, enabled: false, at: '2031-01-01T00:00:00Z' })).toMatchObject({ affected: 0 });
    const bySubject: FlagRule[] = [{ id: 'people', rollout: { seed: 's', by: 'subject', shares: { project: 10_000 } } }];
    expect(await flags().preview(context, wording, { rules: bySubject })).toMatchObject({ affected: 0, bySubject: true });
  });
});

describe('a flag', () => {
  const rules: FlagRule[] = [{ id: 'acme', tenants: ['acme'], variant: 'project' }];

  it('gets rules, is disabled and enabled, each as a change of its own', async () => {
    const made = await flags().change(context, wording, { rules, reason });
    expect(made).toMatchObject({ key: wording, declared: true, enabled: true, rules, misfits: [], change: expect.any(String) });
    expect(under.view().configuration.get(wording)).toMatchObject({ kind: 'flag', enabled: true, rules });
    expect(await flags().value(context, wording, { tenant: 'acme' })).toMatchObject({ value: true, variant: 'project' });
    expect(await flags().change(context, wording, { enabled: false, reason })).toMatchObject({ enabled: false, rules });
    expect(await flags().value(context, wording, { tenant: 'acme' })).toMatchObject({ value: false, reason: 'DISABLED' });
    expect(await flags().change(context, wording, { enabled: false, reason })).toMatchObject({ enabled: false });
    await flags().change(context, wording, { enabled: true, reason });
    const actions = await under.database.admin('control')<{ action: string }>(
      "select action from audit_entry where target like 'flag/%' and action <> 'flag.declare' order by id desc limit 3",
    );
    expect(actions.map(({ action }) => action)).toEqual(['flag.enable', 'flag.disable', 'flag.change']);
    expect(await changes()).toHaveLength(3);
    expect(await flags().list(context, { limit: 5 })).toMatchObject({ items: [{ key: wording, rules }], next: null });
  });

  it.each<[string, FlagRule[], string]>([
    ['two rules of one id', [...rules, ...rules], '/rules/1/id'],
    ['a variant that it has not', [{ id: 'a', variant: 'none' }], '/rules/0/variant'],
    ['a rule that gives nothing', [{ id: 'a' }], '/rules/0'],
    [
      'a rule that gives two things',
      [{ id: 'a', variant: 'plain', rollout: { seed: 's', by: 'tenant', shares: { plain: 1 } } }],
      '/rules/0',
    ],
    ['no shares', [{ id: 'a', rollout: { seed: 's', by: 'tenant', shares: {} } }], '/rules/0/rollout/shares'],
    ['half a share', [{ id: 'a', rollout: { seed: 's', by: 'tenant', shares: { plain: 0.5 } } }], '/rules/0/rollout/shares'],
    [
      'more than everything',
      [{ id: 'a', rollout: { seed: 's', by: 'tenant', shares: { plain: 9_999, project: 2 } } }],
      '/rules/0/rollout/shares',
    ],
    ['an empty seed', [{ id: 'a', rollout: { seed: '', by: 'tenant', shares: { plain: 1 } } }], '/rules/0/rollout/seed'],
    ['a moment that is none', [{ id: 'a', variant: 'plain', from: 'soon' }], '/rules/0/from'],
    [
      'an end before the beginning',
      [{ id: 'a', variant: 'plain', from: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' }],
      '/rules/0/until',
    ],
    [
      'a tenant that does not exist',
      [
        { id: 'a', variant: 'plain' },
        { id: 'b', tenants: ['nobody'], variant: 'plain' },
      ],
      '/rules/1/tenants',
    ],
    ['a cluster that does not exist', [{ id: 'a', clusters: ['nowhere'], variant: 'plain' }], '/rules/0/clusters'],
    ['too many rules', Array.from({ length: 51 }, (_, index) => ({ id: `r${index}`, variant: 'plain' })), '/rules'],
  ])('does not get %s', async (_, wrong, pointer) => {
    expect(await places(flags().change(context, wording, { rules: wrong, reason }))).toEqual([pointer]);
    expect(await places(flags().preview(context, wording, { rules: wrong }))).toEqual([pointer]);
    expect(await changes()).toEqual([]);
  });

  it('that is none is not known', async () => {
    expect(await code(flags().get(context, limit))).toBe('CONTROL_FLAG_UNKNOWN');
    expect(await code(flags().change(context, 'x.y', { enabled: false, reason }))).toBe('CONTROL_FLAG_UNKNOWN');
    expect(await code(flags().value(context, 'x.y', {}))).toBe('CONTROL_FLAG_UNKNOWN');
  });
});

describe('a roll-back', () => {
  const back = (id: string, force?: boolean) => history().rollback(context, id, { reason: 'It was wrong.', force });

  it('makes a setting what it was, and can be rolled back itself', async () => {
    await set(platform, 1);
    const { change } = await set(platform, 2);
    const undone = await back(change);
    expect(undone).toMatchObject({ rollsBack: change, before: { settings: [{ value: 2 }] }, after: { settings: [{ value: 1 }] } });
    expect(await settings()).toMatchObject([{ value: 1, change: undone.id }]);
    await back(undone.id);
    expect(await settings()).toMatchObject([{ value: 2 }]);
  });

  it('of a first setting unsets it, and of an unsetting sets it again', async () => {
    const { change } = await set(platform, 1);
    const undone = await back(change);
    expect(await settings()).toEqual([]);
    await back(undone.id);
    expect(await settings()).toMatchObject([{ value: 1 }]);
    expect(under.view().configuration.get(limit)).toMatchObject({ settings: [{ value: 1 }] });
  });

  it('is refused where the same was changed since, and not where something else was; force does it all the same', async () => {
    const { change } = await set(platform, 1);
    await set({ ...platform, environment: 'sandbox' }, 3);
    await set({ level: 'tier', tier: 'standard' }, 3);
    await set(platform, 2);
    expect(await code(back(change))).toBe('CONTROL_CHANGE_SUPERSEDED');
    await back(change, true);
    expect((await settings()).map(({ value }) => value)).toEqual([3, 3]);
    expect(await code(back(change, true))).toBe('CONTROL_CHANGE_UNDONE');
  });

  it('makes a flag what it was, rules and all', async () => {
    await flags().change(context, wording, { rules: [{ id: 'a', variant: 'project' }], reason });
    const { change } = await flags().change(context, wording, { enabled: false, rules: [], reason });
    await back(change ?? '');
    expect(await flags().get(context, wording)).toMatchObject({ enabled: true, rules: [{ id: 'a' }] });
    expect(await code(back(change ?? ''))).toBe('CONTROL_CHANGE_SUPERSEDED');
    expect(await code(back(change ?? '', true))).toBe('CONTROL_CHANGE_UNDONE');
  });

  it('of a change that is not known is refused', async () => {
    expect(await code(back('019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10'))).toBe('CONTROL_CHANGE_UNKNOWN');
  });

  it('happens once, however many ask for it', async () => {
    const { change } = await set(platform, 1);
    const outcomes = await Promise.all([back(change), back(change), back(change)].map(code));
    expect(outcomes.toSorted()).toEqual(['CONTROL_CHANGE_SUPERSEDED', 'CONTROL_CHANGE_SUPERSEDED', 'it was done']);
  });
});

describe('the history', () => {
  it('is read newest first in pages, by key and by tenant', async () => {
    for (const value of [1, 2, 3]) await set({ level: 'tenant', tenant: 'acme' }, value);
    await flags().change(context, wording, { enabled: false, reason });
    const first = await history().list(context, { limit: 2 });
    const second = await history().list(context, { limit: 2, cursor: first.next ?? '' });
    expect([...first.items, ...second.items].map(({ key }) => key)).toEqual([wording, limit, limit, limit]);
    expect(second.next).toBeNull();
    expect((await history().list(context, { limit: 9, key: wording })).items).toHaveLength(1);
    expect((await history().list(context, { limit: 9, tenant: 'acme' })).items).toHaveLength(3);
  });

  it('keeps the newest thousand of a key', async () => {
    const sql = under.database.admin('control');
    await sql(
      `insert into configuration_change (id, key, place, at, by, reason, after)
       select gen_random_uuid(), $1, 'platform', now(), 'x', 'y', '{}' from generate_series(1, 1100)`,
      [limit],
    );
    await set(platform, 1);
    const [row] = await sql<{ count: number }>('select count(*)::int as count from configuration_change where key = $1', [limit]);
    expect(row?.count).toBe(1_000);
  });
});

describe('a deployment', () => {
  const products = (configuration?: unknown) => [
    { ...deployed.products[0], ...(configuration === undefined ? { configuration: undefined } : { configuration }) },
    ...deployed.products.slice(1),
  ];
  const start = (configuration?: unknown) => under.another({ products: products(configuration) } as never);
  const restore = () => under.another();

  it('that narrows a type keeps what does not fit, says so, and lets the default count', async () => {
    await set(platform, 150);
    await set({ level: 'tier', tier: 'standard' }, 10);
    const [declaration] = declaredUnderTest.parameters;
    const narrowed = { ...declaration, value: { type: 'number', maximum: 100 }, default: 30 };
    await start({ parameters: [narrowed], flags: declaredUnderTest.flags });
    expect(await parameters().get(context, limit)).toMatchObject({ settings: 2, misfits: 1, declaration: narrowed });
    expect(await settings()).toMatchObject([
      { value: 150, misfit: 'it is above 100' },
      { value: 10, misfit: null },
    ]);
    expect(await parameters().value(context, limit, { tenant: 'beta' })).toMatchObject({ value: 30, reason: 'ERROR' });
    expect(await parameters().value(context, limit, { tenant: 'acme' })).toMatchObject({ value: 10 });
    await restore();
    expect(await parameters().get(context, limit)).toMatchObject({ misfits: 0 });
  });

  it('that takes a variant away names the rules that gave it', async () => {
    await flags().change(context, wording, { rules: [{ id: 'all', variant: 'project' }], reason });
    const [declaration] = declaredUnderTest.flags;
    await start({ parameters: declaredUnderTest.parameters, flags: [{ ...declaration, variants: { plain: false } }] });
    expect(await flags().get(context, wording)).toMatchObject({ misfits: ['all'] });
    expect(await flags().value(context, wording, {})).toMatchObject({ variant: 'plain', reason: 'ERROR' });
    await restore();
  });

  it('that declares them no more shows what was set as undeclared, and drops the rest', async () => {
    await set(platform, 5);
    await start();
    expect(await parameters().get(context, limit)).toMatchObject({ declared: false, settings: 1 });
    expect(await code(flags().get(context, wording))).toBe('CONTROL_FLAG_UNKNOWN');
    await parameters().unset(context, limit, { place: platform, reason });
    await start();
    expect(await code(parameters().get(context, limit))).toBe('CONTROL_PARAMETER_UNKNOWN');
    const again = await restore();
    expect(await parameters().get(context, limit)).toMatchObject({ declared: true, settings: 0 });
    expect([...again.view().configuration.keys()]).toEqual([limit, wording]);
  });

  it('that declares the same changes nothing', async () => {
    const before = await under.version();
    await restore();
    expect(await under.version()).toBe(before);
  });

  it('that makes a flag of a parameter forgets what was set', async () => {
    await set(platform, 5);
    const [flag] = declaredUnderTest.flags;
    await start({ parameters: [], flags: [{ ...flag, key: limit }] });
    expect(await code(parameters().get(context, limit))).toBe('CONTROL_PARAMETER_UNKNOWN');
    expect(await flags().get(context, limit)).toMatchObject({ rules: [] });
    await restore();
    expect(await settings()).toEqual([]);
  });

  it.each([
    ['of another product', { key: 'pulse.x', product: 'pulse' }],
    ['with a default that does not fit', { default: 'x' }],
    ['with a key that is none', { key: 'nudge.X' }],
  ])('of a parameter %s is refused', async (_, part) => {
    const [declaration] = declaredUnderTest.parameters;
    await expect(start({ parameters: [{ ...declaration, ...part }], flags: [] })).rejects.toMatchObject({
      code: 'CONTROL_DECLARATION_INVALID',
      kind: 'setup',
    });
  });
});

describe('whoever acts for a tenant', () => {
  it('reaches none of it in the database', async () => {
    const db = under.database.db('control');
    for (const table of ['parameter', 'parameter_setting', 'flag', 'configuration_change', 'configuration_entry']) {
      const attempt = db.tenant(testContext({ tenant: 'acme' }), (tx) => tx.query(`select from ${table}`));
      await expect(attempt, table).rejects.toThrow(/permission denied/);
    }
  });
});
