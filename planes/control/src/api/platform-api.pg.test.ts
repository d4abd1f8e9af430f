import { permissions } from '@etis/contracts/access';
import type {
  DeadLetter,
  EventSummary,
  Flow,
  FlowStep,
  LaneDepth,
  PageRequest,
  SpineQueries,
  UnmatchedSummary,
} from '@etis/contracts/flow';
import type { RoutePermission } from '@etis/contracts/http';
import { EtisError, traceparentFrom } from '@etis/kernel';
import { testContext } from '@etis/testing';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ControlUnderTest, emptySpine, startControl } from '../control-under-test.ts';
import type { EvolutionRow, PlatformFacts } from '../index.ts';

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
const unmatched: UnmatchedSummary = { delivery: flowId, connection: 'autodesk', reason: 'unreadable', detail: 'not JSON', at };
const deadLetter: DeadLetter = { kind: 'job', id: job.job, tenant: 'acme', where: 'email', event, attempts: 5, error: 'no', at };
const lanes: readonly LaneDepth[] = [
  { lane: 'acme/nudge', tenant: 'acme', product: 'nudge', waiting: 2, parked: 1, deadLetters: 0 },
  { lane: 'beta/nudge', tenant: 'beta', product: 'nudge', waiting: 1, parked: 0, deadLetters: 3 },
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

const asked: { method: string; request: unknown }[] = [];
const spine: SpineQueries = {
  async flow(id) {
    asked.push({ method: 'flow', request: id });
    return id === flowId ? flow : null;
  },
  async events(request: PageRequest) {
    asked.push({ method: 'events', request });
    // What the record may know beyond the contract must not get out either.
    return { items: [{ ...summary, data: { private: 'body' } } as EventSummary], next: 'more' };
  },
  async unmatched(request) {
    asked.push({ method: 'unmatched', request });
    return { items: [unmatched], next: null };
  },
  async deadLetters(request) {
    asked.push({ method: 'deadLetters', request });
    return { items: [deadLetter], next: null };
  },
  async lanes(request) {
    asked.push({ method: 'lanes', request });
    return lanes;
  },
};
let healthy = true;
const facts: PlatformFacts = {
  version: '1.2.3',
  startedAt: 1_000,
  config: { home: '/data', mail: null, databaseUrl: 'postgres://etis:redacted@db/etis', nested: { port: 1 } },
  evolution: [evolution],
  checks: async () => [
    { name: 'database', ok: healthy, detail: healthy ? null : 'away' },
    { name: 'governance', ok: true },
  ],
};

let under: ControlUnderTest;
let app: FastifyInstance;
const routes = new Map<string, RoutePermission | undefined>();
const secrets: string[] = [];

const statusOf: Partial<Record<string, number>> = { invalid: 400, 'not-found': 404 };

/** The part of the edge that the routes count on: the context, and problems for errors. */
async function mount(): Promise<FastifyInstance> {
  const host = Fastify();
  host.decorateRequest('etis');
  host.addHook('onRequest', async (request) => {
    request.etis = { ...testContext({ actor: { kind: 'operator', id: 'operator' } }), traceparent: traceparentFrom(undefined) };
  });
  host.addHook('onRoute', ({ method, url, config }) => void routes.set(`${String(method)} ${url}`, config?.permission));
  host.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof EtisError)) throw error;
    return reply.code(statusOf[error.kind] ?? 500).send({ code: error.code, detail: error.message });
  });
  await host.register(under.control.routes.register, { prefix: under.control.routes.prefix });
  await host.ready();
  return host;
}

beforeAll(async () => {
  const context = testContext();
  under = await startControl({ spine, facts, clock: { now: () => 61_999 } });
  for (const id of ['acme', 'beta', 'gamma']) await under.control.tenants.create(context, { id, name: id });
  await under.control.placements.ensure(testContext({ tenant: 'acme' }), { product: 'nudge', cluster: 'nudge-standard' });
  for (const id of ['autodesk', 'second']) {
    secrets.push((await under.control.connections.create(context, { id, source: 'autodesk', tenant: null })).secret);
    secrets.push((await under.control.connections.rotate(context, id)).secret);
  }
  app = await mount();
});
afterAll(async () => {
  await app.close();
  await under[Symbol.asyncDispose]();
});
beforeEach(() => {
  asked.length = 0;
});

async function get(path: string): Promise<{ status: number; body: Record<string, unknown>; text: string }> {
  const response = await app.inject({ method: 'GET', url: `/api/v1${path}` });
  return { status: response.statusCode, body: response.json(), text: response.body };
}

