import { randomBytes } from 'node:crypto';
import { createGovernanceStore, createGuard, createOperatorCredential, createSecrets } from '@etis/agent';
import { type Change, type Client, createClient, ProblemError } from '@etis/client';
import { type Control, controlDomain, createControl } from '@etis/control';
import { createEdge, type Edge } from '@etis/edge';
import { silentLog, systemClock } from '@etis/kernel';
import { createTestDatabase, type TestDatabase } from '@etis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The API as people meet it: behind the real edge and guard, through the typed client. The record behind it is empty. */
const credential = createOperatorCredential();
const refused = () => Promise.reject(new Error('not asked for'));
const nothing = async () => ({ items: [], next: null });
const none = async () => null;
const unchanged = async () => ({ changed: 0, more: false });

let database: TestDatabase;
let control: Control;
let edge: Edge;
let etis: Client;

function startEdge(port: number): Edge {
  return createEdge({
    listen: { host: '127.0.0.1', port },
    routes: [control.routes],
    ready: async () => [],
    guard: createGuard({ operatorTokenHash: () => credential.hash }),
    log: silentLog,
  });
}

function startControl(): Control {
  return createControl({
    db: database.db('control'),
    secrets: createSecrets({ masterKey: randomBytes(32) }),
    spine: {
      ...{ flow: none, events: nothing, unmatched: nothing, deadLetters: nothing, lanes: async () => [] },
      ...{ jobs: nothing, job: none, deliveries: nothing, event: none, record: refused },
    },
    operations: {
      ...{ redrive: async () => false, discard: async () => false, detachLane: async () => false, cancelJob: async () => false },
      ...{ redriveAll: unchanged, replayUnmatched: none, replayAllUnmatched: unchanged },
      ...{ discardUnmatched: async () => false, discardAllUnmatched: unchanged },
      replays: { preview: refused, start: refused, list: nothing, show: none, cancel: async () => false },
      eventRouting: { show: () => Promise.reject(new Error('not asked for')), choose: async () => false },
      schedules: { set: () => Promise.reject(new Error('not asked for')), remove: async () => false, list: async () => [] },
    },
    sent: { list: nothing },
    command: {
      directives: { preview: refused, order: refused, resume: refused, report: refused, list: refused },
      fleet: { members: refused, invite: refused, revoke: refused },
      keys: { status: refused, rotate: refused, revoke: refused, certifyOperator: refused },
      audit: { list: refused, verify: refused, verification: refused },
      telemetry: { load: refused, history: refused, alerts: refused },
      recovery: { recover: refused },
    },
    sources: new Map([['autodesk', { kind: 'autodesk', title: 'Autodesk', secret: 'generated' as const, checkSecret: () => {} }]]),
    publish: createGovernanceStore({ log: silentLog }).publish,
    log: silentLog,
    clock: systemClock,
    products: [{ id: 'nudge', title: 'Nudge', subscriptions: ['document.*'] }],
    clusters: [{ id: 'nudge-standard', product: 'nudge', tier: 'standard' }],
    facts: { version: '0.1.0', startedAt: 0, config: {}, evolution: async () => [], checks: async () => [] },
  });
}

beforeAll(async () => {
  database = await createTestDatabase({ domains: [controlDomain] });
  control = startControl();
  await control.start();
  edge = startEdge(0);
  await edge.start();
  etis = createClient({ url: edge.address(), token: credential.token });
});
afterAll(async () => {
  await edge.stop();
  await control.stop();
  await database.drop();
});

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { operationId: string }>>>>;
}

async function operations(): Promise<readonly { readonly id: string; readonly method: string; readonly url: string }[]> {
  const document = (await (await fetch(`${edge.address()}/api/v1/openapi.json`)).json()) as Document;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      id: operationId,
      method: method.toUpperCase(),
      url: `${edge.address()}${path.replaceAll(/\{\w+\}/g, 'x')}`,
    })),
  );
}

describe('who asks', () => {
  it('without a credential, or with another, gets nothing of any operation', async () => {
    const all = await operations();
    expect(all.length).toBeGreaterThan(40);
    for (const authorization of [undefined, 'Bearer etis_op_wrong', `Basic ${credential.token}`]) {
      for (const { id, method, url } of all) {
        const response = await fetch(url, { method, headers: authorization === undefined ? {} : { authorization } });
        expect([id, response.status]).toEqual([id, 401]);
        expect(await response.json()).toMatchObject({ code: 'EDGE_UNAUTHENTICATED', status: 401 });
      }
    }
  });

  it('may read the document and the reference without one', async () => {
    for (const path of ['/api/v1/openapi.json', '/api/v1/reference', '/api/v1/reference/js/scalar.js']) {
      const response = await fetch(`${edge.address()}${path}`);
      expect([path, response.status]).toEqual([path, 200]);
      await response.arrayBuffer();
    }
  });
});

