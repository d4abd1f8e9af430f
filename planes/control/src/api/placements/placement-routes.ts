import { Type } from 'typebox';
import type { Placements } from '../../placements/placements.ts';
import type { Tenants } from '../../tenants/tenants.ts';
import { type ApiApp, forTenant } from '../api-app.ts';
import { expectationOf, tagged } from '../conditional/conditional-requests.ts';
import { operation } from '../operation.ts';
import { pageAfterId, withCursor } from '../page.ts';
import { clusterId, named, pageOf, pageQuery, productId, strict, tenantId } from '../schemas.ts';
import { tenantParams } from '../tenants/tenant-schemas.ts';

const tag = 'placements';

const placementParams = Type.Object({ tenant: tenantId, product: productId }, strict);
const placementReply = named('Placement', Type.Object({ tenant: tenantId, product: productId, cluster: clusterId }));
const placementBody = named('PlacementTarget', Type.Object({ cluster: clusterId }, strict));

const tenant = 'arbor-construction';
const params = { tenant, product: 'nudge' };
const example = { ...params, cluster: 'nudge-standard' };

/** Which cluster serves a tenant with a product. */
export function placementRoutes(app: ApiApp, { placements, tenants }: { placements: Placements; tenants: Tenants }): void {
  app.get(
    '/tenants/:tenant/placements',
    operation({
      id: 'listPlacements',
      tag,
      summary: "Lists a tenant's placements in the order of products",
      permission: 'tenants.read',
      params: tenantParams,
      query: pageQuery,
      reply: pageOf(placementReply),
      problems: [404],
      example: { params: { tenant }, query: { limit: 20 }, reply: { items: [example], next: null } },
    }),
    async ({ etis, params: path, query }) => {
      const page = await placements.list(forTenant(etis, path.tenant), pageAfterId('placements', query));
      // Of a tenant that does not exist there is no empty list.
      if (page.items.length === 0) await tenants.get(etis, path.tenant);
      return withCursor('placements', page);
    },
  );

  app.get(
    '/tenants/:tenant/placements/:product',
    operation({
      id: 'getPlacement',
      tag,
      summary: 'Shows where a tenant has a product',
      permission: 'tenants.read',
      params: placementParams,
      reply: placementReply,
      problems: [404],
      conditional: 'read',
      example: { params, reply: example },
    }),
    async ({ etis, params: path }, reply) => tagged(reply, await placements.get(forTenant(etis, path.tenant), path.product)),
  );

  app.put(
    '/tenants/:tenant/placements/:product',
    operation({
      id: 'putPlacement',
      tag,
      summary: 'Places a tenant on a cluster of the product',
      description:
        'Safe to repeat. A tenant that has the product on another cluster is refused with 409: its data lives in that cluster, so that naming another one does not move it.',
      permission: 'placements.write',
      params: placementParams,
      body: placementBody,
      reply: placementReply,
      problems: [404, 409],
      conditional: 'write',
      example: {
        params: { tenant, product: 'pulse' },
        body: { cluster: 'pulse-standard' },
        reply: { tenant, product: 'pulse', cluster: 'pulse-standard' },
      },
    }),
    async (request, reply) => {
      const { tenant: id, product } = request.params;
      const placement = { tenant: id, product, cluster: request.body.cluster };
      await placements.ensure(forTenant(request.etis, id), placement, expectationOf(request));
      return tagged(reply, placement);
    },
  );

  app.delete(
    '/tenants/:tenant/placements/:product',
    operation({
      id: 'deletePlacement',
      tag,
      summary: "Ends a tenant's use of a product",
      description:
        'Refused with 409 while its lane holds entries that are still to be handled. What the cluster keeps of the tenant stays there.',
      permission: 'placements.write',
      params: placementParams,
      status: 204,
      reply: Type.Null({ description: 'It is gone.' }),
      problems: [404, 409],
      conditional: 'write',
      example: { params: { tenant: 'castellan-towers', product: 'nudge' } },
    }),
    async (request, reply) => {
      const { tenant: id, product } = request.params;
      await placements.remove(forTenant(request.etis, id), product, expectationOf(request));
      return reply.code(204).send(null);
    },
  );
}
