import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Guard } from '@etis/contracts/access';
import type { RequestContext, RouteModule } from '@etis/contracts/http';
import type { Meter } from '@etis/contracts/telemetry';
import { type ErrorKind, EtisError, silentLog } from '@etis/kernel';
import { afterEach, describe, expect, test } from 'vitest';
import { createEdge, type Edge, type ReadinessCheck } from './index.ts';

/** Knows `Bearer operator`, who may all, and `Bearer reader`, who may read tenants. */
const guard: Guard = {
  authenticate(authorization) {
    const id = authorization?.startsWith('Bearer ') ? authorization.slice(7) : '';
    return id === 'operator' || id === 'reader' ? { kind: 'operator', id } : { kind: 'anonymous', id: 'anonymous' };
  },
  allows: (actor, permission) => actor.id === 'operator' || (actor.id === 'reader' && permission === 'tenants.read'),
};

const open = { config: { permission: { public: 'under test' } } };
const running: Edge[] = [];

async function startEdge(options: Partial<Parameters<typeof createEdge>[0]> = {}): Promise<{ edge: Edge; url: string }> {
  const edge = createEdge({
    listen: { host: '127.0.0.1', port: 0 },
    routes: [],
    ready: async () => [],
    guard,
    log: silentLog,
    ...options,
  });
  running.push(edge);
  await edge.start();
  return { edge, url: edge.address() };
}

function module(register: RouteModule['register'], prefix = '/api'): RouteModule {
  return { prefix, register };
}

/** Sends bytes as they are and collects everything until the server closes the connection. */
function raw(url: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}

async function problemOf(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const problem = (await response.json()) as Record<string, unknown>;
  expect(problem).toMatchObject({
    type: `urn:etis:problem:${String(problem.code).toLowerCase().replaceAll('_', '-')}`,
    status: response.status,
    title: expect.any(String),
    detail: expect.any(String),
  });
  return problem;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((edge) => edge.stop()));
});

test('every answer is told, with how long it took and whether it was a failure of ours', async () => {
  const told: Parameters<Meter['work']>[0][] = [];
  const meter: Meter = { work: (done) => void told.push(done), watchQueues: () => undefined };
  const routes = module(async (app) => {
    app.get('/broken', open, async () => {
      throw new Error('no');
    });
  });
  const { edge, url } = await startEdge({ routes: [routes], meter });
  for (const [path, status] of [
    ['/healthz', 200],
    ['/api/broken', 500],
    ['/nowhere', 404],
  ] as const)
    expect((await fetch(`${url}${path}`)).status).toBe(status);
  await edge.stop();
  expect(told).toEqual(
    [false, true, false].map((failed) => ({ work: 'http', tenant: null, ms: expect.any(Number), failed, traces: [expect.any(String)] })),
  );
});

