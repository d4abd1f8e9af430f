import type { FleetMember } from '@etis/contracts/command';
import { subscriberKinds } from '@etis/contracts/link';
import { sectionNames } from '@etis/contracts/snapshot';
import { Type } from 'typebox';
import { integer, list, named, nullable, oneOf, plainText, strict, text, time } from '../schemas.ts';

const subscriberId = Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,79}$', description: 'unique in the installation' });
const kind = oneOf(subscriberKinds, { description: 'which part of a process is governed' });
const scope = nullable(plainText(1_000, { description: 'the id of a cluster, or kinds of jobs; null where the kind says all' }));

export const subscriberParams = Type.Object({ subscriber: subscriberId }, strict);
export const invitationBody = named(
  'InvitationOrder',
  Type.Object(
    {
      id: subscriberId,
      kind,
      scope: Type.Optional(scope),
      validSeconds: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 604_800, description: 'how long the token can be used; 3,600 by default' }),
      ),
    },
    strict,
  ),
);
export const invitationReply = named(
  'Invitation',
  Type.Object({ token: Type.String({ description: 'can be used once; shown only here' }), expiresAt: time }),
);

const moment = named('Moment', Type.Object({ epoch: integer, version: integer }));
const sections = Type.Unsafe<FleetMember['sections']>({
  type: 'object',
  additionalProperties: false,
  description: 'by section: the version that it should have and has, and why it refused one',
  properties: Object.fromEntries(
    sectionNames.map((name) => [name, Type.Object({ desired: integer, applied: nullable(integer), refused: nullable(text) })]),
  ),
});
const memberReply = named(
  'FleetMember',
  Type.Object({
    id: subscriberId,
    kind,
    scope,
    connected: Type.Boolean(),
    lastSeenAt: nullable(time),
    state: oneOf(['EMPTY', 'READY', 'STALE', 'UNKNOWN'], { description: 'STALE: what governs it is past its time, and goes on to do so' }),
    desired: moment,
    sent: nullable(moment),
    acknowledged: nullable(moment),
    sections,
    driftMs: Type.Integer({ description: 'since when it does not hold what it should; 0 where it does' }),
    revokedAt: nullable(time),
  }),
);
export const fleetReply = named('Fleet', Type.Object({ members: list(memberReply) }));

export const exampleMember: FleetMember = {
  id: 'cluster.nudge-standard.node-1',
  kind: 'cluster',
  scope: 'nudge-standard',
  connected: true,
  lastSeenAt: '2026-11-02T09:30:00.000Z',
  state: 'READY',
  desired: { epoch: 1, version: 12 },
  sent: { epoch: 1, version: 12 },
  acknowledged: { epoch: 1, version: 12 },
  sections: { tenants: { desired: 9, applied: 9, refused: null }, placements: { desired: 12, applied: 12, refused: null } },
  driftMs: 0,
  revokedAt: null,
};
export const exampleInvitation = { token: 'eyJ1cmwiOiJ3c3M6Ly9wbGF0Zm9ybS5leGFtcGxlOjg0NDMifQ', expiresAt: '2026-11-02T10:30:00.000Z' };
