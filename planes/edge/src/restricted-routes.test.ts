import { createDirectives } from '@etis/agent';
import type { Guard } from '@etis/contracts/access';
import type { RestrictingDirective } from '@etis/contracts/directives';
import type { RouteModule } from '@etis/contracts/http';
import { silentLog, uuidv7 } from '@etis/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEdge, type Edge } from './index.ts';

const guard: Guard = {
  authenticate: (header) => (header === 'Bearer operator' ? { kind: 'operator', id: 'ada' } : { kind: 'anonymous', id: 'anonymous' }),
  allows: (actor) => actor.kind === 'operator',
};
const headers = { authorization: 'Bearer operator' };

/** Routes as the planes declare theirs: those of an operator who stops and resumes are exempt, the others are not. */
const routes: RouteModule = {
  prefix: '/api/v1',
  async register(app) {
    const config = { permission: 'tenants.read' } as const;
    const exempt = { permission: 'directives.write', directives: { exempt: 'what was stopped can only be resumed here' } } as const;
    const ok = async () => ({ ok: true });
    app.get('/tenants', { config }, ok);
    app.get('/tenants/:tenant', { config }, ok);
    app.put('/tenants/:tenant/placements/:product', { config }, ok);
    app.get('/events', { config }, ok);
    app.get('/broken', { config: { ...config, directives: { exempt: '' } } }, ok);
    for (const path of ['/directives', '/fleet', '/audit', '/status', '/tenants/:tenant/audit']) app.get(path, { config: exempt }, ok);
  },
};

const clock = {
  at: 0,
  now() {
    return Date.parse('2026-03-01T10:00:00.000Z') + this.at;
  },
};
let edge: Edge;
let store: ReturnType<typeof createDirectives>;
beforeEach(async () => {
  clock.at = 0;
  store = createDirectives({ clock, log: silentLog });
  edge = createEdge({
    listen: { host: '127.0.0.1', port: 0 },
    routes: [routes],
    ready: async () => [],
    guard,
    directives: store,
    clock,
    log: silentLog,
  });
  await edge.start();
});
afterEach(() => edge.stop());

let sequence = 0;
function order(given: Partial<RestrictingDirective>): void {
  sequence += 1;
  const id = uuidv7();
  const issued = { id, installation: 'under-test', epoch: 1, sequence, by: 'operator/ada', issuedAt: new Date(clock.now()).toISOString() };
  store.apply({ verb: 'kill', scope: {}, reason: 'a fire in the hall', ...issued, ...given }, id);
}

const ask = (path: string, init: RequestInit = {}) => fetch(`${edge.address()}${path}`, { headers, ...init });
const statusOf = async (path: string) => (await ask(path)).status;

const exemptPaths = [
  '/healthz',
  '/readyz',
  '/api/v1/directives',
  '/api/v1/fleet',
  '/api/v1/audit',
  '/api/v1/status',
  '/api/v1/tenants/acme/audit',
];
const otherPaths = ['/api/v1/tenants', '/api/v1/tenants/acme', '/api/v1/events', '/api/v1/events?tenant=acme', '/api/v1/broken'];

describe('what a route answers', () => {
  it.each(['kill', 'pause', 'throttle'] as const)('under a %s of the platform follows from what its config says', async (verb) => {
    order({ verb, ...(verb === 'throttle' ? { rate: { count: 1, perMs: 60_000 } } : {}) });
    if (verb === 'throttle') await ask('/api/v1/tenants');
    const expected = verb === 'throttle' ? 429 : 503;
    for (const path of exemptPaths) expect([path, await statusOf(path)]).toEqual([path, 200]);
    for (const path of otherPaths) expect([path, await statusOf(path)]).toEqual([path, expected]);
  });

  it('under a drain is what it always is', async () => {
    order({ verb: 'drain' });
    for (const path of [...exemptPaths, ...otherPaths]) expect([path, await statusOf(path)]).toEqual([path, 200]);
  });

  it.each([
    ['/api/v1/tenants/acme', 503],
    ['/api/v1/events?tenant=acme', 503],
    ['/api/v1/tenants/acme/audit', 200],
    ['/api/v1/tenants/bolt', 200],
    ['/api/v1/events?tenant=bolt', 200],
    ['/api/v1/events?tenant=acme&tenant=bolt', 200],
    ['/api/v1/tenants', 200],
    ['/api/v1/nowhere', 404],
  ])('under a kill of the tenant acme: %s is %i', async (path, status) => {
    order({ scope: { tenant: 'acme' } });
    expect(await statusOf(path)).toBe(status);
  });

  it.each([[{ product: 'nudge' }], [{ cluster: 'nudge-standard' }], [{ kind: 'email' }], [{ connection: 'acc' }], [{ feature: 'editor' }]])(
    'is not touched by an order about %j',
    async (scope) => {
      order({ scope });
      for (const path of otherPaths) expect([path, await statusOf(path)]).toEqual([path, 200]);
    },
  );

  it('is what it was before as soon as the order is over', async () => {
    order({ verb: 'pause', expiresAt: new Date(clock.now() + 1_000).toISOString() });
    expect(await statusOf('/api/v1/tenants')).toBe(503);
    clock.at = 1_000;
    expect(await statusOf('/api/v1/tenants')).toBe(200);
  });
});

describe('a refusal', () => {
  it('is a problem with the reason, and says when to come back', async () => {
    order({ verb: 'kill' });
    const answer = await ask('/api/v1/tenants/acme/placements/nudge', {
      method: 'PUT',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{}',
    });
    expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('cache-control')]).toEqual([503, '30', 'no-store']);
    expect(await answer.json()).toMatchObject({ code: 'EDGE_RESTRICTED', detail: expect.stringContaining('a fire in the hall') });
  });

  it('of a throttle says how long it is until there is room again', async () => {
    order({ verb: 'throttle', rate: { count: 2, perMs: 20_000 } });
    expect([await statusOf('/api/v1/tenants'), await statusOf('/api/v1/tenants')]).toEqual([200, 200]);
    const answer = await ask('/api/v1/tenants');
    const wait = Number(answer.headers.get('retry-after'));
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([429, 'EDGE_THROTTLED']);
    expect(wait).toBeGreaterThan(0);
    clock.at = wait * 1_000;
    expect(await statusOf('/api/v1/tenants')).toBe(200);
  });

  it('tells nobody the reason who may not use the route', async () => {
    order({ verb: 'kill' });
    const answer = await ask('/api/v1/tenants', { headers: {} });
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain('fire');
  });
});
