import type { FastifyPluginAsync, FastifySchema } from 'fastify';
import { describedSchema } from './described-schema.ts';
import { withNamedSchemas } from './named-schemas.ts';

const tags = [
  { name: 'platform', description: 'What the platform says of itself, and changes as they happen' },
  { name: 'tenants', description: 'Customer organisations' },
  { name: 'clusters', description: 'What is deployed: clusters and products' },
  { name: 'placements', description: 'Which cluster serves a tenant with a product' },
  { name: 'connections', description: 'Configured external sources, and what they sign with' },
  { name: 'resolver', description: 'Which ids of external systems belong to a tenant' },
  { name: 'events', description: 'What was routed, and what each delivery caused' },
  { name: 'unmatched', description: 'What could not be read or placed' },
  { name: 'replays', description: 'Events that are given to products once more' },
  { name: 'lanes', description: 'The ordered stream of each placement' },
  { name: 'dead-letters', description: 'Entries and jobs that used up their attempts' },
  { name: 'jobs', description: 'Background work' },
  { name: 'schedules', description: 'Standing orders for jobs' },
  { name: 'configuration', description: 'Parameters and feature flags of products, set from afar' },
  { name: 'directives', description: "Operators' orders to what runs, with receipts" },
  { name: 'fleet', description: 'Who is governed, and how far each one is' },
  { name: 'keys', description: 'What everything that governs is signed with' },
  { name: 'audit', description: 'What was done by whom, sealed' },
  { name: 'telemetry', description: 'How loaded everything is, and what is wrong' },
  { name: 'sent-messages', description: 'What left the platform' },
];

const description = `The one way in for people and programs that operate the platform.

- Every request carries \`Authorization: Bearer <credential>\`.
- Errors are problems (RFC 9457) with a stable \`code\`; where the request is at fault, \`errors\` names the places.
- Lists come in pages: \`limit\` (1 to 200) and \`cursor\`, the \`next\` of the page before.
- Single resources carry an ETag; a write that names it in \`If-Match\` happens only while it still holds.
- A POST with an \`Idempotency-Key\` is done once, however often it is sent.`;

/** The OpenAPI 3.1 document of the routes, made from the very schemas that check requests. `routes` are only looked at, never called. */
export async function openapiDocument(routes: FastifyPluginAsync): Promise<Readonly<Record<string, unknown>>> {
  const [{ fastify }, { default: swagger }] = await Promise.all([import('fastify'), import('@fastify/swagger')]);
  const app = fastify();
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'etiS Platform API', version: '1', description, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
      servers: [{ url: '/', description: 'the installation that serves this document' }],
      tags,
      security: [{ operator: [] }],
      components: { securitySchemes: { operator: { type: 'http', scheme: 'bearer', description: "the operator's credential" } } },
    },
    stripBasePath: false,
    convertConstToEnum: false,
    transform({ schema, url, route }) {
      const { operation, permission } = route.config ?? {};
      if (operation === undefined) return { schema: { hide: true } as FastifySchema, url };
      return { schema: describedSchema(schema ?? {}, operation, permission), url };
    },
  });
  try {
    await app.register(routes, { prefix: '/api/v1' });
    await app.ready();
    return withNamedSchemas(JSON.parse(JSON.stringify(app.swagger())));
  } finally {
    await app.close();
  }
}
