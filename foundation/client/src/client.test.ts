import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { type Client, createClient, type Event, ProblemError, type Tenant, UnreachableError } from './index.ts';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const seen: Seen[] = [];
let answer: (seen: Seen, response: ServerResponse) => void;
let server: Server;
let etis: Client;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  etis = createClient({ url, token: 'etis_op_secret' });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen.length = 0;
});

function json(status: number, body: unknown, headers: Record<string, string> = {}): void {
  answer = (_seen, response) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

const tenant: Tenant = { id: 'acme', name: 'Acme', status: 'active', createdAt: '2026-11-02T09:30:00.000Z', placements: [] };

describe('a call', () => {
  it('goes where its path says, with the credential, and brings data and ETag', async () => {
    json(200, tenant, { etag: '"v1"' });
    const { data, etag, response } = await etis.get('/api/v1/tenants/{tenant}', { params: { path: { tenant: 'acme' } } });
    expectTypeOf(data).toEqualTypeOf<Tenant>();
    expect([data, etag, response.status]).toEqual([tenant, '"v1"', 200]);
    expect(seen).toMatchObject([{ method: 'GET', url: '/api/v1/tenants/acme', headers: { authorization: 'Bearer etis_op_secret' } }]);
  });

  it('says in headers and body what it is given', async () => {
    json(200, tenant);
    await etis.patch('/api/v1/tenants/{tenant}', {
      params: { path: { tenant: 'acme' }, header: { 'If-Match': '"v1"' } },
      body: { status: 'suspended' },
    });
    expect(seen).toMatchObject([
      { method: 'PATCH', body: '{"status":"suspended"}', headers: { 'if-match': '"v1"', 'content-type': 'application/json' } },
    ]);
  });

  it('encodes what stands in paths and queries', async () => {
    json(200, { id: 'x', outcome: 'redriven' });
    await etis.post('/api/v1/dead-letters/{id}/redrive', { params: { path: { id: 'acme/nudge:42' }, header: { 'Idempotency-Key': 'k' } } });
    json(200, { ...tenant });
    const query = { system: 'autodesk', kind: 'hub', externalId: 'a/b?c=d&e ü' };
    await etis.get('/api/v1/tenants/{tenant}/resolver-entry', { params: { path: { tenant: 'acme' }, query } });
    expect(seen[0]).toMatchObject({ url: '/api/v1/dead-letters/acme%2Fnudge%3A42/redrive', headers: { 'idempotency-key': 'k' }, body: '' });
    expect(new URL(seen[1]?.url ?? '', url).searchParams.get('externalId')).toBe(query.externalId);
  });

  it('brings nothing where there is nothing', async () => {
    answer = (_seen, response) => response.writeHead(204).end();
    const { data, etag } = await etis.delete('/api/v1/connections/{connection}', { params: { path: { connection: 'x' } } });
    expect([data, etag]).toEqual([undefined, null]);
  });

  it('asks for the credential each time where it may change', async () => {
    json(200, { items: [], next: null });
    let turn = 0;
    const changing = createClient({ url, token: async () => `token-${++turn}` });
    await changing.get('/api/v1/tenants');
    await changing.get('/api/v1/tenants');
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });
});

describe('an answer that is no success', () => {
  it('is a ProblemError with everything that it says', async () => {
    json(
      400,
      {
        type: 'urn:etis:problem:control-input-invalid',
        title: 'Bad Request',
        status: 400,
        detail: 'The field name was refused.',
        code: 'CONTROL_INPUT_INVALID',
        instance: 'urn:etis:trace:1',
        errors: [{ pointer: '/name', detail: 'it is missing' }, 'nonsense'],
      },
      { 'retry-after': '7' },
    );
    const error = await etis.post('/api/v1/tenants', { body: { id: 'x', name: '' } }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({
      message: 'The field name was refused.',
      code: 'CONTROL_INPUT_INVALID',
      status: 400,
      title: 'Bad Request',
      errors: [{ pointer: '/name', detail: 'it is missing' }],
      retryAfter: 7,
      instance: 'urn:etis:trace:1',
    });
  });

  it.each([
    ['a page of a proxy', 502, '<html>', { code: 'UNKNOWN', status: 502, title: 'Bad Gateway', errors: [], retryAfter: null }],
    ['nothing', 500, '', { code: 'UNKNOWN', status: 500 }],
    ['JSON that is no object', 503, '[1]', { code: 'UNKNOWN', status: 503 }],
    ['null', 401, 'null', { code: 'UNKNOWN', status: 401 }],
  ])('may be %s', async (_case, status, body, expected) => {
    answer = (_seen, response) => response.writeHead(status).end(body);
    await expect(etis.get('/api/v1/status')).rejects.toMatchObject({ name: 'ProblemError', ...expected });
  });

  it('says when to ask again also by a date', async () => {
    json(503, {}, { 'retry-after': new Date(Date.now() + 5_000).toUTCString() });
    const error = await etis.get('/api/v1/status').catch((thrown: ProblemError) => thrown);
    expect((error as ProblemError).retryAfter).toBeGreaterThanOrEqual(3);
    json(503, {}, { 'retry-after': 'soon' });
    await expect(etis.get('/api/v1/status')).rejects.toMatchObject({ retryAfter: null });
  });
});

describe('no answer', () => {
  it('is an UnreachableError that says where', async () => {
    const nowhere = createClient({ url: 'http://127.0.0.1:1', token: 'x' });
    await expect(nowhere.get('/api/v1/status')).rejects.toBeInstanceOf(UnreachableError);
    await expect(nowhere.get('/api/v1/status')).rejects.toMatchObject({ url: 'http://127.0.0.1:1', cause: expect.anything() });
  });

  it('in time is one too', async () => {
    answer = () => {};
    const hasty = createClient({ url, token: 'x', timeoutMs: 30 });
    await expect(hasty.get('/api/v1/status')).rejects.toMatchObject({ name: 'UnreachableError', cause: { name: 'TimeoutError' } });
  });

  it('because the caller gave up says that', async () => {
    answer = () => {};
    const controller = new AbortController();
    const asked = etis.get('/api/v1/status', { signal: controller.signal });
    controller.abort(new Error('never mind'));
    await expect(asked).rejects.toThrow('never mind');
  });
});

describe('what goes wrong', () => {
  it("can be told in the caller's own words", async () => {
    json(404, { code: 'CONTROL_TENANT_UNKNOWN' });
    const translate = (error: ProblemError | UnreachableError) => new Error(`ours: ${error.name}`, { cause: error });
    const own = createClient({ url, token: 'x', translate });
    await expect(own.get('/api/v1/status')).rejects.toThrow('ours: ProblemError');
    await expect(own.items('/api/v1/tenants').next()).rejects.toThrow('ours: ProblemError');
    await expect(own.changes().next()).rejects.toThrow('ours: ProblemError');
    const away = createClient({ url: 'http://127.0.0.1:1', token: 'x', translate });
    await expect(away.get('/api/v1/status')).rejects.toThrow('ours: UnreachableError');
  });
});

describe('items', () => {
  const event = (id: number) => ({ id: String(id) }) as Event;

  it('are read page after page, an empty page included', async () => {
    const pages = [
      { items: [event(1), event(2)], next: 'a' },
      { items: [], next: 'b' },
      { items: [event(3)], next: null },
    ];
    answer = (_seen, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(pages[seen.length - 1]));
    const found: string[] = [];
    for await (const item of etis.items('/api/v1/events', { params: { query: { tenant: 'acme', limit: 2 } } })) {
      expectTypeOf(item).toEqualTypeOf<Event>();
      found.push(item.id);
    }
    expect(found).toEqual(['1', '2', '3']);
    expect(seen.map((one) => Object.fromEntries(new URL(one.url, url).searchParams))).toEqual([
      { tenant: 'acme', limit: '2' },
      { tenant: 'acme', limit: '2', cursor: 'a' },
      { tenant: 'acme', limit: '2', cursor: 'b' },
    ]);
  });

  it('that nobody reads are not asked for', async () => {
    json(200, { items: [event(1), event(2)], next: 'more' });
    for await (const _item of etis.items('/api/v1/tenants')) break;
    expect(seen).toHaveLength(1);
  });
});
