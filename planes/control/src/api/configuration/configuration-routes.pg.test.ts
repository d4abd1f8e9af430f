import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiUnderTest } from '../api-under-test.ts';
import { startSeededApi } from '../seeded-api.ts';
import { exampleFlag, exampleParameter, exampleRule } from './configuration-examples.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startSeededApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const limit = `/parameters/${exampleParameter.key}`;
const flag = `/flags/${exampleFlag.key}`;
const own = `${limit}/setting?level=tenant&tenant=castellan-towers`;
const reason = 'A test asked for it.';

describe('a setting', () => {
  it('is written to what If-Match names, and only then', async () => {
    const made = await api.ask('PUT', own, { body: { value: 1, reason }, headers: { 'if-none-match': '*' } });
    expect([made.status, made.body.value]).toEqual([200, 1]);
    expect((await api.ask('PUT', own, { body: { value: 2, reason }, headers: { 'if-none-match': '*' } })).status).toBe(412);
    const { etag = '' } = (await api.ask('GET', own)).headers;
    expect(etag).toBe(made.headers.etag);
    const writes = [2, 3, 4].map((value) => api.ask('PUT', own, { body: { value, reason }, headers: { 'if-match': etag } }));
    expect((await Promise.all(writes)).map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    expect((await api.ask('DELETE', `${own}&reason=done`, { headers: { 'if-match': etag } })).status).toBe(412);
    expect((await api.ask('DELETE', `${own}&reason=done`)).status).toBe(204);
    expect(await api.ask('GET', own)).toMatchObject({ status: 404, body: { code: 'CONTROL_SETTING_UNKNOWN' } });
  });

  it('is told apart by its environment', async () => {
    expect((await api.ask('PUT', `${own}&environment=sandbox`, { body: { value: 3, reason } })).status).toBe(200);
    expect((await api.ask('GET', own)).status).toBe(404);
    expect((await api.ask('GET', `${own}&environment=sandbox`)).body).toMatchObject({ environment: 'sandbox', value: 3 });
    const value = (query: string) => api.ask('GET', `${limit}/value?tenant=castellan-towers${query}`);
    expect((await value('&environment=sandbox')).body.value).toBe(3);
    expect((await value('')).body.value).not.toBe(3);
  });

  it.each([
    [own, { value: 'five', reason }, '/value'],
    [own, { value: 1000, reason }, '/value'],
    [own, { reason }, '/value'],
    [own, { value: 1 }, '/reason'],
    [own, { value: 1, reason: '' }, '/reason'],
    [own, { value: 1, reason, extra: 1 }, '/extra'],
    [`${limit}/setting?level=tenant`, { value: 1, reason }, 'tenant'],
    [`${limit}/setting?level=platform&tenant=acme`, { value: 1, reason }, 'tenant'],
    [`${limit}/setting?level=galaxy`, { value: 1, reason }, 'level'],
    [`${limit}/setting`, { value: 1, reason }, 'level'],
    [`${limit}/setting?level=product&product=pulse`, { value: 1, reason }, 'product'],
    ['/parameters/NUDGE/setting?level=platform', { value: 1, reason }, 'parameter'],
  ])('at %s is refused with %j, naming %s', async (path, body, pointer) => {
    expect(await api.ask('PUT', path, { body })).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it('comes in pages, each setting once', async () => {
    const seen: unknown[] = [];
    let next: unknown = null;
    do {
      const page = await api.ask('GET', `${limit}/settings?limit=1${next === null ? '' : `&cursor=${next}`}`);
      seen.push(
        ...(page.body.items as { at: object; environment: unknown }[]).map(({ at, environment }) => JSON.stringify([at, environment])),
      );
      next = page.body.next;
    } while (next !== null);
    expect(seen).toHaveLength(Number((await api.ask('GET', limit)).body.settings));
    expect(new Set(seen).size).toBe(seen.length);
    expect((await api.ask('GET', `${limit}/settings?cursor=other`)).status).toBe(400);
  });
});

describe('a preview', () => {
  it('without a value is of unsetting, and changes nothing', async () => {
    const before = [await api.version(), await api.audited()];
    const preview = (body: object) => api.ask('POST', `${limit}/preview`, { body });
    const place = { level: 'tenant', tenant: 'arbor-construction' };
    expect((await preview(place)).body).toMatchObject({ affected: 1, examples: [{ tenant: 'arbor-construction', before: 5, after: 20 }] });
    expect((await preview({ ...place, value: 5 })).body).toMatchObject({ affected: 0, examples: [] });
    expect(await preview({ ...place, value: null })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/value' }] } });
    const rules = [{ id: 'all', variant: 'project' }];
    expect((await api.ask('POST', `${flag}/preview`, { body: { rules } })).body).toMatchObject({ tenants: 2, bySubject: false });
    expect([await api.version(), await api.audited()]).toEqual(before);
  });
});

describe('a flag', () => {
  it('is disabled and enabled, and its rules are written to what If-Match names', async () => {
    const { etag = '' } = (await api.ask('GET', flag)).headers;
    expect((await api.ask('POST', `${flag}/disable`, { body: { reason }, headers: { 'if-match': etag } })).body.enabled).toBe(false);
    expect((await api.ask('POST', `${flag}/enable`, { body: { reason }, headers: { 'if-match': etag } })).status).toBe(412);
    expect((await api.ask('GET', `${flag}/value`)).body).toMatchObject({ value: false, reason: 'DISABLED' });
    expect((await api.ask('PUT', flag, { body: { rules: [], reason }, headers: { 'if-match': etag } })).status).toBe(412);
    expect((await api.ask('POST', `${flag}/enable`, { body: { reason } })).body).toMatchObject({ enabled: true, rules: [exampleRule] });
  });

  it.each([
    [{ rules: [{ id: 'a', variant: 'none' }], reason }, '/rules/0/variant'],
    [{ rules: [{ id: 'a' }], reason }, '/rules/0'],
    [{ rules: [{ id: 'A b', variant: 'plain' }], reason }, '/rules/0/id'],
    [{ rules: [{ id: 'a', variant: 'plain', what: 1 }], reason }, '/rules/0/what'],
    [{ rules: [{ id: 'a', tenants: [], variant: 'plain' }], reason }, '/rules/0/tenants'],
    [{ rules: [{ id: 'a', tenants: ['nobody'], variant: 'plain' }], reason }, '/rules/0/tenants'],
    [{ rules: [{ id: 'a', rollout: { seed: 's', by: 'tenant', shares: { plain: 10_001 } } }], reason }, '/rules/0/rollout/shares/plain'],
    [{ reason }, '/rules'],
  ])('is refused %j, naming %s', async (body, pointer) => {
    const refused = await api.ask('PUT', flag, { body });
    const pointers = (refused.body.errors as { pointer: string }[] | undefined)?.map((one) => one.pointer);
    expect([refused.status, new Set(pointers)]).toEqual([400, new Set([pointer])]);
  });
});

describe('the history', () => {
  it('shows each change with who made it and why, and the way back', async () => {
    await api.ask('PUT', `${limit}/setting?level=platform`, { body: { value: 11, reason } });
    const newest = async () =>
      ((await api.ask('GET', `/configuration-changes?key=${exampleParameter.key}&limit=1`)).body.items as object[])[0];
    const change = (await newest()) as { id: string };
    expect(change).toMatchObject({
      by: 'operator/operator',
      reason,
      before: { settings: [] },
      after: { settings: [{ value: 11 }] },
      rollsBack: null,
    });
    await api.ask('PUT', `${limit}/setting?level=platform`, { body: { value: 12, reason } });
    const back = (body: object) => api.ask('POST', `/configuration-changes/${change.id}/rollback`, { body: { reason, ...body } });
    expect(await back({})).toMatchObject({ status: 409, body: { code: 'CONTROL_CHANGE_SUPERSEDED' } });
    expect(await back({ force: true })).toMatchObject({ status: 200, body: { rollsBack: change.id, after: { settings: [] } } });
    expect(await newest()).toMatchObject({ rollsBack: change.id });
    expect((await api.audited()).at(-1)).toMatchObject({ action: 'configuration.rollback', target: `parameter/${exampleParameter.key}` });
    const unknown = await api.ask('POST', '/configuration-changes/019a4c1e-0000-7000-8000-000000000000/rollback', { body: { reason } });
    expect(unknown).toMatchObject({ status: 404, body: { code: 'CONTROL_CHANGE_UNKNOWN' } });
  });

  it('is that of a tenant by itself where it is asked for so', async () => {
    const { body } = await api.ask('GET', '/configuration-changes?tenant=arbor-construction');
    expect((body.items as { after: { settings: { at: object }[] } }[]).map(({ after }) => after.settings[0]?.at)).toEqual([
      { level: 'tenant', tenant: 'arbor-construction' },
    ]);
  });
});
