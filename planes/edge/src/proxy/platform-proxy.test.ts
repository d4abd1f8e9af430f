import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { type Service, silentLog } from '@etis/kernel';
import { afterEach, describe, expect, it } from 'vitest';
import { createEdge, createPlatformProxy } from '../index.ts';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const servers: Server[] = [];
const services: Service[] = [];
afterEach(async () => {
  for (const service of services.splice(0).toReversed()) await service.stop();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

/** A platform process that keeps what it is asked. */
async function platform(answer: (seen: Seen, response: ServerResponse) => void): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const one = { method: request.method, url: request.url, headers: request.headers, body };
    if (request.url !== '/readyz') seen.push(one);
    answer(one, response);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

async function edgeFor(...origins: string[]) {
  const proxy = createPlatformProxy({ origins, log: silentLog });
  const edge = createEdge({
    listen: { host: '127.0.0.1', port: 0 },
    routes: [proxy.routes],
    ready: async () => [],
    guard: { authenticate: () => ({ kind: 'anonymous', id: 'anonymous' }), allows: () => false },
    log: silentLog,
  });
  for (const service of [proxy.service, edge]) {
    services.push(service);
    await service.start();
  }
  return { url: edge.address(), edge };
}

const ok = (_: Seen, response: ServerResponse) => void response.setHeader('content-type', 'application/json').end('{"ok":true}');

/** A request whose path is sent as it is written, and headers that fetch does not let through. */
function raw(url: string, options: { path: string; method?: string; headers?: Record<string, string>; body?: string }) {
  return new Promise<{ status: number | undefined; headers: IncomingMessage['headers'] }>((done, fail) => {
    const sent = httpRequest(url, { path: options.path, method: options.method ?? 'GET', headers: options.headers ?? {} }, (response) => {
      response.resume().once('end', () => done({ status: response.statusCode, headers: response.headers }));
    });
    sent.once('error', fail);
    sent.end(options.body);
  });
}

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

describe('what is forwarded', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('%s arrives with its query, headers and body as they were', async (method) => {
    const { url: origin, seen } = await platform(ok);
    const { url } = await edgeFor(origin);
    // Not as JSON.stringify would write it.
    const body = method === 'GET' ? undefined : '{ "name" : "Arbor",\n"n":1e3 }';
    const response = await fetch(`${url}/api/v1/tenants/arbor?limit=5&q=a%20b&q=c`, {
      method,
      headers: { authorization: 'Bearer etis_op_x', 'content-type': 'application/json', 'if-match': '"7"', 'idempotency-key': 'k' },
      ...(body === undefined ? {} : { body }),
    });
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method, url: '/api/v1/tenants/arbor?limit=5&q=a%20b&q=c', body: body ?? '' });
    expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer etis_op_x', 'if-match': '"7"', 'idempotency-key': 'k' });
    if (method !== 'GET') expect(seen[0]?.headers['content-type']).toBe('application/json');
  });

  it('a request without a body stays one', async () => {
    const { url: origin, seen } = await platform(ok);
    const { url } = await edgeFor(origin);
    for (const method of ['POST', 'DELETE']) expect((await fetch(`${url}/api/v1/x`, { method })).status).toBe(200);
    expect(seen.map(({ body }) => body)).toEqual(['', '']);
  });

  it('says who asks, whatever the sender claims, and passes on nothing that concerns one connection only', async () => {
    const { url: origin, seen } = await platform((_, response) => void response.setHeader('x-answer', 'yes').end());
    const { url } = await edgeFor(origin);
    const answer = await raw(url, {
      path: '/api/v1/x',
      headers: {
        'x-forwarded-for': '8.8.8.8',
        'x-forwarded-proto': 'https',
        'x-real-ip': '8.8.8.8',
        forwarded: 'for=8.8.8.8',
        connection: 'keep-alive, x-secret',
        'x-secret': 's',
        te: 'trailers',
        host: 'etis.example',
      },
    });
    expect(seen[0]?.headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'etis.example',
    });
    for (const name of ['x-real-ip', 'forwarded', 'x-secret', 'te']) expect(seen[0]?.headers).not.toHaveProperty(name);
    expect(seen[0]?.headers.host).toBe(new URL(origin).host);
    expect(answer.headers['x-answer']).toBe('yes');
  });

  it('carries the trace on that the sender or this edge began', async () => {
    const { url: origin, seen } = await platform(ok);
    const { url } = await edgeFor(origin);
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await fetch(`${url}/api/v1/x`, { headers: { traceparent } });
    await fetch(`${url}/api/v1/x`, { headers: { traceparent: 'nonsense' } });
    expect(seen.map(({ headers }) => headers.traceparent)).toEqual([
      traceparent,
      expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
    ]);
  });

  it.each([404, 409, 412, 422, 503])('an answer of %i with its problem comes back once and unchanged', async (status) => {
    const problem = { type: 'urn:etis:problem:x', status };
    const { url: origin, seen } = await platform((_, response) => {
      response
        .writeHead(status, { 'content-type': 'application/problem+json', etag: '"3"', 'retry-after': '7' })
        .end(JSON.stringify(problem));
    });
    const { url } = await edgeFor(origin);
    const response = await fetch(`${url}/api/v1/x`);
    expect([
      response.status,
      response.headers.get('content-type'),
      response.headers.get('etag'),
      response.headers.get('retry-after'),
    ]).toEqual([status, 'application/problem+json', '"3"', '7']);
    expect(await response.json()).toEqual(problem);
    expect(seen).toHaveLength(1);
  });
});

