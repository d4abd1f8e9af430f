import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RetryAfter } from '../../runtime/job-kind.ts';
import { type DocumentRunOptions, type DocumentWorkshop, openDocumentWorkshop } from './fixtures/document-job.ts';

let workshop: DocumentWorkshop;
beforeAll(async () => {
  workshop = await openDocumentWorkshop();
});
afterAll(() => workshop.close());

async function fetched(listener: RequestListener, options: DocumentRunOptions = {}) {
  const origin = await workshop.serve(listener);
  return workshop.run({ source: { url: `${origin}/file?signature=hunter2` }, name: 'a.txt', actions: ['store', 'checksum'] }, options);
}

const answer =
  (status: number, headers: Record<string, string> = {}, body = ''): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);

describe('a document from an address', () => {
  it('is fetched, digested and stored for its tenant', async () => {
    const notes: string[] = [];
    const seen: string[] = [];
    const result = await fetched(
      (request, response) => {
        seen.push(`${request.method} ${request.headers['accept-encoding']}`);
        response.end('some text');
      },
      { onNote: (note) => notes.push(note) },
    );
    const sha256 = createHash('sha256').update('some text').digest('hex');
    expect(result).toEqual({ bytes: 9, sha256, mimeType: 'text/plain', stored: sha256, text: null, metadata: null, warnings: [] });
    expect(await workshop.store.stat('acme', sha256)).toMatchObject({ bytes: 9 });
    expect(await workshop.store.stat('globex', sha256)).toBeNull();
    expect(seen).toEqual(['GET identity']);
    expect(notes).toEqual(['fetched', 'stored']);
  });

  it('is not kept where only its digest was asked for', async () => {
    const origin = await workshop.serve(answer(200, {}, 'only to be counted'));
    const result = await workshop.run({ source: { url: origin }, name: 'x', actions: ['checksum'] });
    expect(result).toMatchObject({ bytes: 18, stored: null, text: null, metadata: null });
    expect(await workshop.store.stat('acme', result.sha256)).toBeNull();
  });

  it('may be behind redirects', async () => {
    const result = await fetched((request, response) => {
      if (request.url === '/there') response.end('arrived');
      else response.writeHead(307, { location: '/there' }).end('go there');
    });
    expect(result.bytes).toBe(7);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('that was compressed as %s, although nobody asked for it, is what was in there', async (encoding, compress) => {
    const result = await fetched((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(compress('plain again'));
    });
    expect(result.sha256).toBe(createHash('sha256').update('plain again').digest('hex'));
  });

  it('that says it is compressed must be so, in a way that is known, and may not grow beyond the bound', async () => {
    const send = (encoding: string, body: Buffer, limits = {}) =>
      fetched((_request, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(body), { limits });
    const terminal = (message: string) => ({ name: 'TerminalFailure', message: expect.stringContaining(message) });
    await expect(send('gzip', Buffer.from('not gzip'))).rejects.toMatchObject(terminal('cannot be unpacked'));
    await expect(send('gzip', gzipSync('x'.repeat(500)).subarray(0, 20))).rejects.toMatchObject(terminal('cannot be unpacked'));
    await expect(send('constructor', Buffer.from('x'))).rejects.toMatchObject(terminal('the encoding constructor'));
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    await expect(send('gzip', bomb, { maxBytes: 100_000 })).rejects.toMatchObject(terminal('larger than the 100000 bytes'));
  });
});

describe('an address that gives no document', () => {
  it.each([
    [401, 'wants a credential'],
    [403, 'forbids this'],
    [404, 'there is nothing at this address'],
    [410, 'gone for good'],
    [400, 'refuses the request'],
    [418, 'refuses the request'],
    [204, 'carries no document'],
    [206, 'carries no document'],
    [304, 'carries no document'],
  ])('because it answers %i is not asked again', async (status, reason) => {
    const failure = fetched(answer(status));
    await expect(failure).rejects.toMatchObject({ name: 'TerminalFailure', message: expect.stringContaining(reason) });
    await expect(failure).rejects.toThrow(/^(?!.*hunter2)/);
  });

  it.each<[number, string | undefined, number]>([
    [429, '120', 120_000],
    [429, undefined, 30_000],
    [429, '1', 30_000],
    [503, '99999999', 3_600_000],
    [503, 'soon', 30_000],
    [500, '-5', 30_000],
    [502, new Date(Date.now() - 60_000).toUTCString(), 30_000],
    [408, undefined, 30_000],
  ])('because it answers %i with retry-after %s is asked again after %i ms', async (status, header, ms) => {
    const failure = fetched(answer(status, header === undefined ? {} : { 'retry-after': header }));
    await expect(failure).rejects.toBeInstanceOf(RetryAfter);
    await expect(failure).rejects.toMatchObject({ ms, message: expect.stringContaining(`answered with ${status}`) });
  });

  it('may say until when it wants its peace', async () => {
    const at = new Date(Date.now() + 600_000).toUTCString();
    const failure = await fetched(answer(503, { 'retry-after': at })).catch((error: unknown) => error as RetryAfter);
    expect((failure as RetryAfter).ms).toBeGreaterThan(590_000);
    expect((failure as RetryAfter).ms).toBeLessThanOrEqual(600_000);
  });

  it('because it is too large, announced or not, is not asked again', async () => {
    const limits = { maxBytes: 1_000 };
    const tooLarge = { name: 'TerminalFailure', message: expect.stringContaining('larger than') };
    const announced = fetched(answer(200, { 'content-length': '1001' }, 'x'.repeat(1_001)), { limits });
    await expect(announced).rejects.toMatchObject(tooLarge);
    const endless: RequestListener = (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    };
    await expect(fetched(endless, { limits })).rejects.toMatchObject(tooLarge);
    expect(await fetched(answer(200, {}, 'x'.repeat(1_000)), { limits })).toMatchObject({ bytes: 1_000 });
  });

  it('because it is slow or breaks off may be asked again', async () => {
    await expect(fetched(() => {}, { limits: { fetchMs: 200 } })).rejects.toMatchObject({
      code: 'AGENT_OUTBOUND_TIMEOUT',
      retryable: true,
    });
    const broken: RequestListener = (request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('x', () => request.socket.destroy());
    };
    await expect(fetched(broken)).rejects.toMatchObject({ code: 'AGENT_OUTBOUND_FAILED', retryable: true });
  });

  it('is left when the job is called off, and nothing stays on the disk', async () => {
    const reason = new Error('cancelled');
    const controller = new AbortController();
    const running = fetched(
      (_request, response) => {
        response.write('x');
        controller.abort(reason);
      },
      { signal: controller.signal },
    );
    await expect(running).rejects.toBe(reason);
    expect(await readdir(workshop.workPath)).toEqual([]);
  });
});

describe('an address that leads inside', () => {
  const inside = async (url: string, allowPrivate: string[] = []) =>
    workshop.run({ source: { url }, name: 'x', actions: ['checksum'] }, { allowPrivate });

  it.each([
    'http://127.0.0.1:80/',
    'http://localhost/',
    'http://[::1]/',
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://0x7f.1/',
  ])('such as %s is refused for good', async (url) => {
    await expect(inside(url)).rejects.toMatchObject({ name: 'TerminalFailure', message: expect.stringContaining('It was not fetched.') });
  });

  it.each(['file:///etc/passwd', 'ftp://example.com/x', 'http://user:secret@example.com/', 'data:text/plain,x', 'nonsense'])(
    'or such as %s, which is no address to fetch from',
    async (url) => {
      await expect(inside(url)).rejects.toMatchObject({ name: 'TerminalFailure', message: expect.not.stringContaining('secret') });
    },
  );

  it.each(['http://169.254.169.254/', 'http://[::ffff:10.0.0.1]/', 'http://192.168.1.1/', 'file:///etc/passwd'])(
    'is refused when a redirect names it, as %s',
    async (location) => {
      const origin = await workshop.serve(answer(302, { location }));
      await expect(inside(origin, ['127.0.0.0/8'])).rejects.toMatchObject({ name: 'TerminalFailure' });
    },
  );
});

describe('a document from the store', () => {
  it('is taken from the space of its tenant alone', async () => {
    const stored = await workshop.keep('of globex', 'globex');
    const take = (tenant: string) => workshop.run({ source: { stored }, name: 'x', actions: ['checksum', 'store'] }, { tenant });
    expect(await take('globex')).toMatchObject({ bytes: 9, stored });
    await expect(take('acme')).rejects.toMatchObject({ name: 'TerminalFailure', message: expect.stringContaining('no such document') });
  });

  it('that is larger than allowed is refused', async () => {
    const stored = await workshop.keep('x'.repeat(2_000));
    const take = workshop.run({ source: { stored }, name: 'x', actions: ['checksum'] }, { limits: { maxBytes: 1_000 } });
    await expect(take).rejects.toMatchObject({ name: 'TerminalFailure', message: expect.stringContaining('larger than') });
  });
});
