import type { SpineLookups } from '@etis/contracts/operations';
import { Type } from 'typebox';
import type { ConnectionSummary, Connections, IssuedSecret } from '../../connections/connections.ts';
import type { ApiApp } from '../api-app.ts';
import { expectationOf, tagged } from '../conditional/conditional-requests.ts';
import { operation } from '../operation.ts';
import { pageAfterId, paged, withCursor } from '../page.ts';
import { pageOf, pageQuery } from '../schemas.ts';
import {
  connectionChange,
  connectionParams,
  connectionReply,
  deliveryReply,
  issuedSecretReply,
  newConnection,
  rotation,
} from './connection-schemas.ts';

const tag = 'connections';
const at = '2026-11-02T09:30:00.000Z';
const example = {
  id: 'autodesk',
  source: 'autodesk',
  tenant: null,
  enabled: true,
  createdAt: at,
  secrets: [{ createdAt: at, expiresAt: null }],
};
const params = { connection: example.id };
const issued = {
  connection: example,
  secret: 'q7VtC2mXz9bKd4RfYh1LwNs8GjPe3UaT',
  handshakeToken: null,
  callbackPath: '/hooks/autodesk',
};

/** Configured external sources, and what they sign with. */
export function connectionRoutes(
  app: ApiApp,
  { connections, spine }: { connections: Connections; spine: Pick<SpineLookups, 'deliveries'> },
): void {
  app.get(
    '/connections',
    operation({
      id: 'listConnections',
      tag,
      summary: 'Lists connections in the order of ids',
      permission: 'connections.read',
      query: pageQuery,
      reply: pageOf(connectionReply),
      example: { query: { limit: 20 }, reply: { items: [example], next: null } },
    }),
    async ({ etis, query }) => withCursor('connections', await connections.list(etis, pageAfterId('connections', query))),
  );

  app.post(
    '/connections',
    operation({
      id: 'createConnection',
      tag,
      summary: 'Creates a connection',
      description: 'Answers with its secret where the platform made it. The secret is shown this once and cannot be asked for again.',
      permission: 'connections.write',
      body: newConnection,
      status: 201,
      reply: issuedSecretReply,
      problems: [404, 409],
      idempotent: true,
      example: {
        body: { id: 'autodesk-emea', source: 'autodesk', tenant: 'arbor-construction' },
        reply: {
          ...issued,
          connection: { ...example, id: 'autodesk-emea', tenant: 'arbor-construction' },
          callbackPath: '/hooks/autodesk-emea',
        },
      },
    }),
    async ({ etis, body: { id, source, tenant = null, secret } }, reply) => {
      const made = await connections.create(etis, { id, source, tenant, ...(secret === undefined ? {} : { secret }) });
      reply.header('location', `/api/v1/connections/${id}`);
      return reply.code(201).send(await issue(made, id, () => connections.get(etis, id)));
    },
  );

  app.get(
    '/connections/:connection',
    operation({
      id: 'getConnection',
      tag,
      summary: 'Shows a connection',
      permission: 'connections.read',
      params: connectionParams,
      reply: connectionReply,
      problems: [404],
      conditional: 'read',
      example: { params, reply: example },
    }),
    async ({ etis, params: path }, reply) => tagged(reply, await connections.get(etis, path.connection)),
  );

  app.patch(
    '/connections/:connection',
    operation({
      id: 'updateConnection',
      tag,
      summary: 'Enables or disables a connection',
      permission: 'connections.write',
      params: connectionParams,
      body: connectionChange,
      reply: connectionReply,
      problems: [404],
      conditional: 'write',
      example: { params, body: { enabled: true }, reply: example },
    }),
    async (request, reply) => {
      const { etis, params: path, body } = request;
      const expect = expectationOf<ConnectionSummary>(request);
      await connections.setEnabled(etis, path.connection, body.enabled, expect === undefined ? {} : { expect });
      return tagged(reply, await connections.get(etis, path.connection));
    },
  );

  app.delete(
    '/connections/:connection',
    operation({
      id: 'deleteConnection',
      tag,
      summary: 'Deletes a connection that nothing came through',
      description:
        'It has to be disabled first. While the record holds a delivery of it, it is refused with 409, since its id tells apart what was accepted before.',
      permission: 'connections.write',
      params: connectionParams,
      status: 204,
      reply: Type.Null({ description: 'It is gone.' }),
      problems: [404, 409],
      conditional: 'write',
      example: { params: { connection: 'autodesk-retired' } },
    }),
    async (request, reply) => {
      await connections.remove(request.etis, request.params.connection, expectationOf(request));
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/connections/:connection/rotate',
    operation({
      id: 'rotateConnectionSecret',
      tag,
      summary: 'Gives a connection a new secret',
      description:
        'The secret before stays good for a while, so that the sender can change over; one that is older still ends at once. A new secret is shown this once.',
      permission: 'connections.write',
      params: connectionParams,
      body: rotation,
      reply: issuedSecretReply,
      problems: [404],
      conditional: 'write',
      idempotent: true,
      example: { params, body: { graceSeconds: 3_600 }, reply: issued },
    }),
    async (request, reply) => {
      const { etis, params: path, body } = request;
      const expect = expectationOf<ConnectionSummary>(request);
      const made = await connections.rotate(etis, path.connection, {
        ...(body.secret === undefined ? {} : { secret: body.secret }),
        ...(body.graceSeconds === undefined ? {} : { graceMs: body.graceSeconds * 1_000 }),
        ...(expect === undefined ? {} : { expect }),
      });
      return reply.send(await issue(made, path.connection, () => connections.get(etis, path.connection)));
    },
  );

  app.post(
    '/connections/:connection/end-older-secret',
    operation({
      id: 'endOlderConnectionSecret',
      tag,
      summary: 'Ends the older secret of a rotation now',
      description: 'Where only one secret is live nothing happens.',
      permission: 'connections.write',
      params: connectionParams,
      reply: connectionReply,
      problems: [404],
      conditional: 'write',
      idempotent: true,
      example: { params, reply: example },
    }),
    async (request, reply) => {
      const { connection } = request.params;
      await connections.endOlderSecret(request.etis, connection, expectationOf(request));
      return tagged(reply, await connections.get(request.etis, connection));
    },
  );

  app.get(
    '/connections/:connection/deliveries',
    operation({
      id: 'listConnectionDeliveries',
      tag,
      summary: 'Lists what a connection brought lately, newest first',
      description: 'With what became of it; never a body.',
      permission: 'connections.read',
      params: connectionParams,
      query: pageQuery,
      reply: pageOf(deliveryReply),
      problems: [404],
      example: {
        params,
        query: { limit: 20 },
        reply: {
          items: [
            {
              id: '019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10',
              connection: 'autodesk',
              bytes: 812,
              receivedAt: at,
              routed: true,
              events: 1,
              unmatched: 0,
            },
          ],
          next: null,
        },
      },
    }),
    async ({ etis, params: path, query }) => {
      const page = await spine.deliveries({ ...paged(query), connection: path.connection });
      // Of a connection that does not exist there is no empty list.
      if (page.items.length === 0) await connections.get(etis, path.connection);
      return page;
    },
  );
}

async function issue<T>({ secret, generated, handshakeToken }: IssuedSecret, id: string, get: () => Promise<T>) {
  return { connection: await get(), secret: generated ? secret : null, handshakeToken, callbackPath: `/hooks/${id}` };
}
