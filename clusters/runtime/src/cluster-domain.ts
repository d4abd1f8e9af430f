import type { Cluster } from '@etis/contracts/tenancy';
import { clusterRole, clusterSchema, type Domain } from '@etis/postgres';
import { errors } from './errors.ts';
import type { Product } from './sdk/product.ts';

/**
 * The database domain of one cluster: a schema and a login role of its own, the runtime's tables first and the product's after them.
 * @throws RUNTIME_CLUSTER_FOREIGN when the cluster runs another product.
 */
export function clusterDomain(cluster: Cluster, product: Product): Domain {
  if (cluster.product !== product.id) throw errors.CLUSTER_FOREIGN(cluster.id, cluster.product, product.id);
  const role = clusterRole(cluster.id);
  return {
    name: clusterSchema(cluster.id),
    migrations: [new URL('../migrations/', import.meta.url), product.migrations],
    roles: { tenant: role, system: role },
  };
}
