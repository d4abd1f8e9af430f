import { Type } from 'typebox';
import type { Tenants } from '../../tenants/tenants.ts';
import type { ApiApp } from '../api-app.ts';
import { expectationOf, tagged } from '../conditional/conditional-requests.ts';
import { operation } from '../operation.ts';
import { pageAfterId, withCursor } from '../page.ts';
import { pageOf, pageQuery } from '../schemas.ts';
import { newTenant, tenantChange, tenantErasure, tenantParams, tenantReply } from './tenant-schemas.ts';

const tag = 'tenants';
const example = {
  id: 'arbor-construction',
  name: 'Arbor Construction',
  status: 'active' as const,
  createdAt: '2026-11-02T09:30:00.000Z',
  placements: [{ product: 'nudge', cluster: 'nudge-standard' }],
};
const params = { tenant: example.id };

export function tenantRoutes(app: ApiApp, { tenants }: { tenants: Tenants }): void {
  app.get(
    '/tenants',
    operation({
      id: 'listTenants',
      tag,
      summary: 'Lists tenants in the order of ids',
      permission: 'tenants.read',
      query: pageQuery,
      reply: pageOf(tenantReply),
      example: { query: { limit: 20 }, reply: { items: [example], next: null } },
    }),
    async ({ etis, query }) => withCursor('tenants', await tenants.list(etis, pageAfterId('tenants', query))),
  );

  app.post(
    '/tenants',
    operation({
      id: 'createTenant',
      tag,
      summary: 'Creates an active tenant',
      permission: 'tenants.write',
      body: newTenant,
      status: 201,
      reply: tenantReply,
      problems: [409],
      idempotent: true,
      example: {
        body: { id: 'meridian-rail', name: 'Meridian Rail' },
        reply: { ...example, id: 'meridian-rail', name: 'Meridian Rail', placements: [] },
      },
    }),
    async ({ etis, body }, reply) => {
      const created = await tenants.create(etis, body);
      reply.header('location', `/api/v1/tenants/${created.id}`);
      return reply.code(201).send(tagged(reply, created));
    },
  );

  app.get(
    '/tenants/:tenant',
    operation({
      id: 'getTenant',
      tag,
      summary: 'Shows a tenant with its placements',
      permission: 'tenants.read',
      params: tenantParams,
      reply: tenantReply,
      problems: [404],
      conditional: 'read',
      example: { params, reply: example },
    }),
    async ({ etis, params: { tenant } }, reply) => tagged(reply, await tenants.get(etis, tenant)),
  );

  app.patch(
    '/tenants/:tenant',
    operation({
      id: 'updateTenant',
      tag,
      summary: 'Renames, suspends or activates a tenant',
      permission: 'tenants.write',
      params: tenantParams,
      body: tenantChange,
      reply: tenantReply,
      problems: [404],
      conditional: 'write',
      example: { params, body: { name: 'Arbor Construction Ltd' }, reply: { ...example, name: 'Arbor Construction Ltd' } },
    }),
    async (request, reply) => {
      const { etis, params: path, body } = request;
      return tagged(reply, await tenants.update(etis, path.tenant, body, expectationOf(request)));
    },
  );

  app.post(
    '/tenants/:tenant/erase',
    operation({
      id: 'eraseTenant',
      tag,
      summary: 'Destroys the data key of a suspended tenant, for good',
      description:
        'Everything that is sealed under it can be opened by nobody any more: secrets of its connections, and what the sealed audit says of persons in its name. The chains of the audit go on to verify. Copies in backups end with the backups.',
      permission: 'tenants.write',
      params: tenantParams,
      body: tenantErasure,
      status: 204,
      reply: Type.Null({ description: 'The key is destroyed, or was before.' }),
      problems: [404, 409],
      idempotent: true,
      example: { params: { tenant: 'quarry-works' }, body: { reason: 'Their contract ended; they asked for it.' } },
    }),
    async ({ etis, params: { tenant }, body: { reason } }, reply) => {
      await tenants.erase(etis, tenant, reason);
      return reply.code(204).send(null);
    },
  );
}
