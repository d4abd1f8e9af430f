import type { Fleet } from '@etis/contracts/command';
import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import { operation } from '../operation.ts';
import { exampleInvitation, exampleMember, fleetReply, invitationBody, invitationReply, subscriberParams } from './fleet-schemas.ts';

const tag = 'fleet';
const exempt = 'who stopped something has to see whom it reached';
const defaultValidSeconds = 3_600;

export interface FleetRoutesOptions {
  readonly fleet: Fleet;
}

/** Who is governed, how far each one is, and who may come. */
export function fleetRoutes(app: ApiApp, { fleet }: FleetRoutesOptions): void {
  app.get(
    '/fleet',
    operation({
      id: 'getFleet',
      tag,
      summary: 'Shows every subscriber with what it should hold, was sent and holds',
      permission: 'fleet.read',
      exempt,
      reply: fleetReply,
      example: { reply: { members: [exampleMember] } },
    }),
    async ({ etis }) => ({ members: await fleet.members(etis) }),
  );

  app.post(
    '/fleet/invitations',
    operation({
      id: 'inviteSubscriber',
      tag,
      summary: 'Makes a token by which one more part of a process can be governed',
      permission: 'fleet.write',
      exempt,
      body: invitationBody,
      status: 201,
      reply: invitationReply,
      problems: [409, 422],
      idempotent: true,
      example: { body: { id: 'router.node-9', kind: 'router' }, reply: exampleInvitation },
    }),
    async ({ etis, body: { id, kind, scope = null, validSeconds = defaultValidSeconds } }, reply) =>
      reply.code(201).send(await fleet.invite(etis, { identity: { id, kind, scope }, validMs: validSeconds * 1_000 })),
  );

  app.post(
    '/fleet/:subscriber/revoke',
    operation({
      id: 'revokeSubscriber',
      tag,
      summary: 'Ends the connections of a subscriber, and lets it in no more',
      description: 'It goes on with what it holds until its lease ends; what it runs is not stopped by this.',
      permission: 'fleet.write',
      exempt,
      params: subscriberParams,
      status: 204,
      reply: Type.Null({ description: 'Its key counts no more.' }),
      problems: [404],
      idempotent: true,
      example: { params: { subscriber: exampleMember.id } },
    }),
    async ({ etis, params: { subscriber } }, reply) => {
      await fleet.revoke(etis, subscriber);
      return reply.code(204).send(null);
    },
  );
}
