import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Directives } from '@etis/contracts/directives';
import { unrestricted } from '@etis/contracts/directives';
import { silentLog } from '@etis/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEdge, type Edge } from '../edge.ts';
import { createSite } from './site-routes.ts';

const script = `console.log(${'1'.repeat(2_000)})`;
const page = '<!doctype html><meta property="csp-nonce" nonce="__NONCE__"><script type="module" src="/console/assets/app-a1.js"></script>';
const killed: Directives = { ...unrestricted, verdict: () => ({ verb: 'kill', reason: 'everything' }) as never };

let home: string;
let edge: Edge;
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(edge.address() + path, { headers, method, redirect: 'manual' });

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'etis-site-'));
  await mkdir(join(home, 'dist/assets'), { recursive: true });
  await writeFile(join(home, 'secret.js'), 'a secret');
  await writeFile(join(home, 'dist/index.html'), page);
  await writeFile(join(home, 'dist/made-from'), 'digest');
  await writeFile(join(home, 'dist/assets/app-a1.js'), script);
  await writeFile(join(home, 'dist/assets/app-a1.js.br'), brotliCompressSync(script));
  await writeFile(join(home, 'dist/assets/app-a1.js.gz'), gzipSync(script));
  await writeFile(join(home, 'dist/assets/mark-b2.svg'), '<svg/>');
  const site = await createSite({ folder: join(home, 'dist'), prefix: '/console' });
  const guard = { authenticate: () => ({ kind: 'anonymous', id: 'anonymous' }) as const, allows: () => false };
  // Also while everything is killed: whoever stopped it needs the page to end that.
  edge = createEdge({
    listen: { host: '127.0.0.1', port: 0 },
    routes: [site],
    ready: async () => [],
    guard,
    directives: killed,
    log: silentLog,
  });
  await edge.start();
});
afterAll(async () => {
  await edge.stop();
  await rm(home, { recursive: true });
});

describe('the page', () => {
  it('is below the prefix at every address that is no asset, and never kept', async () => {
    for (const path of ['/console/', '/console/flows/1', '/console/index.html', '/console/made-from']) {
      const response = await get(path);
      expect([path, response.status, response.headers.get('cache-control')]).toEqual([path, 200, 'no-store']);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    }
    for (const path of ['/', '/console']) expect((await get(path)).headers.get('location')).toBe('/console/');
  });

  it('may load its own files only, and carries a nonce that is never the same', async () => {
    const nonces = await Promise.all(
      [1, 2].map(async () => {
        const response = await get('/console/');
        const policy = response.headers.get('content-security-policy') ?? '';
        expect(policy).toMatch(/^default-src 'none'; script-src 'self'; /);
        expect(policy).not.toMatch(/unsafe|https?:|\*/);
        expect(policy).toContain("frame-ancestors 'none'");
        const nonce = /'nonce-([\w-]{20,})'/.exec(policy)?.[1] ?? 'none';
        expect(await response.text()).toBe(page.replace('__NONCE__', nonce));
        expect(response.headers.get('x-content-type-options')).toBe('nosniff');
        return nonce;
      }),
    );
    expect(new Set(nonces).size).toBe(2);
  });
});

describe('assets', () => {
  it.each([
    ['br, gzip', 'br'],
    ['gzip', 'gzip'],
    ['identity', null],
  ])('are sent to who takes %s as %s, to be kept for ever', async (accept, encoding) => {
    const response = await get('/console/assets/app-a1.js', { 'accept-encoding': accept });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('vary')).toBe('accept-encoding');
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(await response.text()).toBe(script);
  });

  it('are not sent again to who has them', async () => {
    const etag = (await get('/console/assets/mark-b2.svg')).headers.get('etag') ?? '';
    const again = await get('/console/assets/mark-b2.svg', { 'if-none-match': etag });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it.each([
    '/console/assets/nothing.js',
    '/console/assets/..%2f..%2fsecret.js',
    '/console/assets/%2e%2e%2findex.html',
    '/console/assets/app-a1.js.br',
    '/console/assets/__proto__',
    '/console/assets/%00',
  ])('%s is none', async (path) => {
    const response = await get(path);
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    expect(await response.text()).not.toContain('secret');
  });

  it('are read and nothing else', async () => {
    expect((await get('/console/assets/app-a1.js', {}, 'HEAD')).status).toBe(200);
    expect((await get('/console/assets/app-a1.js', {}, 'POST')).status).toBe(405);
  });
});

it('a folder that holds no page is a sentence that says what to do', async () => {
  for (const folder of [join(home, 'nowhere'), join(home, 'dist/assets')]) {
    await expect(createSite({ folder, prefix: '/console' })).rejects.toMatchObject({
      code: 'EDGE_SITE_UNBUILT',
      message: expect.stringContaining('npm run build'),
    });
  }
});
