import { tiers } from '@etis/contracts/tenancy';
import { Type } from 'typebox';
import type { Clusters } from '../../clusters/clusters.ts';
import type { Products } from '../../products/products.ts';
import type { ApiApp } from '../api-app.ts';
import { tagged } from '../conditional/conditional-requests.ts';
import { operation } from '../operation.ts';
import { pageAfterId, withCursor } from '../page.ts';
import { clusterId, list, named, oneOf, pageOf, pageQuery, productId, strict } from '../schemas.ts';

const tag = 'clusters';

const clusterParams = Type.Object({ cluster: clusterId }, strict);

const clusterReply = named(
  'Cluster',
  Type.Object({
    id: clusterId,
    product: productId,
    tier: oneOf(tiers, { description: 'standard shares a runtime, advanced has dedicated resources, enterprise is isolated' }),
  }),
);

const productReply = named(
  'Product',
  Type.Object({
    id: productId,
    title: Type.String(),
    subscriptions: list(Type.String({ description: 'an event type, a prefix that ends in `.*`, or `*`' })),
    filters: Type.Record(Type.String(), Type.String(), {
      description: 'conditions in CEL on one event, by the entry of `subscriptions` that they narrow',
    }),
  }),
);

const cluster = { id: 'nudge-standard', product: 'nudge', tier: 'standard' as const };

/** What is deployed: it is looked at here and changed by deploying. */
export function clusterRoutes(app: ApiApp, { clusters, products }: { clusters: Clusters; products: Products }): void {
  app.get(
    '/clusters',
    operation({
      id: 'listClusters',
      tag,
      summary: 'Lists the clusters in the order of ids',
      permission: 'clusters.read',
      query: pageQuery,
      reply: pageOf(clusterReply),
      example: { query: { limit: 20 }, reply: { items: [cluster], next: null } },
    }),
    async ({ etis, query }) => withCursor('clusters', await clusters.list(etis, pageAfterId('clusters', query))),
  );

  app.get(
    '/clusters/:cluster',
    operation({
      id: 'getCluster',
      tag,
      summary: 'Shows a cluster',
      permission: 'clusters.read',
      params: clusterParams,
      reply: clusterReply,
      problems: [404],
      conditional: 'read',
      example: { params: { cluster: cluster.id }, reply: cluster },
    }),
    async ({ etis, params }, reply) => tagged(reply, await clusters.get(etis, params.cluster)),
  );

  app.get(
    '/products',
    operation({
      id: 'listProducts',
      tag,
      summary: 'Lists the products with the events that they ask for',
      permission: 'clusters.read',
      query: pageQuery,
      reply: pageOf(productReply),
      example: {
        query: { limit: 20 },
        reply: {
          items: [{ id: 'nudge', title: 'Nudge', subscriptions: ['document.*'], filters: { 'document.*': 'event.data.size > 1000' } }],
          next: null,
        },
      },
    }),
    async ({ etis, query }) => withCursor('products', await products.list(etis, pageAfterId('products', query))),
  );
}
