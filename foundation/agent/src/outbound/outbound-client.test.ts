import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createOutboundClient, type OutboundClient, type OutboundClientOptions, type ResolvedAddress } from './index.ts';

const loopback: readonly ResolvedAddress[] = [{ address: '127.0.0.1', family: 4 }];
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function serve(listener: RequestListener): Promise<{ port: number; server: Server; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, server, requests };
}

function client(options: Partial<OutboundClientOptions> = {}): OutboundClient {
  const created = createOutboundClient({ timeoutMs: 5_000, maxResponseBytes: 1_000, allowPrivate: ['127.0.0.0/8'], ...options });
  cleanups.push(() => created.close());
  return created;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

describe('a request', () => {
  it('carries method, headers and body, and brings back status, headers and bytes', async () => {
    const { port, requests } = await serve(async (request, response) => {
      const body = await bodyOf(request);
      response.writeHead(201, { 'x-seen': body, 'set-cookie': ['a=1', 'b=2'] }).end(Buffer.from([0, 255, 1]));
    });
    const response = await client().request(`http://127.0.0.1:${port}/hook?x=1#f`, {
      method: 'POST',
      headers: { 'X-Custom': 'v' },
      body: 'hello',
    });
    expect(response).toMatchObject({
      status: 201,
      headers: { 'x-seen': 'hello', 'set-cookie': 'a=1, b=2' },
      body: Buffer.from([0, 255, 1]),
    });
    expect(requests[0]).toMatchObject({ method: 'POST', url: '/hook?x=1', headers: { 'x-custom': 'v', host: `127.0.0.1:${port}` } });
  });

  it('connects to the address that was checked, under the name that was asked for', async () => {
    const { port, requests } = await serve((_request, response) => response.end('ok'));
    const asked: string[] = [];
    const lookup = async (host: string) => {
      asked.push(host);
      return loopback;
    };
    const response = await client({ lookup }).request(`http://service.example:${port}/`);
    expect(response.body.toString()).toBe('ok');
    expect(requests[0]?.headers.host).toBe(`service.example:${port}`);
    expect(asked).toEqual(['service.example']);
  });

  it.each(['host', 'Content-Length', 'transfer-encoding', 'Connection', 'upgrade'])('may not set %s', async (name) => {
    const { port, requests } = await serve((_request, response) => response.end());
    await expect(client().request(`http://127.0.0.1:${port}/`, { headers: { [name]: 'x' } })).rejects.toMatchObject({
      code: 'AGENT_OUTBOUND_REQUEST_INVALID',
    });
    expect(requests).toHaveLength(0);
  });

  it.each([{ 'x-a': 'b\r\nx-injected: 1' }, { 'x-a\r\nx-injected': '1' }, { 'x a': '1' }, { 'x-a': 'b\u0000' }] as Record<
    string,
    string
  >[])('is refused with the headers %j', async (headers) => {
    const { port, requests } = await serve((_request, response) => response.end());
    await expect(client().request(`http://127.0.0.1:${port}/`, { headers })).rejects.toMatchObject({
      code: 'AGENT_OUTBOUND_REQUEST_INVALID',
    });
    expect(requests).toHaveLength(0);
  });
});

describe('a local address', () => {
  it.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', '127.1', '0177.0.0.1', '127.0.0.1.', '①②⑦.0.0.1'])(
    'is refused as %s',
    async (host) => {
      const { port, requests } = await serve((_request, response) => response.end());
      await expect(client({ allowPrivate: [] }).request(`http://${host}:${port}/`)).rejects.toMatchObject({
        code: 'AGENT_ADDRESS_REFUSED',
        kind: 'forbidden',
      });
      expect(requests).toHaveLength(0);
    },
  );

  it('is refused behind a name, by the real resolver too', async () => {
    const { port, requests } = await serve((_request, response) => response.end());
    await expect(client({ allowPrivate: [] }).request(`http://localhost:${port}/`)).rejects.toMatchObject({
      code: 'AGENT_ADDRESS_REFUSED',
    });
    expect(requests).toHaveLength(0);
  });

  it('is refused where it is one answer among public ones, and the error does not say which', async () => {
    const lookup = async (): Promise<readonly ResolvedAddress[]> => [{ address: '93.184.216.34', family: 4 }, ...loopback];
    const error = await client({ allowPrivate: [], lookup })
      .request('http://mixed.example/')
      .catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'AGENT_ADDRESS_REFUSED', internal: expect.stringContaining('127.0.0.1') });
    expect((error as Error).message).not.toContain('127.0.0.1');
  });

  it('is not reached by a name server that changes its answer', async () => {
    const { port, requests } = await serve((_request, response) => response.end('inside'));
    const answers: ResolvedAddress[][] = [[{ address: '192.0.2.1', family: 4 }], [...loopback]];
    let asked = 0;
    const lookup = async () => answers[Math.min(asked++, answers.length - 1)] ?? [];
    const rebound = client({ allowPrivate: [], lookup });
    await expect(rebound.request(`http://rebind.example:${port}/`)).rejects.toMatchObject({ code: 'AGENT_ADDRESS_REFUSED' });
    await expect(rebound.request(`http://rebind.example:${port}/`)).rejects.toMatchObject({ code: 'AGENT_ADDRESS_REFUSED' });
    expect(asked).toBe(2);
    expect(requests).toHaveLength(0);
  });

  it('is asked for once per connection, so what was checked is what is connected to', async () => {
    const { port } = await serve((_request, response) => response.setHeader('connection', 'close').end('ok'));
    let asked = 0;
    const lookup = async (): Promise<readonly ResolvedAddress[]> => (asked++ === 0 ? loopback : [{ address: '10.0.0.1', family: 4 }]);
    const target = `service.example:${port}`;
    const pinned = client({ allowPrivate: ['127.0.0.0/8'], lookup });
    expect((await pinned.request(`http://${target}/`)).body.toString()).toBe('ok');
    await expect(pinned.request(`http://${target}/`)).rejects.toMatchObject({ code: 'AGENT_ADDRESS_REFUSED' });
    expect(asked).toBe(2);
  });
});

