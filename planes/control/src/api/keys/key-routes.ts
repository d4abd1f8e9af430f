import type { KeyStatus, Recovered, RecoveryDesk, SigningKeys } from '@etis/contracts/command';
import type { KeyCertificate } from '@etis/contracts/snapshot';
import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import { operation } from '../operation.ts';
import { integer, list, named, nullable, oneOf, plainText, strict, text, time } from '../schemas.ts';

const tag = 'keys';
const exempt = 'what governs everything has to stay in the hands of operators';
const dayMs = 86_400_000;

const keyId = Type.String({ pattern: '^[0-9a-f]{32}$', description: 'from the SHA-256 of the public key' });
const publicKey = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: 'raw Ed25519, base64url' });
const certificate = { installation: text, keyId, publicKey, role: oneOf(['online', 'operator']), notBefore: time, notAfter: time };
const certificateReply = named('KeyCertificate', Type.Object(certificate));
const statusReply = named(
  'SigningKeys',
  Type.Object({
    root: Type.String({ description: 'the public root key, which every subscriber pins; raw Ed25519, base64url' }),
    rootIsHere: Type.Boolean({ description: 'whether the root key lies where the platform finds it; it belongs offline' }),
    current: nullable(Type.Object({ keyId, notAfter: time })),
    keys: list(Type.Object({ ...certificate, revoked: Type.Boolean() })),
  }),
);
const operatorBody = named(
  'OperatorKey',
  Type.Object({ publicKey, validDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 365, description: '90 by default' })) }, strict),
);
const signedReply = named('Signed', Type.Object({ payload: text, keyId: text, signature: text }));
const revocationBody = named('KeyRevocation', Type.Object({ reason: plainText(500, { minLength: 3 }) }, strict));

const exampleCertificate: KeyCertificate = {
  ...{
    installation: 'etis',
    keyId: '7d5f2b9c41e0a86391b7c2d4e5f60718',
    publicKey: 'aX3f0n9qk4G2L5w8u1YJc7vRk0Zt6sD2b8Q1p4oM9eE',
    role: 'online',
  },
  ...{ notBefore: '2026-11-02T08:30:00.000Z', notAfter: '2027-01-31T09:30:00.000Z' },
};
export const exampleKeys: KeyStatus = {
  root: 'k2pXUQ9ZZ5nRTM8p0mMeW9xXo4rK3R0cS0m1xq1V3rA',
  rootIsHere: false,
  current: { keyId: exampleCertificate.keyId, notAfter: exampleCertificate.notAfter },
  keys: [{ ...exampleCertificate, revoked: false }],
};
const exampleSigned = { payload: '{"installation":"etis"}', keyId: exampleCertificate.keyId, signature: 'c2lnbmF0dXJl' };

const recoveredReply = named(
  'Recovered',
  Type.Object({
    ...{ epoch: integer, version: integer },
    shownBy: Type.Integer({ description: 'how many subscribers had shown what they hold' }),
    directives: Type.Integer({ description: 'how many directives had been lost and are in force again' }),
    revokedKeys: list(Type.String({ description: 'a key that does not count, by what subscribers showed' })),
  }),
);
export const exampleRecovered: Recovered = { epoch: 2, version: 118, shownBy: 6, directives: 1, revokedKeys: [] };

export interface KeyRoutesOptions {
  readonly keys: SigningKeys;
  readonly recovery: RecoveryDesk;
}

/** The keys by which everything that governs is signed. */
export function keyRoutes(app: ApiApp, { keys, recovery }: KeyRoutesOptions): void {
  app.get(
    '/keys',
    operation({
      id: 'getKeys',
      tag,
      summary: 'Shows the signing keys and until when they count',
      permission: 'fleet.read',
      exempt,
      reply: statusReply,
      example: { reply: exampleKeys },
    }),
    async () => keys.status(),
  );

  app.post(
    '/keys/rotate',
    operation({
      id: 'rotateKey',
      tag,
      summary: 'Puts a new signing key in force',
      description: 'The root key has to lie where the platform finds it. The key before goes on to count until it ends or is revoked.',
      permission: 'fleet.write',
      exempt,
      status: 201,
      reply: certificateReply,
      problems: [412],
      idempotent: true,
      example: { reply: exampleCertificate },
    }),
    async ({ etis }, reply) => reply.code(201).send(await keys.rotate(etis)),
  );

  app.post(
    '/keys/recover',
    operation({
      id: 'recoverPlatform',
      tag,
      summary: 'Starts a new epoch after a restored backup, so that the platform signs again',
      description:
        'Only while subscribers hold more than the platform ever gave out. What they hold is merged; restrictions that were resumed after the backup are in force again. The root key has to lie where the platform finds it.',
      permission: 'fleet.write',
      exempt,
      status: 201,
      reply: recoveredReply,
      problems: [409, 412],
      idempotent: true,
      example: { reply: exampleRecovered },
    }),
    async ({ etis }, reply) => reply.code(201).send(await recovery.recover(etis)),
  );

  app.post(
    '/keys/operators',
    operation({
      id: 'certifyOperator',
      tag,
      summary: "Certifies an operator's own key for break-glass orders",
      description: 'What it signs restricts one node for at most 24 hours while the platform cannot be reached, and nothing else.',
      permission: 'fleet.write',
      exempt,
      body: operatorBody,
      status: 201,
      reply: signedReply,
      problems: [412],
      idempotent: true,
      example: { body: { publicKey: exampleCertificate.publicKey, validDays: 90 }, reply: exampleSigned },
    }),
    async ({ etis, body }, reply) =>
      reply.code(201).send(await keys.certifyOperator(etis, { publicKey: body.publicKey, validMs: (body.validDays ?? 90) * dayMs })),
  );

  app.post(
    '/keys/:key/revoke',
    operation({
      id: 'revokeKey',
      tag,
      summary: 'Takes a key out of force everywhere',
      description: 'Where it is the one that signs, another takes its place first, for which the root key has to be there.',
      permission: 'fleet.write',
      exempt,
      params: Type.Object({ key: keyId }, strict),
      body: revocationBody,
      status: 204,
      reply: Type.Null({ description: 'It counts no more.' }),
      problems: [404, 412],
      idempotent: true,
      example: { params: { key: exampleCertificate.keyId }, body: { reason: 'The machine that held it was sold.' } },
    }),
    async ({ etis, params: { key }, body: { reason } }, reply) => {
      await keys.revoke(etis, key, { reason });
      return reply.code(204).send(null);
    },
  );
}
