import { hash, randomBytes } from 'node:crypto';
import type { RouteModule } from '@etis/contracts/http';
import type { FastifyReply } from 'fastify';
import { errors } from '../errors.ts';
import { acceptedEncoding } from './accepted-encoding.ts';
import { readSite, type SiteFile } from './site-files.ts';

/** What every `index.html` holds where the nonce of one answer belongs. */
const nonceMark = '__NONCE__';

const permission = { public: 'pages and scripts hold no data; what they show comes from the Platform API, which asks for a credential' };
const directives = { exempt: 'who stopped something has to see what it does and be able to end it' };

/**
 * A single-page application below `prefix`, as a bundler left it in `folder`: `index.html`, `assets/` with names that change with their content,
 * and beside each file its `.br` and `.gz`. Assets may be kept for ever, the page never; every other address below `prefix` is the page. `/`
 * leads there. The page may load nothing but its own files, and no inline script; styles that are made while it runs carry the nonce that stands
 * in place of `__NONCE__`.
 *
 * Rejects with EDGE_SITE_UNBUILT where the folder holds no `index.html`.
 */
export async function createSite({ folder, prefix }: { folder: string; prefix: string }): Promise<RouteModule> {
  const files = await readSite(folder).catch((cause: unknown) => {
    throw errors.SITE_UNBUILT.because({ cause }, folder);
  });
  const page = files.get('index.html');
  if (page === undefined) throw errors.SITE_UNBUILT(folder);
  const html = page.identity.toString('utf8');
  const assets = new Map([...files].filter(([name]) => name.startsWith('assets/')).map(([name, file]) => [name.slice(7), tagged(file)]));

  return {
    prefix: '',
    async register(app) {
      const config = { permission, directives };
      app.get('/', { config }, async (_request, reply) => reply.redirect(`${prefix}/`, 302));
      app.get(prefix, { config }, async (_request, reply) => reply.redirect(`${prefix}/`, 302));
      app.get<{ Params: { name: string } }>(`${prefix}/assets/:name`, { config }, async ({ params, headers }, reply) => {
        const file = assets.get(params.name);
        if (file === undefined) throw errors.ROUTE_UNKNOWN();
        return sendAsset(reply, file, headers);
      });
      app.get(`${prefix}/*`, { config }, async (_request, reply) => sendPage(reply, html));
    },
  };
}

interface Asset extends SiteFile {
  readonly etag: string;
}

function tagged(file: SiteFile): Asset {
  return { ...file, etag: `"${hash('sha256', file.identity, 'base64url').slice(0, 27)}"` };
}

function sendAsset(reply: FastifyReply, file: Asset, headers: { 'accept-encoding'?: unknown; 'if-none-match'?: string | undefined }) {
  const accepts = headers['accept-encoding'];
  const encoding = acceptedEncoding(typeof accepts === 'string' ? accepts : undefined, { br: file.br !== null, gzip: file.gzip !== null });
  reply.headers({
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
    etag: file.etag,
    'x-content-type-options': 'nosniff',
  });
  if (headers['if-none-match'] === file.etag) return reply.code(304).send();
  if (encoding !== 'identity') reply.header('content-encoding', encoding);
  return reply.type(file.type).send(file[encoding]);
}

function sendPage(reply: FastifyReply, html: string) {
  const nonce = randomBytes(18).toString('base64url');
  reply.headers({
    'cache-control': 'no-store',
    'content-security-policy': policy(nonce),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  return reply.type('text/html; charset=utf-8').send(html.replaceAll(nonceMark, nonce));
}

function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
