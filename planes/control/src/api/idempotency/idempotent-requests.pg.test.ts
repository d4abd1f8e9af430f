import { createSecrets } from '@etis/agent';
import { testContext } from '@etis/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ApiUnderTest, startApi } from '../api-under-test.ts';
import { exampleRecord } from '../seeded-api.ts';
import { createIdempotencyStore } from './idempotency-store.ts';

const hour = 3_600_000;
let now = Date.parse('2026-11-02T00:00:00Z');
let api: ApiUnderTest;
let serial = 0;

beforeAll(async () => {
  api = await startApi({ clock: { now: () => now } });
});
afterAll(() => api[Symbol.asyncDispose]());
beforeEach(() => {
  Object.assign(api.record.state, exampleRecord());
  api.record.asked.length = 0;
});

const newKey = () => `key-${++serial}`;
const create = (key: string, id: string) => api.ask('POST', '/tenants', { body: { id, name: id }, headers: { 'idempotency-key': key } });

describe('a request with an Idempotency-Key', () => {
  it('is done once, and answered the same every time', async () => {
    const key = newKey();
    const first = await create(key, 'acme');
    expect([first.status, first.headers['idempotent-replayed']]).toEqual([201, undefined]);
    const again = await create(key, 'acme');
    expect(again).toMatchObject({ status: 201, text: first.text });
    expect(again.headers).toMatchObject({
      'idempotent-replayed': 'true',
      etag: first.headers.etag,
      location: '/api/v1/tenants/acme',
      'content-type': first.headers['content-type'],
    });
    expect((await api.audited()).filter(({ action }) => action === 'tenant.create')).toHaveLength(1);
  });

  it('shows the secret again that it made, which is nowhere stored in plain text', async () => {
    const headers = { 'idempotency-key': newKey() };
    const body = { id: 'autodesk', source: 'autodesk' };
    const first = await api.ask('POST', '/connections', { body, headers });
    expect(first.body.secret).toMatch(/^[A-Za-z0-9]{48}$/);
    expect((await api.ask('POST', '/connections', { body, headers })).body).toEqual(first.body);
    const stored = await api.database.admin('control')('select * from idempotency');
    expect(JSON.stringify(stored)).not.toContain(first.body.secret);
    const other = await api.ask('POST', '/connections/autodesk/rotate', { body: {}, headers });
    expect([other.status, other.headers['idempotent-replayed']]).toEqual([200, undefined]);
  });

  it('is refused where the key belongs to another request', async () => {
    const key = newKey();
    await create(key, 'one');
    expect(await create(key, 'two')).toMatchObject({ status: 422, body: { code: 'CONTROL_IDEMPOTENCY_KEY_REUSED' } });
  });

  it('of several at the same time is done once; the others wait or get its answer', async () => {
    for (let round = 0; round < 5; round += 1) {
      const key = newKey();
      const answers = await Promise.all(Array.from({ length: 6 }, () => create(key, `race-${round}`)));
      const fresh = answers.filter(({ status, headers }) => status === 201 && headers['idempotent-replayed'] === undefined);
      expect(fresh).toHaveLength(1);
      for (const { status, body } of answers) expect(status === 201 || body.code === 'CONTROL_IDEMPOTENCY_KEY_BUSY').toBe(true);
      expect((await create(key, `race-${round}`)).text).toBe(fresh[0]?.text);
    }
  });

  it('that was refused may be sent again with the same key', async () => {
    const headers = { 'idempotency-key': newKey() };
    const body = { id: 'later', source: 'autodesk', tenant: 'later' };
    expect((await api.ask('POST', '/connections', { body, headers })).status).toBe(404);
    await api.control.tenants.create(testContext(), { id: 'later', name: 'Later' });
    expect((await api.ask('POST', '/connections', { body, headers })).status).toBe(201);
  });

  it('that does not fit takes no key', async () => {
    const headers = { 'idempotency-key': newKey() };
    expect((await api.ask('POST', '/tenants', { body: { id: 'fits' }, headers })).status).toBe(400);
    expect((await api.ask('POST', '/tenants', { body: { id: 'fits', name: 'Fits' }, headers })).status).toBe(201);
  });

  it('goes to the record once, too', async () => {
    const headers = { 'idempotency-key': newKey() };
    const redrive = () => api.ask('POST', '/dead-letters/redrive', { body: { limit: 10 }, headers });
    expect((await redrive()).body).toEqual({ changed: 1, more: false });
    expect((await redrive()).body).toEqual({ changed: 1, more: false });
    expect(api.record.asked.filter(({ method }) => method === 'redriveAll')).toHaveLength(1);
  });

  it('is a new one after 24 hours', async () => {
    const key = newKey();
    await create(key, 'daily');
    now += 23 * hour;
    expect((await create(key, 'daily')).headers['idempotent-replayed']).toBe('true');
    now += hour;
    expect(await create(key, 'daily')).toMatchObject({ status: 409, body: { code: 'CONTROL_TENANT_EXISTS' } });
  });

  it.each(['', ' ', 'a b', 'ä', 'x'.repeat(256)])('%j is refused as a key', async (key) => {
    expect(await create(key, 'unkeyed')).toMatchObject({ status: 400, body: { errors: [{ pointer: 'Idempotency-Key' }] } });
  });

  it('is only heeded where it is a promise: a PATCH is safe to repeat by itself', async () => {
    const headers = { 'idempotency-key': newKey() };
    await api.ask('PATCH', '/tenants/acme', { body: { name: 'One' }, headers });
    expect((await api.ask('PATCH', '/tenants/acme', { body: { name: 'Two' }, headers })).body.name).toBe('Two');
  });
});

