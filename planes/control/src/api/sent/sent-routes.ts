import { type SentMessages, sentChannels } from '@etis/contracts/sent';
import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import { operation } from '../operation.ts';
import { paged } from '../page.ts';
import { integer, named, nullable, oneOf, pageFields, pageOf, strict, tenantId, text, time } from '../schemas.ts';

const channel = oneOf(sentChannels);
const state = oneOf(['sending', 'sent', 'refused', 'unknown'], {
  description: '`sent` is accepted by the outside system, which is not delivered; `unknown` may have been sent and is never repeated',
});

const sentReply = named(
  'SentMessage',
  Type.Object({
    job: Type.String({ description: 'the job that sent it' }),
    tenant: text,
    channel,
    recipient: text,
    state,
    attempt: integer,
    messageId: Type.String({ description: "the outside system's id of the message; ours where it gives none" }),
    response: nullable(Type.String({ description: "the outside system's own words" })),
    begunAt: time,
    endedAt: nullable(Type.String({ format: 'date-time' })),
  }),
);
const sentQuery = Type.Object(
  { ...pageFields, tenant: Type.Optional(tenantId), channel: Type.Optional(channel), state: Type.Optional(state) },
  strict,
);

const at = '2026-11-02T09:30:00.000Z';

export function sentRoutes(app: ApiApp, { sent }: { sent: SentMessages }): void {
  app.get(
    '/sent-messages',
    operation({
      id: 'listSentMessages',
      tag: 'sent-messages',
      summary: 'Lists messages that left the platform, newest first',
      permission: 'sent.read',
      query: sentQuery,
      reply: pageOf(sentReply),
      example: {
        query: { tenant: 'arbor-construction', channel: 'email', limit: 20 },
        reply: {
          items: [
            {
              job: '019a4c1e-7e01-7a55-8c12-6b7d8e9fa0b1',
              tenant: 'arbor-construction',
              channel: 'email',
              recipient: 'documents@arbor-construction.example',
              state: 'sent',
              attempt: 1,
              messageId: '<019a4c1e-7e01-7a55-8c12-6b7d8e9fa0b1@etis.example>',
              response: '250 2.0.0 Ok: queued',
              begunAt: at,
              endedAt: at,
            },
          ],
          next: null,
        },
      },
    }),
    async ({ etis, query }) => sent.list(etis, paged(query)),
  );
}