describe('routes and the guard', () => {
  const tenants = module(async (app) => {
    app.get('/tenants', { config: { permission: 'tenants.read' } }, async (request) => ({ who: request.etis.actor.id }));
    app.post('/tenants/events', { config: { permission: 'events.read' } }, async () => ({ ok: true }));
  });

  test.each([
    ['no config', {}],
    ['no permission in it', { config: {} }],
    ['a permission that does not exist', { config: { permission: 'everything' } }],
    ['public without a reason', { config: { permission: { public: '' } } }],
  ])('a route with %s does not start', async (_case, options) => {
    const unguarded = module(async (app) => {
      app.get('/open', options as object, async () => 'anything');
    });
    const edge = createEdge({ listen: { host: '127.0.0.1', port: 0 }, routes: [unguarded], ready: async () => [], guard, log: silentLog });
    await expect(edge.start()).rejects.toMatchObject({
      code: 'EDGE_ROUTE_UNGUARDED',
      kind: 'setup',
      message: expect.stringContaining('GET /api/open'),
    });
    expect(() => edge.address()).toThrow(expect.objectContaining({ code: 'EDGE_NOT_LISTENING' }));
    await edge.stop();
  });

  test('nobody known is 401 with a challenge, somebody without the permission 403, somebody with it is served', async () => {
    const { url } = await startEdge({ routes: [tenants] });

    const anonymous = await fetch(`${url}/api/tenants`);
    expect(anonymous.status).toBe(401);
    expect(anonymous.headers.get('www-authenticate')).toBe('Bearer realm="etis"');
    expect(await problemOf(anonymous)).toMatchObject({ code: 'EDGE_UNAUTHENTICATED' });

    const wrong = await fetch(`${url}/api/tenants`, { headers: { authorization: 'Bearer nobody' } });
    expect(wrong.status).toBe(401);

    const reader = await fetch(`${url}/api/tenants/events`, { method: 'POST', headers: { authorization: 'Bearer reader' } });
    expect(reader.status).toBe(403);
    expect(await problemOf(reader)).toMatchObject({ code: 'EDGE_FORBIDDEN', detail: expect.stringContaining('events.read') });

    const served = await fetch(`${url}/api/tenants`, { headers: { authorization: 'Bearer reader' } });
    expect([served.status, await served.json()]).toEqual([200, { who: 'reader' }]);
  });

  test('HEAD of a guarded GET is guarded too', async () => {
    const { url } = await startEdge({ routes: [tenants] });
    expect((await fetch(`${url}/api/tenants`, { method: 'HEAD' })).status).toBe(401);
    expect((await fetch(`${url}/api/tenants`, { method: 'HEAD', headers: { authorization: 'Bearer reader' } })).status).toBe(200);
  });

  test('the guard comes before the body: an anonymous body is not read, however large or broken', async () => {
    const { url } = await startEdge({ routes: [tenants] });
    const response = await fetch(`${url}/api/tenants/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{'.repeat(2_000_000),
    });
    expect(response.status).toBe(401);
  });

  test('handlers get a context: actor, trace, no tenant; a valid traceparent is honoured and an invalid one replaced', async () => {
    const seen: RequestContext[] = [];
    const { url } = await startEdge({
      routes: [
        module(async (app) => {
          app.get('/context', open, async (request) => {
            seen.push(request.etis);
            request.etis.log.info({}, 'logs may be used');
            return {};
          });
        }),
      ],
    });
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await fetch(`${url}/api/context`, { headers: { traceparent, authorization: 'Bearer operator' } });
    await fetch(`${url}/api/context`, { headers: { traceparent: '00-00000000000000000000000000000000-00f067aa0ba902b7-01' } });

    expect(seen[0]).toMatchObject({ actor: { kind: 'anonymous' }, tenant: null, traceparent, trace: '4bf92f3577b34da6a3ce929d0e0e4736' });
    expect(seen[1]?.trace).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    expect(seen[1]?.traceparent).toContain(seen[1]?.trace);
  });
});

describe('problems', () => {
  const kinds: readonly (readonly [ErrorKind, number])[] = [
    ['invalid', 400],
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['not-found', 404],
    ['conflict', 409],
    ['precondition', 412],
    ['unprocessable', 422],
    ['too-large', 413],
    ['limited', 429],
    ['unavailable', 503],
    ['setup', 500],
    ['internal', 500],
  ];
  const routes = [
    module(async (app) => {
      app.get<{ Params: { kind: ErrorKind } }>('/kinds/:kind', open, async (request) => {
        throw new EtisError({
          code: 'TEST_FAILED',
          kind: request.params.kind,
          retryable: false,
          message: 'Public text.',
          internal: 'inner text',
          details: [{ pointer: '/name', detail: 'a place' }],
        });
      });
      app.get('/bug', open, async () => {
        throw new TypeError('cannot read password of undefined at /srv/secret.ts');
      });
      app.get('/thrown-text', open, () => Promise.reject('just a text with a secret'));
      app.get('/lying', open, () => Promise.reject({ statusCode: 404, message: 'a library said 404 and quoted a secret' }));
      app.post('/echo', { ...open, bodyLimit: 1000 }, async (request) => ({ got: request.body }));
      const querystring = { type: 'object', properties: { limit: { type: 'integer', maximum: 200 } } };
      app.get('/list', { ...open, schema: { querystring, response: { 400: { type: 'object', properties: {} } } } }, async () => []);
    }),
  ];

  test.each(kinds)('an error of the kind %s is answered with %i', async (kind, status) => {
    const { url } = await startEdge({ routes });
    const response = await fetch(`${url}/api/kinds/${kind}`);
    expect(response.status).toBe(status);
    const problem = await problemOf(response);
    expect(problem.code).toBe('TEST_FAILED');
    expect(problem.instance).toMatch(/^urn:etis:trace:[0-9a-f]{32}$/);
    expect(problem.detail).toEqual(status === 500 ? expect.not.stringContaining('Public text') : 'Public text.');
    expect(problem.errors).toEqual(status === 500 ? undefined : [{ pointer: '/name', detail: 'a place' }]);
    expect(JSON.stringify(problem)).not.toContain('inner text');
    expect(response.headers.has('retry-after')).toBe(status === 429 || status === 503);
    expect(response.headers.has('www-authenticate')).toBe(status === 401);
  });

  test.each(['/api/bug', '/api/thrown-text'])(
    'what nobody foresaw (%s) is a 500 without internals, logged with its trace',
    async (path) => {
      const lines: { fields: Record<string, unknown>; trace: unknown }[] = [];
      const log = {
        ...silentLog,
        child: (bound: object) => ({ ...silentLog, error: (fields: object) => lines.push({ fields: { ...fields }, ...bound } as never) }),
      };
      const { url } = await startEdge({ routes, log: log as never });
      const response = await fetch(`${url}${path}`);
      expect(response.status).toBe(500);
      const problem = await problemOf(response);
      expect(problem.code).toBe('EDGE_INTERNAL');
      expect(JSON.stringify(problem)).not.toMatch(/secret|password/);
      expect(lines).toHaveLength(1);
      expect(problem.instance).toBe(`urn:etis:trace:${String(lines[0]?.trace)}`);
      expect(lines[0]?.fields.err).toBeDefined();
    },
  );

  const long = 'x'.repeat(201);
  const json = { 'content-type': 'application/json' };
  test.each<[string, string, RequestInit, number, string]>([
    ['an unknown address', '/nothing/here', {}, 404, 'EDGE_ROUTE_UNKNOWN'],
    ['a method that the address does not take', '/api/echo', { method: 'DELETE' }, 405, 'EDGE_METHOD_NOT_ALLOWED'],
    ['a method on an address with a parameter', '/api/kinds/x', { method: 'PUT' }, 405, 'EDGE_METHOD_NOT_ALLOWED'],
    ['a body over the limit', '/api/echo', { method: 'POST', headers: json, body: `"${'x'.repeat(1000)}"` }, 413, 'EDGE_BODY_TOO_LARGE'],
    [
      'a media type that nobody reads',
      '/api/echo',
      { method: 'POST', headers: { 'content-type': 'text/csv' }, body: 'a' },
      415,
      'EDGE_MEDIA_TYPE_UNSUPPORTED',
    ],
    ['a body that is not JSON', '/api/echo', { method: 'POST', headers: json, body: '{' }, 400, 'EDGE_REQUEST_MALFORMED'],
    [
      'a body that would poison a prototype',
      '/api/echo',
      { method: 'POST', headers: json, body: '{"__proto__":{"x":1}}' },
      400,
      'EDGE_REQUEST_MALFORMED',
    ],
    ['a parameter that is too long', `/api/kinds/${long}`, {}, 414, 'EDGE_ADDRESS_TOO_LONG'],
    ['a broken percent sign', '/api/kinds/%zz', {}, 400, 'EDGE_REQUEST_MALFORMED'],
    ['a library error that brings a status of its own', '/api/lying', {}, 400, 'EDGE_REQUEST_MALFORMED'],
    ['a query that does not fit', '/api/list?limit=500', {}, 400, 'EDGE_REQUEST_INVALID'],
  ])('%s is a problem', async (_case, path, init, status, code) => {
    const { url } = await startEdge({ routes });
    const response = await fetch(`${url}${path}`, init);
    const problem = await problemOf(response);
    expect(response.status).toBe(status);
    expect(problem.code).toBe(code);
    expect(JSON.stringify(problem)).not.toContain('secret');
    if (status === 405) expect(response.headers.get('allow')).toBe(path === '/api/echo' ? 'POST' : 'GET, HEAD');
    if (code === 'EDGE_REQUEST_INVALID') expect(problem.detail).toContain('limit');
  });

  test.each<[string, string, number]>([
    ['headers that are too large', `GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['bytes that are not HTTP', 'hello, this is not HTTP\r\n\r\n', 400],
    ['a length that is not a number', 'POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: ten\r\n\r\n', 400],
    [
      'a length and chunks at once',
      'POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
  ])('%s are answered with a problem and the connection is closed', async (_case, bytes, status) => {
    const { url } = await startEdge();
    const answer = await raw(url, bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('application/problem+json');
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toMatchObject({ status });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});

describe('health', () => {
  test('healthz is 200 whatever the checks say', async () => {
    const { url } = await startEdge({ ready: () => Promise.reject(new Error('database gone')) });
    const response = await fetch(`${url}/healthz`);
    expect([response.status, await response.json()]).toEqual([200, { status: 'alive' }]);
  });

  test('readyz follows the checks and names those that fail', async () => {
    let checks: ReadinessCheck[] = [
      { name: 'postgres', ok: false },
      { name: 'governance', ok: true },
      { name: 'smtp', ok: false },
    ];
    const { url } = await startEdge({ ready: async () => checks });

    const failing = await fetch(`${url}/readyz`);
    expect(failing.status).toBe(503);
    expect(failing.headers.get('retry-after')).toBe('1');
    expect(await problemOf(failing)).toMatchObject({ code: 'EDGE_NOT_READY', failing: ['postgres', 'smtp'] });

    checks = checks.map((check) => ({ ...check, ok: true }));
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', checks: ['postgres', 'governance', 'smtp'] }]);
  });

  test('checks that throw are a failed check, and tell nothing of the inside', async () => {
    const { url } = await startEdge({ ready: () => Promise.reject(new Error('password wrong for etis_owner')) });
    const response = await fetch(`${url}/readyz`);
    expect(response.status).toBe(503);
    const problem = await problemOf(response);
    expect(problem.failing).toEqual(['readiness']);
    expect(JSON.stringify(problem)).not.toContain('etis_owner');
  });

  test('asking many times at once asks the checks once', async () => {
    let rounds = 0;
    const gate = Promise.withResolvers<readonly ReadinessCheck[]>();
    const asked = Promise.withResolvers<void>();
    const { url } = await startEdge({
      ready: () => {
        rounds += 1;
        asked.resolve();
        return gate.promise;
      },
    });
    const first = fetch(`${url}/readyz`);
    await asked.promise;
    const rest = Array.from({ length: 10 }, () => fetch(`${url}/readyz`));
    // One more round trip on the same listener, so that the others have arrived.
    await Promise.all([fetch(`${url}/healthz`), fetch(`${url}/healthz`)]);
    gate.resolve([{ name: 'a', ok: true }]);
    for (const response of await Promise.all([first, ...rest])) expect(response.status).toBe(200);
    expect(rounds).toBeLessThanOrEqual(2);
  });
});

describe('listening and stopping', () => {
  test('a taken port is one clear sentence and leaves nothing behind', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const edge = createEdge({ listen: { host: '127.0.0.1', port }, routes: [], ready: async () => [], guard, log: silentLog });
    await expect(edge.start()).rejects.toMatchObject({
      kind: 'setup',
      code: 'EDGE_PORT_TAKEN',
      message: `Port ${port} on 127.0.0.1 is taken by another program. Set ETIS_PORT to a free one, or stop that program.`,
    });
    await edge.stop();
    await new Promise((resolve) => other.close(resolve));

    await edge.start();
    expect(edge.address()).toBe(`http://127.0.0.1:${port}`);
    await edge.stop();
  });

  test('an address of another machine is one clear sentence', async () => {
    const edge = createEdge({ listen: { host: '192.0.2.1', port: 0 }, routes: [], ready: async () => [], guard, log: silentLog });
    await expect(edge.start()).rejects.toMatchObject({ kind: 'setup', code: 'EDGE_ADDRESS_UNKNOWN' });
    await edge.stop();
  });

  test('stop lets the request in flight finish, takes no new connection, and is idempotent', async () => {
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const { edge, url } = await startEdge({
      routes: [
        module(async (app) => {
          app.get('/slow', open, async () => {
            entered.resolve();
            await gate.promise;
            return { done: true };
          });
        }),
      ],
    });
    await fetch(`${url}/healthz`);
    const inFlight = fetch(`${url}/api/slow`);
    await entered.promise;

    let stopped = false;
    const began = Date.now();
    const stopping = Promise.all([edge.stop(), edge.stop()]).then(() => {
      stopped = true;
    });
    await expect.poll(() => refused(url)).toBe(true);
    expect(stopped).toBe(false);

    gate.resolve();
    const response = await inFlight;
    expect([response.status, await response.json()]).toEqual([200, { done: true }]);
    await stopping;
    expect(Date.now() - began).toBeLessThan(2_500);
    await edge.stop();
    expect(() => edge.address()).toThrow(expect.objectContaining({ code: 'EDGE_NOT_LISTENING' }));
  });

  test('stop ends within its bound when a request never finishes', async () => {
    const entered = Promise.withResolvers<void>();
    const { edge, url } = await startEdge({
      routes: [
        module(async (app) => {
          app.get('/never', open, () => {
            entered.resolve();
            return new Promise(() => undefined);
          });
        }),
      ],
    });
    const inFlight = fetch(`${url}/api/never`).catch((error: unknown) => error);
    await entered.promise;
    const began = Date.now();
    await edge.stop();
    expect(Date.now() - began).toBeLessThan(4_500);
    expect(await inFlight).toBeInstanceOf(Error);
  });

  test('stop during start waits for it and leaves nothing listening', async () => {
    const edge = createEdge({ listen: { host: '127.0.0.1', port: 0 }, routes: [], ready: async () => [], guard, log: silentLog });
    const starting = edge.start();
    await edge.stop();
    await starting;
    expect(() => edge.address()).toThrow();
  });
});

function refused(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => resolve(true));
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
  });
}

describe('draining', () => {
  const slow = module(async (app) => {
    app.get('/thing', open, async () => ({ ok: true }));
  });

  test('says that it is not ready, answers all the same, and lets each connection go with its answer', async () => {
    const { edge, url } = await startEdge({ routes: [slow], ready: async () => [{ name: 'database', ok: true }] });
    const before = await raw(
      url,
      'GET /api/thing HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect(before.match(/HTTP\/1\.1 200/g)).toHaveLength(2);

    edge.drain();
    const unready = await fetch(`${url}/readyz`);
    expect([unready.status, (await problemOf(unready)).failing]).toEqual([503, ['draining']]);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    // The server closes although the sender would have kept the connection.
    const during = await raw(url, 'GET /api/thing HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(during).toMatch(/^HTTP\/1\.1 200/);
    expect(during.toLowerCase()).toContain('connection: close');
  });

  test('ends with a new start', async () => {
    const { edge } = await startEdge();
    edge.drain();
    await edge.stop();
    await edge.start();
    expect((await fetch(`${edge.address()}/readyz`)).status).toBe(200);
  });
});
