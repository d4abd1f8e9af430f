import type { SpineQueries } from '@etis/contracts/flow';
import type { SpineOperations } from '@etis/contracts/operations';
import { Type } from 'typebox';
import { errors } from '../../errors.ts';
import type { ApiApp } from '../api-app.ts';
import { operation } from '../operation.ts';
import { paged } from '../page.ts';
import {
  bulkLimit,
  bulkReply,
  integer,
  named,
  nullable,
  oneOf,
  pageOf,
  plainText,
  strict,
  tenantId,
  tenantPageQuery,
  text,
  time,
} from '../schemas.ts';

const tag = 'dead-letters';

const deadLetterReply = named(
  'DeadLetter',
  Type.Object({
    kind: oneOf(['entry', 'job']),
    id: text,
    tenant: text,
    where: Type.String({ description: 'a lane or a job kind' }),
    event: nullable(text),
    attempts: integer,
    error: Type.String({ description: 'the last one seen' }),
    at: time,
  }),
);

const deadLetterParams = Type.Object(
  {
    id: Type.String({
      pattern: '^([a-z0-9-]{1,40}/[a-z0-9-]{1,40}:[0-9]{1,18}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$',
      description: 'as the list shows it, percent-encoded',
    }),
  },
  strict,
);

const where = plainText(100, { description: 'only those of a lane or a job kind' });
const redriveOrder = named(
  'RedriveOrder',
  Type.Object({ tenant: Type.Optional(tenantId), where: Type.Optional(where), limit: bulkLimit }, strict),
);
const discardOrder = named(
  'DiscardOrder',
  Type.Object({ reason: plainText(500, { description: 'why; it is kept with the record of the action' }) }, strict),
);
const doneReply = named('DeadLetterDone', Type.Object({ id: text, outcome: oneOf(['redriven', 'discarded']) }));

const params = { id: 'arbor-construction/nudge:42' };
const example = {
  kind: 'entry' as const,
  id: params.id,
  tenant: 'arbor-construction',
  where: 'arbor-construction/nudge',
  event: '019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71',
  attempts: 5,
  error: 'no recipient',
  at: '2026-11-02T09:30:00.000Z',
};

/** Entries and jobs that used up their attempts. */
export function deadLetterRoutes(
  app: ApiApp,
  {
    spine,
    operations,
  }: { spine: Pick<SpineQueries, 'deadLetters'>; operations: Pick<SpineOperations, 'redrive' | 'redriveAll' | 'discard'> },
): void {
  app.get(
    '/dead-letters',
    operation({
      id: 'listDeadLetters',
      tag,
      summary: 'Lists open dead letters, newest first',
      permission: 'dead-letters.read',
      query: tenantPageQuery,
      reply: pageOf(deadLetterReply),
      example: { query: { tenant: 'arbor-construction', limit: 20 }, reply: { items: [example], next: null } },
    }),
    async ({ query }) => spine.deadLetters(paged(query)),
  );

  app.post(
    '/dead-letters/redrive',
    operation({
      id: 'redriveDeadLetters',
      tag,
      summary: 'Gives many dead letters their attempts back',
      permission: 'dead-letters.write',
      body: redriveOrder,
      reply: bulkReply,
      idempotent: true,
      example: { body: { tenant: 'arbor-construction', limit: 100 }, reply: { changed: 1, more: false } },
    }),
    async ({ etis, body }) => operations.redriveAll(etis, body),
  );

  app.post(
    '/dead-letters/:id/redrive',
    operation({
      id: 'redriveDeadLetter',
      tag,
      summary: 'Gives a dead letter its attempts back',
      permission: 'dead-letters.write',
      params: deadLetterParams,
      reply: doneReply,
      problems: [404],
      idempotent: true,
      example: { params, reply: { id: params.id, outcome: 'redriven' } },
    }),
    async ({ etis, params: { id } }) => {
      if (!(await operations.redrive(etis, id))) throw errors.DEAD_LETTER_UNKNOWN(id);
      return { id, outcome: 'redriven' as const };
    },
  );

  app.post(
    '/dead-letters/:id/discard',
    operation({
      id: 'discardDeadLetter',
      tag,
      summary: 'Closes a dead letter for good',
      description: 'It stays visible in its flow.',
      permission: 'dead-letters.write',
      params: deadLetterParams,
      body: discardOrder,
      reply: doneReply,
      problems: [404],
      idempotent: true,
      example: { params, body: { reason: 'The document was withdrawn.' }, reply: { id: params.id, outcome: 'discarded' } },
    }),
    async ({ etis, params: { id }, body }) => {
      if (!(await operations.discard(etis, id, body.reason))) throw errors.DEAD_LETTER_UNKNOWN(id);
      return { id, outcome: 'discarded' as const };
    },
  );
}
