import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** The interactive reference: a page and the one script that it needs, gzipped. */
export interface ReferencePage {
  readonly html: string;
  readonly script: Buffer;
  readonly etag: string;
  /** Lets the page load nothing but itself, its script and the document. */
  readonly contentSecurityPolicy: string;
}

const prefix = '/api/v1/reference';

/**
 * Takes page and script out of the package that brings them, which is large: whoever needs it once keeps it. Nothing of it comes from the
 * internet.
 */
export async function loadReferencePage(): Promise<ReferencePage> {
  const [{ fastify }, { default: reference }] = await Promise.all([import('fastify'), import('@scalar/fastify-api-reference')]);
  const app = fastify();
  try {
    await app.register(reference, {
      routePrefix: prefix,
      configuration: {
        url: '/api/v1/openapi.json',
        pageTitle: 'etiS Platform API',
        withDefaultFonts: false,
        hideClientButton: true,
        telemetry: false,
        // The vendor's own services, which the page may not reach.
        showDeveloperTools: 'never',
        agent: { disabled: true },
        mcp: { disabled: true },
      },
    });
    const [page, script] = await Promise.all([app.inject(`${prefix}/`), app.inject(`${prefix}/js/scalar.js`)]);
    const inline = [...page.body.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text);
    const hashes = inline.map((text) => `'sha256-${hash('sha256', text, 'base64')}'`).join(' ');
    return {
      // Relative to the page's own folder, which this page has none of.
      html: page.body.replace('src="js/scalar.js"', `src="${prefix}/js/scalar.js"`),
      script: await promisify(gzip)(script.rawPayload),
      etag: `"${hash('sha256', script.rawPayload, 'base64url').slice(0, 27)}"`,
      contentSecurityPolicy: [
        "default-src 'none'",
        `script-src 'self' ${hashes}`,
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
    };
  } finally {
    await app.close();
  }
}
