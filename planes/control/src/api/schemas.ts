import { type TSchema, Type } from '@fastify/type-provider-typebox';

const text = Type.String();
const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const list = <T extends TSchema>(items: T) => Type.Array(items);
const integer = Type.Integer();
const tenantId = Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' });

/** `{ items, next }`: one page; `next` is the cursor of the following one, null on the last. */
export const pageOf = <T extends TSchema>(items: T) => Type.Object({ items: list(items), next: nullable(text) });
export const listOf = <T extends TSchema>(items: T) => Type.Object({ items: list(items) });

const pageFields = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: '50 by default' })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'the `next` of the page before' })),
};
const strict = { additionalProperties: false };

export const noQuery = Type.Object({}, strict);
export const pageQuery = Type.Object(pageFields, strict);
export const tenantPageQuery = Type.Object({ ...pageFields, tenant: Type.Optional(tenantId) }, strict);
export const eventsQuery = Type.Object(
  { ...pageFields, tenant: Type.Optional(tenantId), type: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })) },
  strict,
);
export const lanesQuery = Type.Object({ tenant: Type.Optional(tenantId) }, strict);
export const flowParams = Type.Object(
  { id: Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' }) },
  strict,
);

export const statusReply = Type.Object({
  version: text,
  uptimeSeconds: integer,
  governanceVersion: integer,
  ready: Type.Boolean(),
  checks: list(Type.Object({ name: text, ok: Type.Boolean(), detail: nullable(text) })),
  lanes: Type.Object({ total: integer, waiting: integer, parked: integer, deadLetters: integer }),
  evolution: list(
    Type.Object({
      capability: text,
      title: text,
      driver: text,
      is: text,
      embedded: text,
      realised: text,
      proposed: text,
      change: text,
    }),
  ),
});

/** What the composition hands in, redacted by it. */
export const configReply = Type.Record(text, Type.Unknown());

export const tenantReply = Type.Object({
  id: text,
  name: text,
  status: Type.Union([Type.Literal('active'), Type.Literal('suspended')]),
  createdAt: text,
  placements: list(Type.Object({ product: text, cluster: text })),
});

/** Names every member on purpose: what is not here is never sent, so neither is a secret. */
export const connectionReply = Type.Object({
  id: text,
  source: text,
  tenant: nullable(text),
  enabled: Type.Boolean(),
  createdAt: text,
  secrets: list(Type.Object({ createdAt: text, expiresAt: nullable(text) })),
});

export const eventReply = Type.Object({
  id: text,
  flow: text,
  type: text,
  source: text,
  subject: nullable(text),
  tenant: text,
  project: nullable(text),
  time: text,
  acceptedAt: text,
});

export const unmatchedReply = Type.Object({ delivery: text, connection: text, reason: text, detail: text, at: text });

export const deadLetterReply = Type.Object({
  kind: Type.Union([Type.Literal('entry'), Type.Literal('job')]),
  id: text,
  tenant: text,
  where: text,
  event: text,
  attempts: integer,
  error: text,
  at: text,
});

export const laneReply = Type.Object({
  lane: text,
  tenant: text,
  product: text,
  waiting: integer,
  parked: integer,
  deadLetters: integer,
});

const step = <const Name extends string, Members extends Record<string, TSchema>>(name: Name, members: Members) =>
  Type.Object({ step: Type.Literal(name), at: text, ...members });
const attempted = { event: text, lane: text, attempts: integer };
const ofJob = { event: text, job: text, kind: text };

export const flowReply = Type.Object({
  id: text,
  settled: Type.Boolean(),
  steps: list(
    Type.Union([
      step('accepted', { delivery: text, connection: text, bytes: integer }),
      step('unmatched', { delivery: text, reason: text, detail: text }),
      step('normalised', { event: text, type: text, subject: nullable(text) }),
      step('resolved', { event: text, tenant: text, project: nullable(text) }),
      step('routed', { event: text, lane: text, cluster: text, product: text }),
      step('handled', attempted),
      step('parked', { ...attempted, error: text, retryAt: text }),
      step('dead-letter', { ...attempted, error: text }),
      step('job-enqueued', ofJob),
      step('job-done', { ...ofJob, attempts: integer, result: Type.Unknown() }),
      step('job-failed', { ...ofJob, attempts: integer, error: text, final: Type.Boolean() }),
    ]),
  ),
});
