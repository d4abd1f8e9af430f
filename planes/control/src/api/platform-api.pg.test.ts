import { permissions } from '@etis/contracts/access';
import type { DeadLetter, EventDetail, EventSummary, Flow, FlowStep, LaneDepth, UnmatchedSummary } from '@etis/contracts/flow';
import { testContext } from '@etis/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EvolutionRow, PlatformFacts } from '../index.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { operationsOf } from './openapi/document-under-test.ts';
import { openapiDocument } from './openapi/openapi-document.ts';
import { described } from './platform-api.ts';

const at = '2026-11-01T08:00:00.000Z';
const flowId = '0190a5b2-0000-7000-8000-000000000001';
const event = '0190a5b2-0000-7000-8000-000000000002';
const where = { event, lane: 'acme/nudge' };
const job = { event, job: '0190a5b2-0000-7000-8000-000000000003', kind: 'email' };

const steps: readonly FlowStep[] = [
  { step: 'accepted', at, delivery: flowId, connection: 'autodesk', bytes: 850 },
  { step: 'unmatched', at, delivery: flowId, reason: 'unresolved', detail: 'no entry' },
  { step: 'normalised', at, event, type: 'document.version.added', subject: null },
  { step: 'resolved', at, event, tenant: 'acme', project: 'bridge' },
  { step: 'routed', at, ...where, cluster: 'nudge-standard', product: 'nudge' },
  { step: 'handled', at, ...where, attempts: 1 },
  { step: 'parked', at, ...where, attempts: 1, error: 'no', retryAt: at },
  { step: 'dead-letter', at, ...where, attempts: 5, error: 'no' },
  { step: 'job-enqueued', at, ...job },
  { step: 'job-done', at, ...job, attempts: 1, result: { mailbox: 'a@example.com', nested: [1, null] } },
  { step: 'job-failed', at, ...job, attempts: 2, error: 'no', final: true },
];
const flow: Flow = { id: flowId, steps, settled: true };
const summary: EventSummary = {
  id: event,
  flow: flowId,
  type: 'document.version.added',
  source: 'autodesk',
  subject: null,
  tenant: 'acme',
  project: null,
  time: at,
  acceptedAt: at,
};
const detail: EventDetail = {
  ...summary,
  region: 'EMEA',
  cause: null,
  replayOf: null,
  hop: 0,
  traceparent: '00-x',
  data: { name: 'a.dwg' },
};
const unmatched: UnmatchedSummary = { delivery: flowId, connection: 'autodesk', reason: 'unreadable', detail: 'not JSON', at };
const deadLetter: DeadLetter = { kind: 'job', id: job.job, tenant: 'acme', where: 'email', event, attempts: 5, error: 'no', at };
const lanes: readonly LaneDepth[] = [
  {
    lane: 'acme/nudge',
    tenant: 'acme',
    product: 'nudge',
    waiting: 2,
    parked: 1,
    deadLetters: 0,
    cluster: 'nudge-standard',
    heldBy: null,
    trouble: null,
  },
  {
    lane: 'beta/nudge',
    tenant: 'beta',
    product: 'nudge',
    waiting: 1,
    parked: 0,
    deadLetters: 3,
    cluster: null,
    heldBy: null,
    trouble: null,
  },
];
const evolution: EvolutionRow = {
  capability: 'database',
  title: 'Database strategy',
  driver: 'embedded',
  is: 'PostgreSQL from npm',
  embedded: 'a',
  realised: 'b',
  proposed: 'c',
  change: 'd',
};

let healthy = true;
const facts: PlatformFacts = {
  version: '1.2.3',
  startedAt: 1_000,
  config: { home: '/data', mail: null, databaseUrl: 'postgres://etis:redacted@db/etis', nested: { port: 1 } },
  evolution: async () => [evolution],
  checks: async () => [
    { name: 'database', ok: healthy, detail: healthy ? null : 'away' },
    { name: 'governance', ok: true },
  ],
};

let api: ApiUnderTest;
const secrets: string[] = [];

beforeAll(async () => {
  api = await startApi({
    facts,
    clock: { now: () => 61_999 },
    state: {
      flows: [flow],
      // What the record may know beyond the contract must not get out either.
      events: [{ ...detail, secret: { private: 'body' } } as EventDetail, { ...detail, id: job.job }],
      unmatched: [unmatched],
      deadLetters: [deadLetter],
      lanes: [...lanes],
    },
  });
  const context = testContext();
  for (const id of ['acme', 'beta', 'gamma']) await api.control.tenants.create(context, { id, name: id });
  await api.control.placements.ensure(testContext({ tenant: 'acme' }), { product: 'nudge', cluster: 'nudge-standard' });
  for (const id of ['autodesk', 'second']) {
    secrets.push((await api.control.connections.create(context, { id, source: 'autodesk', tenant: null })).secret);
    secrets.push((await api.control.connections.rotate(context, id)).secret);
  }
});
afterAll(() => api[Symbol.asyncDispose]());
beforeEach(() => {
  api.record.asked.length = 0;
});

