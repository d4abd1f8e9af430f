import type { RouteModule } from '@etis/contracts/http';
import type { GraphEndpoint } from './graph-endpoint.ts';
import type { MailSink } from './mail-sink.ts';

const limitQuery = {
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: { limit: { type: 'integer', minimum: 1, maximum: 1000, default: 50 } },
  },
};

/**
 * What the demonstration's stand-ins captured, for the operator only: `GET /api/v1/sent?limit=` what its SMTP server took, and
 * `GET /api/v1/sent/whatsapp?limit=` what its Graph API took. `GET /api/v1/sent/whatsapp/{tenant}` is a tenant's conversation as Nudge keeps it.
 */
export function createSentRoutes(options: {
  sink: MailSink;
  graph: GraphEndpoint;
  conversation: (tenant: string) => Promise<unknown>;
}): RouteModule {
  const { sink, graph, conversation } = options;
  return {
    prefix: '/api/v1',
    async register(app) {
      app.get<{ Querystring: { limit: number } }>(
        '/sent',
        { config: { permission: 'sent.read' }, schema: limitQuery },
        async ({ query }) => ({
          items: await sink.sent(query.limit),
        }),
      );
      app.get<{ Querystring: { limit: number } }>(
        '/sent/whatsapp',
        { config: { permission: 'sent.read' }, schema: limitQuery },
        async ({ query }) => ({ items: graph.sent(query.limit) }),
      );
      app.get<{ Params: { tenant: string } }>(
        '/sent/whatsapp/:tenant',
        { config: { permission: 'sent.read' } },
        async ({ params }) => await conversation(params.tenant),
      );
    },
  };
}