describe('a redirect', () => {
  const to =
    (location: string, status = 302): RequestListener =>
    (_request, response) =>
      response.writeHead(status, { location }).end();

  it('is the answer unless it is to be followed', async () => {
    const { port } = await serve(to('http://169.254.169.254/'));
    const response = await client().request(`http://127.0.0.1:${port}/`);
    expect(response).toMatchObject({ status: 302, headers: { location: 'http://169.254.169.254/' } });
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.1/',
    'http://[fd00:ec2::254]/',
    'http://[::ffff:10.0.0.1]/',
    '//192.168.0.1/',
  ])('to %s is refused', async (location) => {
    const { port } = await serve(to(location));
    await expect(client().request(`http://127.0.0.1:${port}/`, { followRedirects: 3 })).rejects.toMatchObject({
      code: 'AGENT_ADDRESS_REFUSED',
    });
  });

  it.each(['file:///etc/passwd', 'http://user:pw@127.0.0.1/', 'ftp://127.0.0.1/'])('to %s is refused', async (location) => {
    const { port } = await serve(to(location));
    await expect(client().request(`http://127.0.0.1:${port}/`, { followRedirects: 1 })).rejects.toMatchObject({
      code: 'AGENT_OUTBOUND_URL_REFUSED',
    });
  });

  it('is followed as often as was asked for and no more', async () => {
    const { port, requests } = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('arrived');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    const followed = await client().request(`http://127.0.0.1:${port}/3`, { followRedirects: 3 });
    expect(followed).toMatchObject({ status: 200, url: `http://127.0.0.1:${port}/0` });
    requests.length = 0;
    await expect(client().request(`http://127.0.0.1:${port}/4`, { followRedirects: 3 })).rejects.toMatchObject({
      code: 'AGENT_OUTBOUND_REDIRECTS_EXCEEDED',
    });
    expect(requests).toHaveLength(4);
  });

  it.each([
    [303, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [301, 'PUT', 'PUT', 'body'],
    [307, 'POST', 'POST', 'body'],
    [308, 'POST', 'POST', 'body'],
  ] as const)('%i turns %s into %s', async (status, method, expected, body) => {
    const { port } = await serve(async (request, response) => {
      if (request.url === '/') to('/next', status)(request, response);
      else response.end(`${request.method}:${await bodyOf(request)}:${request.headers['content-type'] ?? ''}`);
    });
    const headers = { 'content-type': 'text/plain' };
    const response = await client().request(`http://127.0.0.1:${port}/`, { method, headers, body: 'body', followRedirects: 1 });
    expect(response.body.toString()).toBe(`${expected}:${body}:${body === '' ? '' : 'text/plain'}`);
  });

  it('to another origin takes no credential along, and to the same one does', async () => {
    const other = await serve((_request, response) => response.end());
    const { port, requests } = await serve((request, response) => {
      if (request.url === '/same') response.end();
      else response.writeHead(307, { location: request.url === '/a' ? '/same' : `http://127.0.0.1:${other.port}/` }).end();
    });
    const headers = { authorization: 'Bearer x', cookie: 'a=1', 'x-api-key': 'k', accept: 'text/plain' };
    const outbound = client();
    await outbound.request(`http://127.0.0.1:${port}/a`, { headers, followRedirects: 1 });
    expect(requests[1]?.headers).toMatchObject(headers);
    await outbound.request(`http://127.0.0.1:${port}/b`, { headers, followRedirects: 1 });
    const { host, connection, ...seen } = other.requests[0]?.headers ?? {};
    expect(seen).toEqual({ accept: 'text/plain' });
  });
});

describe('bounds', () => {
  it('drops an answer that is too large, at the bound and not at its end', async () => {
    let closed = false;
    const { port } = await serve((request, response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      request.socket.on('close', () => {
        closed = true;
      });
      more();
    });
    await expect(client().request(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      code: 'AGENT_OUTBOUND_RESPONSE_TOO_LARGE',
      kind: 'too-large',
    });
    await expect.poll(() => closed, { timeout: 5_000 }).toBe(true);
  });

  it('takes an answer of exactly the bound', async () => {
    const { port } = await serve((_request, response) => response.end('x'.repeat(1_000)));
    expect((await client().request(`http://127.0.0.1:${port}/`)).body).toHaveLength(1_000);
  });

  it('gives up on an answer that trickles', async () => {
    const { port } = await serve((_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    await expect(client({ timeoutMs: 300 }).request(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      code: 'AGENT_OUTBOUND_TIMEOUT',
      retryable: true,
    });
  });

  it('gives up on a server that says nothing, a resolver that says nothing, and endless redirects', async () => {
    const { port } = await serve((request, response) => {
      if (request.url === '/slow') setTimeout(() => response.writeHead(302, { location: '/slow' }).end(), 150);
    });
    const timedOut = { code: 'AGENT_OUTBOUND_TIMEOUT', retryable: true };
    await expect(client({ timeoutMs: 200 }).request(`http://127.0.0.1:${port}/`)).rejects.toMatchObject(timedOut);
    await expect(client({ timeoutMs: 200 }).request(`http://127.0.0.1:${port}/slow`, { followRedirects: 3 })).rejects.toMatchObject(
      timedOut,
    );
    const silent = client({ timeoutMs: 200, lookup: () => new Promise(() => {}) });
    await expect(silent.request('http://silent.example/')).rejects.toMatchObject(timedOut);
  });

  it('refuses an answer with huge headers', async () => {
    const { port } = await serve((_request, response) => response.writeHead(200, { 'x-huge': 'x'.repeat(20_000) }).end());
    await expect(client().request(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'AGENT_OUTBOUND_FAILED' });
  });

  it('leaves a compressed answer as it is', async () => {
    const { port } = await serve((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('not really gzip'));
    expect((await client().request(`http://127.0.0.1:${port}/`)).body.toString()).toBe('not really gzip');
  });
});

describe('a sink', () => {
  const collect = () => {
    const chunks: Buffer[] = [];
    return { chunks, sink: async (chunk: Buffer) => chunks.push(chunk) };
  };

  it('takes a body that is not held, one piece after the other', async () => {
    const { port } = await serve((_request, response) => {
      for (let piece = 0; piece < 50; piece += 1) response.write(`${piece},`.padEnd(20));
      response.end();
    });
    let busy = 0;
    let text = '';
    const sink = async (chunk: Buffer) => {
      busy += 1;
      expect(busy).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      text += chunk.toString();
      busy -= 1;
    };
    const response = await client().request(`http://127.0.0.1:${port}/`, { sink });
    expect(response).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    expect(text).toHaveLength(1_000);
  });

  it('hears nothing of a redirect or a refusal, however much they say', async () => {
    const { port } = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/end' }).end('x'.repeat(100_000));
      else if (request.url === '/end') response.end('arrived');
      else response.writeHead(404).end('x'.repeat(300_000));
    });
    const { chunks, sink } = collect();
    const outbound = client();
    expect(await outbound.request(`http://127.0.0.1:${port}/`, { sink, followRedirects: 1 })).toMatchObject({ status: 200 });
    expect(Buffer.concat(chunks).toString()).toBe('arrived');
    expect(await outbound.request(`http://127.0.0.1:${port}/lost`, { sink })).toMatchObject({ status: 404, body: Buffer.alloc(0) });
    expect(Buffer.concat(chunks).toString()).toBe('arrived');
  });

  it('gets nothing of a body that is announced as too large, and no more than the bound of one that is not', async () => {
    const { port } = await serve((request, response) => {
      if (request.url === '/announced') response.setHeader('content-length', 2_000);
      response.write('x'.repeat(500));
      response.write('x'.repeat(500));
      response.end('x'.repeat(1_000));
    });
    const tooLarge = { code: 'AGENT_OUTBOUND_RESPONSE_TOO_LARGE' };
    const announced = collect();
    await expect(client().request(`http://127.0.0.1:${port}/announced`, { sink: announced.sink })).rejects.toMatchObject(tooLarge);
    expect(announced.chunks).toEqual([]);
    const silent = collect();
    await expect(client().request(`http://127.0.0.1:${port}/`, { sink: silent.sink })).rejects.toMatchObject(tooLarge);
    expect(Buffer.concat(silent.chunks).length).toBeLessThanOrEqual(1_000);
  });

  it('that fails ends the request, and its error is kept', async () => {
    const { port } = await serve((_request, response) => response.end('x'));
    const full = new Error('the disk is full');
    const sink = () => Promise.reject(full);
    await expect(client().request(`http://127.0.0.1:${port}/`, { sink })).rejects.toMatchObject({
      code: 'AGENT_OUTBOUND_FAILED',
      cause: full,
    });
  });
});

describe('failures', () => {
  it('tells an unknown name, a refused connection and a broken answer apart from refusals', async () => {
    const lookup = async () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    await expect(client({ lookup }).request('http://nowhere.example/')).rejects.toMatchObject({
      code: 'AGENT_OUTBOUND_NAME_UNKNOWN',
      retryable: true,
    });
    await expect(client({ lookup: async () => [] }).request('http://nowhere.example/')).rejects.toMatchObject({
      code: 'AGENT_OUTBOUND_NAME_UNKNOWN',
    });

    const gone = await serve(() => {});
    await new Promise((resolve) => gone.server.close(resolve));
    await expect(client().request(`http://127.0.0.1:${gone.port}/`)).rejects.toMatchObject({
      code: 'AGENT_OUTBOUND_FAILED',
      retryable: true,
    });

    const { port } = await serve((request) => request.socket.destroy());
    await expect(client().request(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'AGENT_OUTBOUND_FAILED', retryable: true });
  });

  it('ends with the reason of the caller who gave up, before and during the request', async () => {
    const { port } = await serve(() => {});
    const reason = new Error('no longer wanted');
    await expect(client().request(`http://127.0.0.1:${port}/`, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const pending = client().request(`http://127.0.0.1:${port}/`, { signal: controller.signal });
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
  });

  it('leaves nothing to call after close', async () => {
    const { port } = await serve((_request, response) => response.end());
    const closed = client();
    await closed.close();
    await expect(closed.request(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'AGENT_OUTBOUND_FAILED' });
  });
});
