import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { jobKind } from './http.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function serve(listener: RequestListener): Promise<{ url: string; seen: { request: IncomingMessage; body: string }[] }> {
  const seen: { request: IncomingMessage; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    seen.push({ request, body });
    listener(request, response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  cleanups.push(() => new Promise((closed) => server.close(closed)));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function send(payload: object, { allowPrivate = ['127.0.0.0/8'], signal = new AbortController().signal } = {}): Promise<unknown> {
  const whole = { method: 'GET', headers: {}, body: null, idempotencyKey: 'key-1', ...payload };
  return jobKind.run(whole, { settings: { mail: null, whatsapp: null, documents: null, http: { allowPrivate } }, signal } as never);
}

describe('an http job', () => {
  it('sends method, headers and a body in JSON, always with its idempotency key', async () => {
    const { url, seen } = await serve((_request, response) =>
      response.writeHead(201, { 'content-type': 'application/json', 'set-cookie': 'a=1' }).end('{"n":1}'),
    );
    const answer = await send({
      method: 'POST',
      url: `${url}/x?y=1`,
      headers: { 'X-A': 'b', 'Idempotency-Key': 'mine' },
      body: { a: [1] },
    });
    expect(answer).toMatchObject({ status: 201, body: { n: 1 }, omitted: false });
    expect((answer as { headers: object }).headers).not.toHaveProperty('set-cookie');
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ body: '{"a":[1]}', request: { method: 'POST', url: '/x?y=1' } });
    expect(seen[0]?.request.headers).toMatchObject({ 'x-a': 'b', 'idempotency-key': 'key-1', 'content-type': 'application/json' });
  });

  it('keeps every status as the answer, and follows no redirect', async () => {
    const { url, seen } = await serve((_request, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end('moved'),
    );
    expect(await send({ url })).toMatchObject({ status: 302, body: 'moved' });
    expect(seen).toHaveLength(1);
  });

  it('keeps text that calls itself JSON as text, and leaves a long body out', async () => {
    const { url } = await serve((request, response) => {
      response
        .writeHead(200, { 'content-type': 'application/problem+json' })
        .end(request.url === '/long' ? `"${'x'.repeat(60_000)}"` : '{oops');
    });
    expect(await send({ url })).toMatchObject({ body: '{oops' });
    expect(await send({ url: `${url}/long` })).toMatchObject({ body: null, omitted: true });
  });

  it.each(['http://127.0.0.1:1/', 'http://169.254.169.254/latest/meta-data', 'http://[::1]/', 'http://10.0.0.1/', 'http://localhost/'])(
    'never calls a local address that is not allowed: %s',
    async (url) => {
      expect(await send({ url }, { allowPrivate: [] })).toMatchObject({ code: 'AGENT_ADDRESS_REFUSED' });
    },
  );

  it.each(['file:///etc/passwd', 'ftp://example.com/', 'http://user:secret@example.com/', 'no url'])('refuses %s', async (url) => {
    expect(await send({ url })).toMatchObject({ code: 'AGENT_OUTBOUND_URL_REFUSED' });
  });

  it('says that nobody answered', async () => {
    expect(await send({ url: 'http://127.0.0.1:1/' })).toMatchObject({ failure: expect.any(String), code: 'AGENT_OUTBOUND_FAILED' });
  });

  it('rejects when its run is told to end, so that it is another attempt', async () => {
    const { url } = await serve(() => undefined);
    await expect(send({ url: `${url}/` }, { signal: AbortSignal.abort(new Error('the lease was lost')) })).rejects.toThrow(
      'the lease was lost',
    );
  });
});
