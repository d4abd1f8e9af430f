import { Type } from 'typebox';
import { connectionId, integer, list, named, nullable, oneOf, sourceKind, strict, tenantId, time, uuid } from '../schemas.ts';

export const connectionParams = Type.Object({ connection: connectionId }, strict);

/** Names every member on purpose: what is not here is never sent, so neither is a secret. */
export const connectionReply = named(
  'Connection',
  Type.Object({
    id: connectionId,
    source: sourceKind,
    tenant: nullable(Type.String({ description: 'null where many tenants share it and the resolver tells them apart' })),
    enabled: Type.Boolean({ description: 'a disabled connection accepts nothing' }),
    createdAt: time,
    secrets: list(
      Type.Object(
        { createdAt: time, expiresAt: nullable(Type.String({ format: 'date-time', description: 'null for the current one' })) },
        { description: 'how old the live secrets are; never what they are' },
      ),
    ),
  }),
);

const suppliedSecret = Type.String({
  pattern: '^[\\x21-\\x7e]{16,256}$',
  description: 'the secret that the other system gave; where it takes one from here, leave it out and a good one is made',
});

export const newConnection = named(
  'NewConnection',
  Type.Object(
    {
      id: connectionId,
      source: sourceKind,
      tenant: Type.Optional(nullable(tenantId)),
      secret: Type.Optional(suppliedSecret),
    },
    strict,
  ),
);

export const connectionChange = named('ConnectionChange', Type.Object({ enabled: Type.Boolean() }, strict));

export const rotation = named(
  'Rotation',
  Type.Object(
    {
      secret: Type.Optional(suppliedSecret),
      graceSeconds: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 2_592_000, description: 'how long the secret before stays good; 86400 (a day) by default' }),
      ),
    },
    strict,
  ),
);

export const issuedSecretReply = named(
  'IssuedSecret',
  Type.Object({
    connection: connectionReply,
    secret: nullable(Type.String({ description: 'shown this once; null where the caller gave it' })),
    handshakeToken: nullable(Type.String({ description: 'what to enter at the other system beside the secret; null where it wants none' })),
    callbackPath: Type.String({ description: 'where the other system is to post, below the address of this installation' }),
  }),
);

export const deliveryReply = named(
  'Delivery',
  Type.Object({
    id: uuid,
    connection: connectionId,
    bytes: integer,
    receivedAt: time,
    routed: Type.Boolean(),
    events: Type.Integer({ description: 'how many found a place' }),
    unmatched: Type.Integer({ description: 'how many did not' }),
  }),
);

export const sourceReply = named(
  'Source',
  Type.Object({
    kind: sourceKind,
    title: Type.String(),
    secret: oneOf(['generated', 'supplied'], {
      description: "whether the platform makes a connection's secret or the other system gives it",
    }),
    handshake: Type.Boolean({ description: 'whether the other system wants a handshake token' }),
  }),
);
