import { type TSchema, Type } from 'typebox';
import { integer, list, named, nullable, pageFields, plainText, strict, tenantId, text, time, uuid } from '../schemas.ts';

export const eventsQuery = Type.Object(
  {
    ...pageFields,
    tenant: Type.Optional(tenantId),
    type: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*(\\.\\*)?$',
        maxLength: 200,
        description: 'an event type, or a prefix of types that ends in `.*`',
      }),
    ),
    subject: Type.Optional(plainText(1_000)),
    from: Type.Optional(Type.String({ format: 'date-time', description: 'routed at or after this time' })),
    to: Type.Optional(Type.String({ format: 'date-time', description: 'routed before this time' })),
    text: Type.Optional(plainText(100, { minLength: 3, description: 'is looked for in the data; case does not matter' })),
  },
  strict,
);

export const eventParams = Type.Object({ event: uuid }, strict);
export const flowParams = Type.Object({ id: uuid }, strict);

const summary = {
  id: uuid,
  flow: uuid,
  type: text,
  source: text,
  subject: nullable(text),
  tenant: text,
  project: nullable(text),
  time,
  acceptedAt: time,
};

export const eventReply = named('Event', Type.Object(summary));

export const eventDetailReply = named(
  'EventDetail',
  Type.Object({
    ...summary,
    region: nullable(text),
    cause: nullable(Type.String({ description: 'the event whose handling produced this one; null for one from outside' })),
    replayOf: nullable(Type.String({ description: 'the event that this one repeats; null for one of no replay' })),
    hop: Type.Integer({ description: "how many events stand between this one and the flow's first" }),
    traceparent: text,
    data: Type.Unknown({ description: 'what the event carries' }),
  }),
);

const step = <const Name extends string, Members extends Record<string, TSchema>>(name: Name, members: Members) =>
  Type.Object({ step: Type.Literal(name), at: time, ...members });
const attempted = { event: text, lane: text, attempts: integer };
const ofJob = { event: nullable(text), job: text, kind: text };

export const flowReply = named(
  'Flow',
  Type.Object({
    id: uuid,
    settled: Type.Boolean({ description: 'false while something of the flow is still open' }),
    steps: list(
      named(
        'FlowStep',
        Type.Union([
          step('accepted', { delivery: text, connection: text, bytes: integer }),
          step('unmatched', { delivery: text, reason: text, detail: text }),
          step('normalised', {
            event: text,
            type: text,
            subject: nullable(text),
            replayOf: Type.Optional(Type.String({ description: 'the event that this one repeats, in a replay' })),
          }),
          step('resolved', { event: text, tenant: text, project: nullable(text) }),
          step('routed', { event: text, lane: text, cluster: text, product: text }),
          step('handled', attempted),
          step('parked', { ...attempted, error: text, retryAt: time }),
          step('dead-letter', { ...attempted, error: text }),
          step('discarded', { event: text, lane: text, reason: text }),
          step('job-enqueued', ofJob),
          step('job-done', { ...ofJob, attempts: integer, result: Type.Unknown() }),
          step('job-failed', { ...ofJob, attempts: integer, error: text, final: Type.Boolean() }),
        ]),
      ),
    ),
  }),
);