describe('routes', () => {
  it('each ask for a permission, the one that it is about', () => {
    const table = Object.fromEntries([...routes].filter(([route]) => route.startsWith('GET')));
    expect(table).toEqual({
      'GET /api/v1/status': 'platform.status.read',
      'GET /api/v1/config': 'platform.config.read',
      'GET /api/v1/tenants': 'tenants.read',
      'GET /api/v1/connections': 'connections.read',
      'GET /api/v1/events': 'events.read',
      'GET /api/v1/unmatched': 'events.read',
      'GET /api/v1/dead-letters': 'dead-letters.read',
      'GET /api/v1/flows/:id': 'flows.read',
      'GET /api/v1/lanes': 'platform.status.read',
    });
    for (const permission of routes.values()) expect(permissions).toContain(permission);
  });
});

describe('answers', () => {
  it('status: version, uptime, checks, lanes in sum, the evolution matrix', async () => {
    expect((await get('/status')).body).toEqual({
      version: '1.2.3',
      uptimeSeconds: 60,
      governanceVersion: await under.version(),
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
      next: 'beta',
    });
    expect((await get('/tenants?limit=2&cursor=beta')).body).toMatchObject({ items: [{ id: 'gamma' }], next: null });
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
      next: 'autodesk',
    });
  });

  it('events: asks the record for just that page, and shows no more than the summary', async () => {
    const { body } = await get('/events?tenant=acme&type=document.version.added&limit=7&cursor=abc');
    expect(body).toEqual({ items: [summary], next: 'more' });
    expect(asked).toEqual([{ method: 'events', request: { tenant: 'acme', type: 'document.version.added', limit: 7, cursor: 'abc' } }]);
  });

  it('unmatched and dead letters: 50 by default', async () => {
    expect((await get('/unmatched')).body).toEqual({ items: [unmatched], next: null });
    expect((await get('/dead-letters?tenant=acme')).body).toEqual({ items: [deadLetter], next: null });
    expect(asked).toEqual([
      { method: 'unmatched', request: { limit: 50 } },
      { method: 'deadLetters', request: { limit: 50, tenant: 'acme' } },
    ]);
  });

  it('lanes: all, or those of a tenant', async () => {
    expect((await get('/lanes')).body).toEqual({ items: lanes });
    await get('/lanes?tenant=acme');
    expect(asked.map(({ request }) => request)).toEqual([{}, { tenant: 'acme' }]);
  });

  it('a flow: with every kind of step whole', async () => {
    expect(await get(`/flows/${flowId}`)).toMatchObject({ status: 200, body: flow });
    expect((await get(`/flows/${flowId}`)).body).toEqual(flow);
  });

  it('an unknown flow: 404', async () => {
    const { status, body } = await get(`/flows/${event}`);
    expect([status, body.code]).toEqual([404, 'CONTROL_FLOW_UNKNOWN']);
  });

  it('no secret, sealed or not, stands in any of them', async () => {
    const sealed = await under.database.admin('control')<{ sealed: string }>(
      'select sealed from connection_secret union all select wrapped from data_key',
    );
    expect(sealed).toHaveLength(4 + 4);
    for (const path of [
      '/status',
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
    expect([status, body.code, body.detail]).toEqual([400, 'CONTROL_INPUT_INVALID', expect.stringContaining('limit')]);
    expect(asked).toEqual([]);
  });

  it.each([...paged, '/status', '/config', '/lanes', `/flows/${flowId}`])('%s?wrong=1 is refused and names the field', async (path) => {
    const { status, body } = await get(`${path}?wrong=1`);
    expect([status, body.code, body.detail]).toEqual([400, 'CONTROL_INPUT_INVALID', expect.stringContaining('wrong')]);
    expect(asked).toEqual([]);
  });

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
    ['/lanes?limit=1', 'limit'],
    ['/flows/1', 'id'],
    [`/flows/${flowId.toUpperCase()}`, 'id'],
    [`/flows/${flowId}x`, 'id'],
    ["/flows/'%20or%201=1--", 'id'],
  ])('%s is refused and names %s', async (path, field) => {
    const { status, body } = await get(path);
    expect([status, body.code, body.detail]).toEqual([400, 'CONTROL_INPUT_INVALID', expect.stringContaining(`field ${field} `)]);
    expect(asked).toEqual([]);
  });

  it.each(['1', '50', '200'])('limit=%s is fine', async (limit) => {
    expect((await get(`/events?limit=${limit}`)).status).toBe(200);
    expect(asked[0]?.request).toEqual({ limit: Number(limit) });
  });
});

describe('a record in which nothing happened', () => {
  it('gives empty pages', async () => {
    await using fresh = await startControl({ spine: emptySpine });
    const host = Fastify();
    host.decorateRequest('etis');
    await host.register(fresh.control.routes.register, { prefix: '/api/v1' });
    for (const path of ['/events', '/unmatched', '/dead-letters']) {
      expect((await host.inject(`/api/v1${path}`)).json()).toEqual({ items: [], next: null });
    }
    await host.close();
  });
});
