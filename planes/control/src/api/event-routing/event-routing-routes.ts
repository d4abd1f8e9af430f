import { transportNames } from '@etis/contracts/event-routing';
import type { SpineOperations } from '@etis/contracts/operations';
import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import { operation } from '../operation.ts';
import { list, named, nullable, oneOf, plainText, strict, text, time } from '../schemas.ts';

const eventRoutingReply = named(
  'EventRouting',
  Type.Object({
    transport: oneOf(transportNames, { description: 'over what batches go to their clusters' }),
    changedAt: time,
    settled: Type.Boolean({ description: 'whether every dispatcher delivers over it, with nothing on its way over another' }),
    dispatchers: list(
      Type.Object({
        node: Type.String({ description: 'the process that it runs in' }),
        transport: nullable(Type.String({ description: 'over what all goes that it has under way; null while that is more than one' })),
        carries: list(text),
        hosts: list(Type.String({ description: 'a cluster of its process' })),
      }),
    ),
  }),
);

const example = {
  transport: 'bullmq' as const,
  changedAt: '2026-11-23T08:00:00.000Z',
  settled: true,
  dispatchers: [{ node: 'product-1', transport: 'bullmq', carries: ['direct', 'bullmq'], hosts: ['nudge-standard'] }],
};

const choice = named(
  'EventRoutingChoice',
  Type.Object(
    { transport: oneOf(transportNames), reason: plainText(500, { description: 'why; it is kept with the record of the action' }) },
    strict,
  ),
);

export function eventRoutingRoutes(app: ApiApp, { operations }: { operations: Pick<SpineOperations, 'eventRouting'> }): void {
  app.get(
    '/event-routing',
    operation({
      id: 'getEventRouting',
      tag: 'platform',
      summary: 'Shows over what batches go to their clusters, and how far a change of it is',
      permission: 'platform.status.read',
      reply: eventRoutingReply,
      example: { reply: example },
    }),
    () => operations.eventRouting.show(),
  );

  app.post(
    '/event-routing',
    operation({
      id: 'chooseEventRouting',
      tag: 'platform',
      summary: 'Lets batches go over another transport, while events arrive',
      description:
        'What is under way ends over the one before. Lanes keep their positions and their order, and it can be taken back at any time.',
      permission: 'platform.evolve',
      body: choice,
      reply: eventRoutingReply,
      problems: [409],
      idempotent: true,
      example: { body: { transport: 'bullmq', reason: 'Product servers get machines of their own.' }, reply: example },
    }),
    async ({ etis, body }) => {
      await operations.eventRouting.choose(etis, body.transport, body.reason);
      return await operations.eventRouting.show();
    },
  );
}