describe('what is not', () => {
  it.each(['/api/../hooks/x', '/api/%2e%2e/hooks/x', '/api/v1/..%2f..%2fhooks', '/hooks/x', '//evil.example/api/x', '/apix', '/metrics'])(
    'no request for %s leaves the API',
    async (path) => {
      const { url: origin, seen } = await platform(ok);
      const { url } = await edgeFor(origin);
      expect((await raw(url, { path })).status).toBeGreaterThanOrEqual(400);
      expect(seen.filter((one) => !(one.url ?? '').startsWith('/api/'))).toEqual([]);
    },
  );

  it('a host in the request line is not followed', async () => {
    const [good, evil] = [await platform(ok), await platform(ok)];
    const { url } = await edgeFor(good.url);
    await raw(url, { path: `${evil.url}/api/v1/x` });
    expect(evil.seen).toEqual([]);
  });

  it('a body that is larger than the listener takes', async () => {
    const { url: origin, seen } = await platform(ok);
    const { url } = await edgeFor(origin);
    const response = await fetch(`${url}/api/v1/x`, { method: 'POST', body: 'x'.repeat(1_048_577) });
    expect(response.status).toBe(413);
    expect(seen).toEqual([]);
  });
});

describe('when the platform is not well', () => {
  it('nobody there is 503 with Retry-After', async () => {
    const { url } = await edgeFor(`http://127.0.0.1:${await closedPort()}`);
    const response = await fetch(`${url}/api/v1/tenants`);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({ code: 'EDGE_PLATFORM_UNREACHABLE', status: 503 });
  });

  it('one that breaks off is 502, because the request may have been carried out, and it is not sent again', async () => {
    const { url: origin, seen } = await platform((_, response) => void response.socket?.destroy());
    const { url } = await edgeFor(origin);
    for (const method of ['GET', 'POST']) {
      const response = await fetch(`${url}/api/v1/tenants`, { method, ...(method === 'POST' ? { body: '{}' } : {}) });
      expect([response.status, await response.json()]).toEqual([502, expect.objectContaining({ code: 'EDGE_PLATFORM_BROKE_OFF' })]);
      expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    expect(seen).toHaveLength(2);
  });

  it('an answer that breaks off in the middle does not look whole', async () => {
    const { url: origin } = await platform((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.socket?.destroy());
    });
    const { url } = await edgeFor(origin);
    await expect(fetch(`${url}/api/v1/x`).then((response) => response.text())).rejects.toThrow();
  });

  it('answers that do not begin hold a bounded number of requests, and the next one is told so', { timeout: 20_000 }, async () => {
    const held: ServerResponse[] = [];
    const { url: origin } = await platform((_, response) => void held.push(response));
    const { url } = await edgeFor(origin);
    const controller = new AbortController();
    const waiting = Array.from({ length: 512 }, () => fetch(`${url}/api/v1/x`, { signal: controller.signal }).catch(() => null));
    for (;;) {
      const response = await fetch(`${url}/api/v1/x`, { signal: AbortSignal.any([controller.signal, AbortSignal.timeout(500)]) }).catch(
        () => null,
      );
      if (response === null) continue;
      expect([response.status, await response.json()]).toEqual([503, expect.objectContaining({ code: 'EDGE_PROXY_FULL' })]);
      break;
    }
    controller.abort();
    await Promise.all(waiting);
    for (const response of held) response.end();
  });
});

describe('event streams', () => {
  const stream = (_: Seen, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: ready\ndata: {}\n\n');
  };

  it('arrive as they are written, not when they are whole', async () => {
    const { url: origin } = await platform(stream);
    const { url } = await edgeFor(origin);
    const response = await fetch(`${url}/api/v1/changes`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toContain('event: ready');
    await reader?.cancel();
  });

  it('end properly, and at once, when the edge stops', async () => {
    const { url: origin } = await platform(stream);
    const { url, edge } = await edgeFor(origin);
    const response = await fetch(`${url}/api/v1/changes`);
    const text = response.text();
    const began = performance.now();
    await edge.stop();
    expect(performance.now() - began).toBeLessThan(2_500);
    expect(await text).toContain('event: ready');
  });

  it('that break off at the platform break off here', async () => {
    const { url: origin } = await platform((seen, response) => {
      stream(seen, response);
      setImmediate(() => response.socket?.destroy());
    });
    const { url } = await edgeFor(origin);
    await expect(fetch(`${url}/api/v1/changes`).then((response) => response.text())).rejects.toThrow();
  });

  it('that nobody reads any more are given up at the platform', async () => {
    const gone = Promise.withResolvers<void>();
    const { url: origin } = await platform((seen, response) => {
      stream(seen, response);
      response.once('close', () => gone.resolve());
    });
    const { url } = await edgeFor(origin);
    const controller = new AbortController();
    await fetch(`${url}/api/v1/changes`, { signal: controller.signal });
    controller.abort();
    await gone.promise;
  });
});

describe('several platform processes', () => {
  const named = (name: string, ready: () => boolean) => (seen: Seen, response: ServerResponse) => {
    response.statusCode = seen.url === '/readyz' && !ready() ? 503 : 200;
    response.end(name);
  };

  it('share the requests, and one that is not ready gets none', async () => {
    let firstReady = true;
    const first = await platform(named('first', () => firstReady));
    const second = await platform(named('second', () => true));
    const { url } = await edgeFor(first.url, second.url);
    const ask = async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => fetch(`${url}/api/v1/x`).then((response) => response.text())));
      return new Set(answers);
    };
    expect(await ask()).toEqual(new Set(['first', 'second']));
    firstReady = false;
    await expect.poll(ask, { timeout: 5_000, interval: 20 }).toEqual(new Set(['second']));
    firstReady = true;
    await expect.poll(ask, { timeout: 5_000, interval: 20 }).toEqual(new Set(['first', 'second']));
  });
});