describe('an operator', () => {
  it('sets a tenant up from nothing', async () => {
    const { data: tenant } = await etis.post('/api/v1/tenants', { body: { id: 'acme', name: 'Acme' } });
    expect(tenant).toMatchObject({ id: 'acme', status: 'active', placements: [] });
    const path = { tenant: 'acme', product: 'nudge' };
    await etis.put('/api/v1/tenants/{tenant}/placements/{product}', { params: { path }, body: { cluster: 'nudge-standard' } });
    const { data: issued } = await etis.post('/api/v1/connections', {
      params: { header: { 'Idempotency-Key': 'once' } },
      body: { id: 'autodesk', source: 'autodesk' },
    });
    expect(issued).toMatchObject({ secret: expect.stringMatching(/^\w{48}$/), callbackPath: '/hooks/autodesk' });
    const again = await etis.post('/api/v1/connections', {
      params: { header: { 'Idempotency-Key': 'once' } },
      body: { id: 'autodesk', source: 'autodesk' },
    });
    expect([again.data, again.response.headers.get('idempotent-replayed')]).toEqual([issued, 'true']);
    const key = { system: 'autodesk', kind: 'project', externalId: 'b.6f1d/2c58?&ü' };
    await etis.put('/api/v1/tenants/{tenant}/resolver-entry', {
      params: { path: { tenant: 'acme' }, query: key },
      body: { project: 'riverside-school' },
    });
    const entries: string[] = [];
    for await (const entry of etis.items('/api/v1/tenants/{tenant}/resolver-entries', {
      params: { path: { tenant: 'acme' }, query: { limit: 1 } },
    })) {
      entries.push(entry.externalId);
    }
    expect(entries).toEqual([key.externalId]);
  });

  it('changes only what is as it was seen', async () => {
    const path = { tenant: 'acme' };
    const { etag } = await etis.get('/api/v1/tenants/{tenant}', { params: { path } });
    const suspend = () =>
      etis.patch('/api/v1/tenants/{tenant}', { params: { path, header: { 'If-Match': etag ?? '' } }, body: { status: 'suspended' } });
    expect((await suspend()).data.status).toBe('suspended');
    await expect(suspend()).rejects.toMatchObject({ status: 412, code: 'CONTROL_PRECONDITION_FAILED' });
    await expect(etis.get('/api/v1/tenants/{tenant}', { params: { path }, headers: { 'if-none-match': '*' } })).rejects.toMatchObject({
      status: 304,
    });
  });

  it('is told every place of a request that cannot be', async () => {
    const error = await etis.post('/api/v1/tenants', { body: { id: 'Not An Id', name: '' } }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProblemError);
    expect((error as ProblemError).errors.map(({ pointer }) => pointer).sort()).toEqual(['/id', '/name']);
  });

  it('is told of a body that is far too large, and of one that is no JSON', async () => {
    const huge = { id: 'x', name: 'x'.repeat(100_000) };
    await expect(etis.post('/api/v1/tenants', { body: huge })).rejects.toMatchObject({ status: 413, code: 'EDGE_BODY_TOO_LARGE' });
    const headers = { authorization: `Bearer ${credential.token}`, 'content-type': 'application/xml' };
    const response = await fetch(`${edge.address()}/api/v1/tenants`, { method: 'POST', headers, body: '<id>x</id>' });
    expect(response.status).toBe(415);
  });
});

describe('changes', () => {
  it('go on over a restart of the listener, which does not wait for whoever follows them', async () => {
    const controller = new AbortController();
    const seen: Change[] = [];
    const arrived = Promise.withResolvers<void>();
    const following = (async () => {
      for await (const change of etis.changes({ signal: controller.signal, after: 0 })) {
        seen.push(change);
        if (change.id === 'before') arrived.resolve();
        if (change.id === 'meanwhile') controller.abort();
      }
    })();
    await etis.post('/api/v1/tenants', { body: { id: 'before', name: 'Before' } });
    await arrived.promise;

    const port = Number(new URL(edge.address()).port);
    const begun = performance.now();
    await edge.stop();
    expect(performance.now() - begun).toBeLessThan(2_000);
    await control.tenants.create(
      { actor: { kind: 'system', id: 'test' }, tenant: null, trace: '0'.repeat(32), log: silentLog },
      { id: 'meanwhile', name: 'M' },
    );
    edge = startEdge(port);
    await edge.start();
    await following;
    expect(seen[0]).toMatchObject({ resource: '*' });
    expect(seen.at(-1)).toMatchObject({ resource: 'tenants', id: 'meanwhile' });
    expect(seen.filter(({ id }) => id === 'before')).toHaveLength(1);
  });
});
