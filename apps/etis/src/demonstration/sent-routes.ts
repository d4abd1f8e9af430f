import type { RouteModule } from '@etis/contracts/http';
import type { MailSink } from './mail-sink.ts';

/** What the demonstration's SMTP server captured: `GET /api/v1/sent?limit=`, for the operator only. */
export function createSentRoutes(sink: MailSink): RouteModule {
  return {
    prefix: '/api/v1',
    async register(app) {
      app.get('/sent', {
        config: { permission: 'sent.read' },
        schema: {
          querystring: {
            type: 'object',
            additionalProperties: false,
            properties: { limit: { type: 'integer', minimum: 1, maximum: 1000, default: 50 } },
          },
        },
        async handler(request) {
          const { limit } = request.query as { limit: number };
          return { items: await sink.sent(limit) };
        },
      });
    },
  };
}