const get = (path: string) => api.ask('GET', path);

describe('routes', () => {
  it('each ask for a permission, and none of them for one that is not there', async () => {
    const table = operationsOf(await openapiDocument(described)).map(({ id, permission }) => [id, permission]);
    expect(Object.fromEntries(table)).toMatchSnapshot();
    for (const [, permission] of table) expect(permissions).toContain(permission);
  });
});

describe('answers', () => {
  it('status: version, uptime, checks, lanes in sum, the evolution matrix', async () => {
    expect((await get('/status')).body).toEqual({
      version: '1.2.3',
      uptimeSeconds: 60,
      governanceVersion: await api.version(),
      ready: true,
      checks: [
        { name: 'database', ok: true, detail: null },
        { name: 'governance', ok: true, detail: null },
      ],
      lanes: { total: 2, waiting: 3, parked: 1, deadLetters: 3 },
      evolution: [evolution],
    });
    healthy = false;
    expect((await get('/status')).body).toMatchObject({ ready: false, checks: [{ ok: false, detail: 'away' }, { ok: true }] });
    healthy = true;
  });

  it('config: as it was handed in', async () => {
    expect((await get('/config')).body).toEqual(facts.config);
  });

  it('tenants: with their placements, page by page', async () => {
    const first = await get('/tenants?limit=2');
    expect(first.body).toEqual({
      items: [
        {
          id: 'acme',
          name: 'acme',
          status: 'active',
          createdAt: expect.stringMatching(/Z$/),
          placements: [{ product: 'nudge', cluster: 'nudge-standard' }],
        },
        { id: 'beta', name: 'beta', status: 'active', createdAt: expect.stringMatching(/Z$/), placements: [] },
      ],
      next: expect.any(String),
    });
    expect((await get(`/tenants?limit=2&cursor=${first.body.next}`)).body).toMatchObject({ items: [{ id: 'gamma' }], next: null });
  });

  it('connections: what they are and how old their secrets are', async () => {
    expect((await get('/connections?limit=1')).body).toEqual({
      items: [
        {
          id: 'autodesk',
          source: 'autodesk',
          tenant: null,
          enabled: true,
          createdAt: expect.stringMatching(/Z$/),
          secrets: [
            { createdAt: '1970-01-01T00:01:01.999Z', expiresAt: null },
            { createdAt: '1970-01-01T00:01:01.999Z', expiresAt: '1970-01-02T00:01:01.999Z' },
          ],
        },
      ],
      next: expect.any(String),
    });
  });

  it('events: asks the record for just that page, and shows no more than the summary', async () => {
    const { body } = await get('/events?tenant=acme&type=document.*&subject=s&from=2026-01-01T00:00:00Z&text=abc&limit=1&cursor=0');
    expect(body).toEqual({ items: [summary], next: '1' });
    const filter = { tenant: 'acme', type: 'document.*', subject: 's', from: '2026-01-01T00:00:00Z', text: 'abc' };
    expect(api.record.asked).toEqual([{ method: 'events', request: { ...filter, limit: 1, cursor: '0' } }]);
  });

  it('an event: with what it carries', async () => {
    expect((await get(`/events/${event}`)).body).toEqual(detail);
    expect(await get(`/events/${flowId}`)).toMatchObject({ status: 404, body: { code: 'CONTROL_EVENT_UNKNOWN' } });
  });

  it('unmatched and dead letters: 50 by default', async () => {
    expect((await get('/unmatched')).body).toEqual({ items: [unmatched], next: null });
    expect((await get('/dead-letters?tenant=acme')).body).toEqual({ items: [deadLetter], next: null });
    expect(api.record.asked).toEqual([
      { method: 'unmatched', request: { limit: 50 } },
      { method: 'deadLetters', request: { limit: 50, tenant: 'acme' } },
    ]);
  });

  it('lanes: all, or those of a tenant', async () => {
    expect((await get('/lanes')).body).toEqual({ items: lanes, next: null });
    await get('/lanes?tenant=acme');
    expect(api.record.asked.map(({ request }) => request)).toEqual([{}, { tenant: 'acme' }]);
    const first = await get('/lanes?limit=1');
    expect(first.body).toMatchObject({ items: [lanes[0]] });
    expect((await get(`/lanes?limit=1&cursor=${first.body.next}`)).body).toEqual({ items: [lanes[1]], next: null });
  });

  it('a flow: with every kind of step whole', async () => {
    expect(await get(`/flows/${flowId}`)).toMatchObject({ status: 200, body: flow });
    expect((await get(`/flows/${flowId}`)).body).toEqual(flow);
  });

  it('an unknown flow: 404', async () => {
    const { status, body } = await get(`/flows/${job.job}`);
    expect([status, body.code]).toEqual([404, 'CONTROL_FLOW_UNKNOWN']);
  });

  it('no secret, sealed or not, stands in any of them', async () => {
    const sealed = await api.database.admin('control')<{ sealed: string }>(
      'select sealed from connection_secret union all select wrapped from data_key',
    );
    expect(sealed).toHaveLength(4 + 4);
    for (const path of [
      '/status',
      '/record',
      '/config',
      '/tenants',
      '/connections',
      '/events',
      '/unmatched',
      '/dead-letters',
      '/lanes',
      `/flows/${flowId}`,
    ]) {
      const { status, text } = await get(path);
      expect(status, path).toBe(200);
      for (const hidden of [...secrets, ...sealed.map((row) => row.sealed), 'v1.']) expect(text, path).not.toContain(hidden);
    }
  });
});

