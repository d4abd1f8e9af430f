import type { Context } from '@etis/contracts/context';
import type { Page } from '@etis/contracts/flow';
import type { ProductId } from '@etis/contracts/tenancy';
import { audit, type PlatformDb, type PlatformTx } from '@etis/postgres';
import { type ConfigurationDeclaration, registerConfiguration } from '../configuration/declarations.ts';
import { checkFilters, checkName, checkSubscription, checkText } from '../input.ts';

/** What a product says of itself when it is deployed. */
export interface ProductDeclaration {
  readonly id: ProductId;
  readonly title: string;
  /** Exact event types, prefixes that end in `.*`, or `*`. */
  readonly subscriptions: readonly string[];
  /** Conditions in CEL on one event, by the entry of `subscriptions` that they narrow; by default none. */
  readonly filters?: Readonly<Record<string, string>>;
  /** What can be set of it from afar; by default nothing. */
  readonly configuration?: ConfigurationDeclaration;
}

/** What is deployed, and what was and still has placements. */
export interface Products {
  /** In the order of ids. `cursor` is the `next` of the page before. */
  list(context: Context, page: { limit: number; cursor?: ProductId }): Promise<Page<Required<Omit<ProductDeclaration, 'configuration'>>>>;
}

export function createProducts({ db }: { db: PlatformDb }): Products {
  return {
    async list(context, { limit, cursor }) {
      const rows = await db.platform(context, 'list products', (tx) =>
        tx.query<Required<Omit<ProductDeclaration, 'configuration'>>>(
          'select id, title, types as subscriptions, filters from product where id > $1 order by id limit $2',
          [cursor ?? '', limit + 1],
        ),
      );
      const items = rows.slice(0, limit);
      return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  };
}

/**
 * Brings the table in line with what is deployed. A product that is no longer declared keeps its row, because placements may stand on it.
 * @throws CONTROL_INPUT_INVALID, CONTROL_DECLARATION_INVALID
 */
export async function registerProducts(tx: PlatformTx, context: Context, products: readonly ProductDeclaration[]): Promise<void> {
  for (const { id, title, subscriptions, filters = {} } of products) {
    checkName('product', id);
    checkText('title', title, 200);
    subscriptions.forEach(checkSubscription);
    checkFilters(filters, subscriptions);
    const rows = await tx.query(
      `insert into product as p (id, title, types, filters) values ($1, $2, $3, $4)
       on conflict (id) do update set title = excluded.title, types = excluded.types, filters = excluded.filters
       where (p.title, p.types, p.filters) is distinct from (excluded.title, excluded.types, excluded.filters)
       returning id`,
      [id, title, [...subscriptions], JSON.stringify(filters)],
    );
    if (rows.length > 0)
      await audit.record(tx, context, { action: 'product.register', target: `product/${id}`, detail: { title, subscriptions, filters } });
  }
  await registerConfiguration(tx, context, products);
}
