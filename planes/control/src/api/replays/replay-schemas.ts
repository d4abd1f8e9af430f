import { Type } from 'typebox';
import { clusterId, integer, list, named, nullable, oneOf, plainText, productId, strict, tenantId, text, time, uuid } from '../schemas.ts';

const dateTime = (description: string) => Type.String({ format: 'date-time', maxLength: 40, description });

const selection = named(
  'ReplaySelection',
  Type.Object(
    {
      from: Type.Optional(dateTime('accepted at or after it; this, `flow` or `event` has to be there')),
      to: Type.Optional(dateTime('accepted before it')),
      tenant: Type.Optional(tenantId),
      type: Type.Optional(plainText(255, { description: 'exact, or a prefix that ends in `.*`' })),
      filter: Type.Optional(plainText(1_000, { description: 'a condition in CEL over `event`, as subscriptions have them' })),
      flow: Type.Optional(uuid),
      event: Type.Optional(uuid),
      connection: Type.Optional(
        Type.String({
          pattern: '^[a-z0-9-]{1,60}$',
          description: 'reads its deliveries again and gives only what that makes different; with `from` and `to` alone',
        }),
      ),
    },
    strict,
  ),
);

const target = named(
  'ReplayTarget',
  Type.Object(
    { product: Type.Optional(productId), cluster: Type.Optional(clusterId) },
    { ...strict, description: 'at most one; without either today’s subscribers' },
  ),
);

const counted = <Name extends string>(name: Name) =>
  list(Type.Object({ [name]: text, events: integer } as { [N in Name | 'events']: N extends 'events' ? typeof integer : typeof text }));

export const previewReply = named(
  'ReplayPreview',
  Type.Object({
    events: integer,
    unplaced: Type.Integer({ description: 'that nobody takes today' }),
    byType: counted('type'),
    byLane: counted('lane'),
    sample: list(
      Type.Object({
        id: uuid,
        flow: uuid,
        type: text,
        source: text,
        subject: nullable(text),
        tenant: text,
        project: nullable(text),
        time,
        acceptedAt: time,
      }),
    ),
    differences: Type.Optional(
      Type.Object(
        {
          deliveries: integer,
          changed: integer,
          added: integer,
          gone: Type.Integer({ description: 'events that are not made any more; they stay in the record' }),
          sample: list(Type.Object({ delivery: uuid, event: uuid, change: oneOf(['changed', 'added', 'gone']), paths: list(text) })),
        },
        { description: 'of deliveries that are read again' },
      ),
    ),
    complete: Type.Boolean({ description: 'false where only the first part of the record was looked through' }),
  }),
);

export const replayReply = named(
  'Replay',
  Type.Object({
    id: uuid,
    state: oneOf(['running', 'done', 'cancelled', 'failed']),
    selection,
    target,
    reason: text,
    perSecond: integer,
    progress: Type.Number({ description: 'how much of the record was looked through, 0 to 1' }),
    replayed: integer,
    unplaced: Type.Integer({ description: 'that nobody takes today' }),
    startedAt: time,
    endedAt: nullable(time),
    error: nullable(text),
  }),
);

export const previewOrder = named('ReplayPreviewOrder', Type.Object({ selection, target: Type.Optional(target) }, strict));

export const reason = plainText(500, { description: 'why; it is kept with the record of the action' });

export const startOrder = named(
  'ReplayOrder',
  Type.Object(
    {
      selection,
      target: Type.Optional(target),
      reason,
      perSecond: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000, description: 'events a second at most; 1000 by default' })),
    },
    strict,
  ),
);