describe('bad requests', () => {
  const paged = ['/tenants', '/connections', '/events', '/unmatched', '/dead-letters'];

  it.each(
    paged.flatMap((path) =>
      ['0', '201', '-1', '1.5', '5.0', 'x', '', '1e2', '0x10', 'true', 'null', '99999999999999999999', '+5', ' 5', '05'].map((limit) => [
        path,
        limit,
      ]),
    ),
  )('%s?limit=%s is refused and names the field', async (path, limit) => {
    const { status, body } = await get(`${path}?limit=${encodeURIComponent(limit ?? '')}`);
    expect([status, body.code, body.errors]).toEqual([400, 'CONTROL_INPUT_INVALID', [{ pointer: 'limit', detail: expect.any(String) }]]);
    expect(api.record.asked).toEqual([]);
  });

  it.each([...paged, '/status', '/record', '/config', '/lanes', `/flows/${flowId}`])(
    '%s?wrong=1 is refused and names the field',
    async (path) => {
      const { status, body } = await get(`${path}?wrong=1`);
      expect([status, body.code, body.errors]).toEqual([
        400,
        'CONTROL_INPUT_INVALID',
        [{ pointer: 'wrong', detail: 'there is no such field here' }],
      ]);
      expect(api.record.asked).toEqual([]);
    },
  );

  it.each([
    ['/events?tenant=Acme', 'tenant'],
    ['/events?tenant=', 'tenant'],
    ['/events?tenant=acme&tenant=beta', 'tenant'],
    ['/events?type=', 'type'],
    [`/events?type=${'x'.repeat(201)}`, 'type'],
    ['/events?cursor=', 'cursor'],
    [`/events?cursor=${'x'.repeat(501)}`, 'cursor'],
    ['/events?__proto__=1', '__proto__'],
    ['/tenants?tenant=acme', 'tenant'],
    ['/unmatched?tenant=acme', 'tenant'],
    ['/tenants?cursor=Not%20An%20Id', 'cursor'],
    ['/connections?cursor=..%2F', 'cursor'],
    ['/lanes?tenant=../beta', 'tenant'],
    ['/events?text=ab', 'text'],
    ['/events?from=yesterday', 'from'],
    ['/events?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'to'],
    ['/events?type=a..b', 'type'],
    ['/events?subject=%00', 'subject'],
    ['/jobs?state=lost', 'state'],
    ['/sent-messages?channel=fax', 'channel'],
    ['/flows/1', 'id'],
    [`/flows/${flowId.toUpperCase()}`, 'id'],
    [`/flows/${flowId}x`, 'id'],
    ["/flows/'%20or%201=1--", 'id'],
  ])('%s is refused and names %s', async (path, field) => {
    const { status, body } = await get(path);
    expect([status, body.code, body.detail]).toEqual([400, 'CONTROL_INPUT_INVALID', expect.stringContaining(`field ${field} `)]);
    expect(body.errors).toContainEqual({ pointer: field, detail: expect.any(String) });
    expect(api.record.asked).toEqual([]);
  });

  it.each(['1', '50', '200'])('limit=%s is fine', async (limit) => {
    expect((await get(`/events?limit=${limit}`)).status).toBe(200);
    expect(api.record.asked[0]?.request).toEqual({ limit: Number(limit) });
  });
});

describe('a cursor', () => {
  it('of another list, or of nobody, is refused', async () => {
    const { next } = (await get('/tenants?limit=1')).body;
    for (const path of [`/connections?cursor=${next}`, '/tenants?cursor=beta', '/lanes?cursor=W10', '/dead-letters?cursor=x']) {
      expect(await get(path), path).toMatchObject({ status: 400, body: { errors: [{ pointer: 'cursor' }] } });
    }
  });
});

describe('a record in which nothing happened', () => {
  it('gives empty pages', async () => {
    await using fresh = await startApi();
    for (const path of ['/events', '/unmatched', '/dead-letters', '/lanes', '/jobs', '/sent-messages', '/tenants', '/connections']) {
      expect((await fresh.ask('GET', path)).body, path).toEqual({ items: [], next: null });
    }
  });
});
