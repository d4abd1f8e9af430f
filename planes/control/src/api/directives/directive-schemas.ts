import { type Directive, type DirectiveScope, restrictingVerbs } from '@etis/contracts/directives';
import { Type } from 'typebox';
import {
  clusterId,
  connectionId,
  integer,
  list,
  named,
  nullable,
  oneOf,
  pageFields,
  plainText,
  productId,
  strict,
  tenantId,
  text,
  time,
  uuid,
} from '../schemas.ts';

const directiveStates = ['in-force', 'ended', 'expired'] as const;

/** What a directive is about. Absent members are not asked for; with none it is the whole platform. */
const scopeBody = named(
  'DirectiveScope',
  Type.Unsafe<DirectiveScope>(
    Type.Object(
      {
        product: Type.Optional(productId),
        cluster: Type.Optional(clusterId),
        tenant: Type.Optional(tenantId),
        connection: Type.Optional(connectionId),
        kind: Type.Optional(Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,59}$', description: 'a kind of job' })),
        feature: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$', description: 'the key of a feature flag' })),
      },
      strict,
    ),
  ),
);

const rate = named(
  'DirectiveRate',
  Type.Object(
    {
      count: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'entries, jobs or requests, counted by each process for itself' }),
      perMs: Type.Integer({ minimum: 100, maximum: 86_400_000, description: 'milliseconds' }),
    },
    strict,
  ),
);

const reason = plainText(500, {
  minLength: 3,
  description: 'why; it is kept with the record of the action and shown to whoever is stopped',
});

export const previewOrder = named('DirectivePreviewOrder', Type.Object({ scope: scopeBody }, strict));
export const directiveOrder = named(
  'DirectiveOrder',
  Type.Object(
    {
      verb: oneOf(restrictingVerbs, {
        description:
          'kill aborts running work and starts none until it is resumed; pause lets it finish and starts none; drain finishes what lanes held, then pauses; throttle bounds a rate',
      }),
      scope: scopeBody,
      reason,
      rate: Type.Optional(rate),
      expiresAt: Type.Optional(Type.String({ format: 'date-time', description: 'when it ends by itself; never with a kill' })),
    },
    strict,
  ),
);
export const resumeOrder = named(
  'ResumeOrder',
  Type.Object({ ends: Type.Array(uuid, { minItems: 1, maxItems: 100, uniqueItems: true, description: 'what to resume' }), reason }, strict),
);

export const directiveParams = Type.Object({ directive: uuid }, strict);
export const directivesQuery = Type.Object({ ...pageFields, state: Type.Optional(oneOf(directiveStates)) }, strict);

export const blastRadiusReply = named(
  'BlastRadius',
  Type.Object({
    subscribers: list(text),
    tenants: integer,
    placements: integer,
    connections: integer,
    waitingEntries: Type.Integer({ description: 'in the lanes concerned, parked ones included' }),
    jobs: Type.Integer({ description: 'that wait or run, counted up to 10,000' }),
    tenantExamples: list(text),
  }),
);

const directiveReply = named(
  'Directive',
  Type.Unsafe<Directive>(
    Type.Object({
      id: text,
      installation: text,
      epoch: integer,
      sequence: integer,
      verb: oneOf([...restrictingVerbs, 'resume']),
      reason: text,
      by: Type.String({ description: 'who ordered it' }),
      issuedAt: time,
      scope: Type.Optional(scopeBody),
      rate: Type.Optional(rate),
      expiresAt: Type.Optional(time),
      ends: Type.Optional(Type.Array(text, { description: 'with resume: what it ends' })),
      breakGlass: Type.Optional(Type.Object({ target: text, nonce: text })),
    }),
  ),
);

const receiptReply = named(
  'DirectiveReceipt',
  Type.Object({
    installation: text,
    directive: text,
    digest: Type.String({ description: 'SHA-256 of what was signed' }),
    subscriber: text,
    outcome: oneOf(['applied', 'refused']),
    reason: nullable(text),
    effectiveAt: Type.String({ format: 'date-time', description: "when it was in force there, by the node's clock" }),
  }),
);

export const reportReply = named(
  'DirectiveReport',
  Type.Object({
    directive: directiveReply,
    state: oneOf(directiveStates),
    endedBy: nullable(text),
    receipts: list(Type.Object({ subscriber: text, connected: Type.Boolean(), receipt: nullable(receiptReply) })),
  }),
);

const id = '019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71';

export const exampleRadius = {
  subscribers: ['dispatcher.node-1', 'cluster.nudge-standard.node-1'],
  tenants: 1,
  placements: 1,
  connections: 1,
  waitingEntries: 12,
  jobs: 3,
  tenantExamples: ['arbor-construction'],
};

export const exampleReport = {
  directive: {
    id,
    installation: 'etis-local',
    epoch: 1,
    sequence: 7,
    verb: 'pause' as const,
    scope: { tenant: 'arbor-construction' },
    reason: 'Their ERP is being moved.',
    by: 'operator/local',
    issuedAt: '2026-11-02T09:30:00.000Z',
  },
  state: 'in-force' as const,
  endedBy: null,
  receipts: [
    {
      subscriber: 'dispatcher.node-1',
      connected: true,
      receipt: {
        installation: 'etis-local',
        directive: id,
        digest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        subscriber: 'dispatcher.node-1',
        outcome: 'applied' as const,
        reason: null,
        effectiveAt: '2026-11-02T09:30:00.041Z',
      },
    },
  ],
};
