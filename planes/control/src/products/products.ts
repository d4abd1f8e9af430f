import type { Context } from '@etis/contracts/context';
import type { ProductId } from '@etis/contracts/tenancy';
import { audit, type PlatformTx } from '@etis/postgres';
import { checkName, checkSubscription, checkText } from '../input.ts';

/** What a product says of itself when it is deployed. */
export interface ProductDeclaration {
  readonly id: ProductId;
  readonly title: string;
  /** Exact event types, prefixes that end in `.*`, or `*`. */
  readonly subscriptions: readonly string[];
}

/**
 * Brings the table in line with what is deployed. A product that is no longer declared keeps its row, because placements may stand on it.
 * @throws CONTROL_INPUT_INVALID
 */
export async function registerProducts(tx: PlatformTx, context: Context, products: readonly ProductDeclaration[]): Promise<void> {
  for (const { id, title, subscriptions } of products) {
    checkName('product', id);
    checkText('title', title, 200);
    subscriptions.forEach(checkSubscription);
    const rows = await tx.query(
      `insert into product as p (id, title, types) values ($1, $2, $3)
       on conflict (id) do update set title = excluded.title, types = excluded.types
       where (p.title, p.types) is distinct from (excluded.title, excluded.types)
       returning id`,
      [id, title, [...subscriptions]],
    );
    if (rows.length > 0)
      await audit.record(tx, context, { action: 'product.register', target: `product/${id}`, detail: { title, subscriptions } });
  }
}
