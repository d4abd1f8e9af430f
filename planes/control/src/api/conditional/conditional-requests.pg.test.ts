import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiUnderTest } from '../api-under-test.ts';
import { startSeededApi } from '../seeded-api.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startSeededApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const entry = '/tenants/arbor-construction/resolver-entry?system=autodesk&kind=project&externalId=6f1d2c58-9a30-4c7e-8b52-3de0a1f4c901';

/** Every single thing that can be changed, with two changes of it. */
const resources: readonly (readonly [path: string, method: string, one: object, other: object])[] = [
  ['/tenants/arbor-construction', 'PATCH', { name: 'One' }, { name: 'Other' }],
  ['/connections/autodesk', 'PATCH', { enabled: false }, { enabled: true }],
  [entry, 'PUT', { project: 'one' }, { project: 'other' }],
];

describe('a read', () => {
  it.each([
    '/tenants/arbor-construction',
    '/tenants/arbor-construction/placements/nudge',
    entry,
    '/connections/autodesk',
    '/clusters/nudge-standard',
    '/events/019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71',
    '/flows/019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10',
    '/jobs/019a4c1e-7e01-7a55-8c12-6b7d8e9fa0b1',
    '/tenants/arbor-construction/schedules/weekly-digest',
  ])('of %s has an ETag, and is not sent to whoever has it', async (path) => {
    const first = await api.ask('GET', path);
    expect(first.headers.etag).toMatch(/^"[\w-]{27}"$/);
    for (const known of [first.headers.etag, `W/${first.headers.etag}`, `"other", ${first.headers.etag}`, '*']) {
      const again = await api.ask('GET', path, { headers: { 'if-none-match': known ?? '' } });
      expect([again.status, again.text, again.headers.etag]).toEqual([304, '', first.headers.etag]);
    }
    for (const unknown of ['"other"', 'not a tag']) {
      expect(await api.ask('GET', path, { headers: { 'if-none-match': unknown } })).toMatchObject({ status: 200, text: first.text });
    }
  });
});

describe('a write', () => {
  it.each(resources)('of %s happens only to what If-Match names', async (path, method, one, other) => {
    const { etag = '' } = (await api.ask('GET', path)).headers;
    const written = await api.ask(method, path, { body: one, headers: { 'if-match': `"elsewhere", ${etag}` } });
    expect(written.status).toBe(200);
    expect(written.headers.etag).not.toBe(etag);
    expect((await api.ask('GET', path)).headers.etag).toBe(written.headers.etag);
    const before = await api.audited();
    for (const stale of [etag, `W/${written.headers.etag}`]) {
      const refused = await api.ask(method, path, { body: other, headers: { 'if-match': stale } });
      expect(refused).toMatchObject({ status: 412, body: { code: 'CONTROL_PRECONDITION_FAILED' } });
    }
    expect(await api.audited()).toEqual(before);
    expect((await api.ask(method, path, { body: other, headers: { 'if-match': '*' } })).status).toBe(200);
    expect((await api.ask(method, path, { body: one })).status).toBe(200);
  });

  it.each(resources)('of %s: of several that saw the same, one happens', async (path, method, one, other) => {
    await api.ask(method, path, { body: one });
    const { etag = '' } = (await api.ask('GET', path)).headers;
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => api.ask(method, path, { body: other, headers: { 'if-match': etag } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
  });

  it('makes what is not there yet, and only then, with If-None-Match: *', async () => {
    const path = '/tenants/arbor-construction/placements/pulse';
    const headers = { 'if-none-match': '*' };
    const body = { cluster: 'pulse-standard' };
    const answers = await Promise.all(Array.from({ length: 4 }, () => api.ask('PUT', path, { body, headers })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
    expect((await api.ask('PUT', path, { body })).status).toBe(200);
    const made = await api.ask('PUT', '/tenants/arbor-construction/resolver-entry?system=autodesk&kind=hub&externalId=new', {
      body: {},
      headers,
    });
    expect(made.status).toBe(200);
  });

  it('of what is not there fails with any If-Match', async () => {
    const headers = { 'if-match': '*' };
    expect(
      (await api.ask('PUT', '/tenants/castellan-towers/placements/pulse', { body: { cluster: 'pulse-standard' }, headers })).status,
    ).toBe(412);
    expect((await api.ask('DELETE', `${entry}-none`, { headers })).status).toBe(412);
    expect((await api.ask('PATCH', '/tenants/nobody', { body: { name: 'x' }, headers })).status).toBe(404);
  });

  it('that takes away heeds If-Match too', async () => {
    const path = '/connections/autodesk-retired';
    expect((await api.ask('DELETE', path, { headers: { 'if-match': '"stale"' } })).status).toBe(412);
    const { etag = '' } = (await api.ask('GET', path)).headers;
    expect((await api.ask('DELETE', path, { headers: { 'if-match': etag } })).status).toBe(204);
  });

  it('of a secret heeds If-Match: two operators do not rotate over each other', async () => {
    const { etag = '' } = (await api.ask('GET', '/connections/autodesk')).headers;
    const rotate = () => api.ask('POST', '/connections/autodesk/rotate', { body: {}, headers: { 'if-match': etag } });
    const answers = await Promise.all([rotate(), rotate(), rotate()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  });

  it.each([
    ['if-match', 'not a tag', 'If-Match'],
    ['if-match', '', 'If-Match'],
    ['if-none-match', '"a"', 'If-None-Match'],
  ])('with %s: %s is refused with the place', async (name, value, pointer) => {
    const refused = await api.ask('PATCH', '/tenants/arbor-construction', { body: { name: 'x' }, headers: { [name]: value } });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });
});
