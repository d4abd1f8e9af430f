import { fastify } from 'fastify';
import { announce } from '../ingest/contender.ts';
import type { place } from './place.ts';
import { operator, startStand } from './stand.ts';

// A bare Fastify route: the same query in the same tenant transaction, the reply serialised by a schema, and nothing else.
const { db, stop } = await startStand();
const text = { type: 'string' } as const;
const app = fastify({ logger: false });
app.get<{ Params: { tenant: string; product: string } }>(
  '/api/v1/tenants/:tenant/placements/:product',
  { schema: { response: { 200: { type: 'object', properties: { tenant: text, product: text, cluster: text } } } } },
  async ({ params }) => {
    const [row] = await db.tenant({ ...operator, tenant: params.tenant }, (tx) =>
      tx.query<typeof place>(
        'select tenant_id as tenant, product_id as product, cluster_id as cluster from placement where tenant_id = $1 and product_id = $2',
        [params.tenant, params.product],
      ),
    );
    return row;
  },
);
await app.listen({ host: '127.0.0.1', port: 0 });
const address = app.server.address();
announce(typeof address === 'object' && address !== null ? address.port : 0, async () => {
  app.server.closeAllConnections();
  await app.close();
  await stop();
});