describe('the store', () => {
  const request = { operation: 'createTenant', key: 'left', hash: Buffer.from('one') };
  const context = testContext({ actor: { kind: 'operator', id: 'operator' } });
  const vault = createSecrets({ masterKey: Buffer.alloc(32, 7) });
  vault.addDataKey(vault.newDataKey(null));
  const open = () => createIdempotencyStore({ db: api.database.db('control'), vault, clock: { now: () => now } });

  it('gives a key that a dead process left to the same request, after a minute', async () => {
    const store = open();
    expect((await store.claim(context, request)).outcome).toBe('claimed');
    expect((await store.claim(context, request)).outcome).toBe('busy');
    now += 60_000;
    expect((await store.claim(context, { ...request, hash: Buffer.from('other') })).outcome).toBe('other');
    const second = await store.claim(context, request);
    expect(second.outcome).toBe('claimed');
    if (second.outcome !== 'claimed') return;
    const reply = { status: 201, headers: {}, body: '{"late":true}' };
    await store.complete(context, second.claim, reply);
    expect(await store.claim(context, request)).toEqual({ outcome: 'replay', reply });
  });

  it('keeps actors, operations and keys apart', async () => {
    const store = open();
    const one = { operation: 'a', key: 'k', hash: Buffer.from('h') };
    const other = testContext({ actor: { kind: 'system', id: 'operator' } });
    for (const [who, what] of [
      [context, one],
      [other, one],
      [context, { ...one, operation: 'b' }],
      [context, { ...one, key: 'l' }],
    ] as const) {
      expect((await store.claim(who, what)).outcome).toBe('claimed');
    }
  });

  it('forgets what is older than 24 hours', async () => {
    const store = open();
    await store.claim(context, { ...request, key: 'old' });
    now += 24 * hour;
    await store.claim(context, { ...request, key: 'young' });
    expect(await store.removeExpired(context)).toBeGreaterThan(0);
    const rows = await api.database.admin('control')<{ key: string }>('select key from idempotency');
    expect(rows.map(({ key }) => key)).toEqual(['young']);
  });
});
