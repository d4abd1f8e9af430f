import { Type } from 'typebox';
import { errors } from '../../errors.ts';
import type { ResolverEntries } from '../../resolver/resolver-entries.ts';
import type { Tenants } from '../../tenants/tenants.ts';
import { type ApiApp, forTenant } from '../api-app.ts';
import { expectationOf, tagged } from '../conditional/conditional-requests.ts';
import { operation } from '../operation.ts';
import { decodeCursor, encodeCursor, paged } from '../page.ts';
import { pageOf } from '../schemas.ts';
import { tenantParams } from '../tenants/tenant-schemas.ts';
import { entriesQuery, entryBody, entryQuery, entryReply } from './resolver-schemas.ts';

const tag = 'resolver';
const params = { tenant: 'arbor-construction' };
const key = { system: 'autodesk', kind: 'project', externalId: '6f1d2c58-9a30-4c7e-8b52-3de0a1f4c901' };
const example = { ...key, project: 'riverside-school', region: 'EMEA', product: null };

/** Which ids of external systems belong to a tenant. */
export function resolverRoutes(app: ApiApp, { resolver, tenants }: { resolver: ResolverEntries; tenants: Tenants }): void {
  app.get(
    '/tenants/:tenant/resolver-entries',
    operation({
      id: 'listResolverEntries',
      tag,
      summary: "Lists a tenant's resolver entries in the order of system, kind and id",
      permission: 'resolver.read',
      params: tenantParams,
      query: entriesQuery,
      reply: pageOf(entryReply),
      problems: [404],
      example: { params, query: { limit: 20 }, reply: { items: [example], next: null } },
    }),
    async ({ etis, params: { tenant }, query }) => {
      const [system, kind, externalId] = decodeCursor('resolver-entries', query.cursor, 3) ?? [];
      const after = system === undefined || kind === undefined || externalId === undefined ? undefined : { system, kind, externalId };
      const { limit } = paged(query);
      const { items, more } = await resolver.list(forTenant(etis, tenant), after === undefined ? { limit } : { limit, after });
      if (items.length === 0) await tenants.get(etis, tenant);
      const last = items.at(-1);
      const next = more && last !== undefined ? encodeCursor('resolver-entries', [last.system, last.kind, last.externalId]) : null;
      return { items, next };
    },
  );

  app.get(
    '/tenants/:tenant/resolver-entry',
    operation({
      id: 'getResolverEntry',
      tag,
      summary: 'Shows one resolver entry',
      permission: 'resolver.read',
      params: tenantParams,
      query: entryQuery,
      reply: entryReply,
      problems: [404],
      conditional: 'read',
      example: { params, query: key, reply: example },
    }),
    async ({ etis, params: { tenant }, query }, reply) => tagged(reply, await resolver.get(forTenant(etis, tenant), query)),
  );

  app.put(
    '/tenants/:tenant/resolver-entry',
    operation({
      id: 'putResolverEntry',
      tag,
      summary: 'Maps an external id to the tenant, or changes its entry',
      description:
        'What is left out is null. An id belongs to one tenant: one that belongs to another is refused with 409, which does not say whose it is.',
      permission: 'resolver.write',
      params: tenantParams,
      query: entryQuery,
      body: entryBody,
      reply: entryReply,
      problems: [404, 409],
      conditional: 'write',
      example: { params, query: key, body: { project: 'riverside-school', region: 'EMEA' }, reply: example },
    }),
    async (request, reply) => {
      const { project = null, region = null, product = null } = request.body;
      const { system, kind, externalId } = request.query;
      const entry = { system, kind, externalId, project, region, product };
      await resolver.ensure(forTenant(request.etis, request.params.tenant), entry, expectationOf(request));
      return tagged(reply, entry);
    },
  );

  app.delete(
    '/tenants/:tenant/resolver-entry',
    operation({
      id: 'deleteResolverEntry',
      tag,
      summary: "Removes a tenant's resolver entry",
      permission: 'resolver.write',
      params: tenantParams,
      query: entryQuery,
      status: 204,
      reply: Type.Null({ description: 'It is gone.' }),
      problems: [404],
      conditional: 'write',
      example: { params, query: { system: 'autodesk', kind: 'hub', externalId: 'b.0b9e7f34' } },
    }),
    async (request, reply) => {
      const { query, params: path } = request;
      const removed = await resolver.remove(forTenant(request.etis, path.tenant), query, expectationOf(request));
      if (!removed) throw errors.RESOLVER_UNKNOWN(query.system, query.kind);
      return reply.code(204).send(null);
    },
  );
}
