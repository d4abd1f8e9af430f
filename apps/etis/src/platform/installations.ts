import { code } from '@etis/code';
import type { Cluster, Tier } from '@etis/contracts/tenancy';
import { nudge } from '@etis/nudge';
import type { Domain } from '@etis/postgres';
import { pulse } from '@etis/pulse';
import { clusterDomain, type Product } from '@etis/runtime';

/** A product in one cluster, with the database domain that the cluster has to itself. */
export interface Installation {
  readonly cluster: Cluster;
  readonly product: Product;
  readonly domain: Domain;
}

/** The products of this installation. */
export const products: readonly Product[] = [nudge, code, pulse];

const clusterTiers: readonly Tier[] = ['standard', 'advanced', 'enterprise'];

/** One cluster of each tier for each product. */
export const installations: readonly Installation[] = products.flatMap((product) =>
  clusterTiers.map((tier) => {
    const cluster = { id: `${product.id}-${tier}`, product: product.id, tier };
    return { cluster, product, domain: clusterDomain(cluster, product) };
  }),
);
