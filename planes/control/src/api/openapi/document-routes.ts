import type { FastifyPluginAsync } from 'fastify';
import type { ApiApp } from '../api-app.ts';
import { openapiDocument } from './openapi-document.ts';
import { loadReferencePage } from './reference-page.ts';

const permission = { public: 'it is the same for everyone, and says nothing of what an installation holds' };

/** The document and the page that shows it. Both are made when somebody first asks, because most processes never show them. */
export function documentRoutes(app: ApiApp, { described }: { described: FastifyPluginAsync }): void {
  const document = once(async () => JSON.stringify(await openapiDocument(described)));
  const page = once(loadReferencePage);

  app.get('/openapi.json', { config: { permission } }, async (_request, reply) =>
    reply
      .type('application/json; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(await document()),
  );

  app.get('/reference', { config: { permission } }, async (_request, reply) => {
    const { html, contentSecurityPolicy } = await page();
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .header('content-security-policy', contentSecurityPolicy)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .send(html);
  });

  app.get('/reference/js/scalar.js', { config: { permission } }, async (_request, reply) => {
    const { script, etag } = await page();
    return reply
      .type('text/javascript; charset=utf-8')
      .header('content-encoding', 'gzip')
      .header('cache-control', 'no-cache')
      .header('etag', etag)
      .header('x-content-type-options', 'nosniff')
      .send(script);
  });
}

/** Calls `make` at the first need; after a failure the next need tries again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
