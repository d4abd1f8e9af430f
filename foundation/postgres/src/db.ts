import type { Context, TenantContext } from '@etis/contracts/context';
import type { TenantId } from '@etis/contracts/tenancy';

/** What runs SQL inside a transaction. Rows come back as plain objects; bigint columns as text, timestamps as `Date`, jsonb parsed. */
export interface Tx {
  query<Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

declare const tenantTx: unique symbol;
declare const platformTx: unique symbol;
declare const systemTx: unique symbol;

/** A transaction that belongs to one tenant: only `TenantDb.tenant` gives one, so a tenant query without a tenant does not compile. */
export interface TenantTx extends Tx {
  readonly [tenantTx]: true;
  readonly tenant: TenantId;
}

/** A transaction that may look across tenants; its reason was audited. */
export interface PlatformTx extends Tx {
  readonly [platformTx]: true;
}

/** A transaction of the domain's own machinery. */
export interface SystemTx extends Tx {
  readonly [systemTx]: true;
}

/**
 * All of these run `fn` in one transaction: committed when it resolves, rolled back when it rejects, and then what it threw is passed on untouched.
 * After a deadlock or a serialization failure `fn` is run again, at most three times, so it does nothing that a rollback does not undo.
 * @throws POSTGRES_UNAVAILABLE (retryable, nothing was changed), POSTGRES_COMMIT_UNKNOWN (the connection was lost during COMMIT; retryable only where
 * the work is idempotent), POSTGRES_TIMEOUT, POSTGRES_CONTENTION
 */
export interface TenantDb {
  tenant<T>(context: TenantContext, fn: (tx: TenantTx) => Promise<T>): Promise<T>;
}

export interface PlatformDb {
  /** `reason` says in a few words why tenants' borders are crossed; it becomes one audit row in the same transaction. */
  platform<T>(context: Context, reason: string, fn: (tx: PlatformTx) => Promise<T>): Promise<T>;
}

export interface SystemDb {
  system<T>(fn: (tx: SystemTx) => Promise<T>): Promise<T>;
  /** One statement, committed by itself: a single round trip. A connection lost on the way is POSTGRES_COMMIT_UNKNOWN. */
  statement<Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /**
   * Listens for `NOTIFY channel` on a connection of its own, which comes back after an outage; calls back at once when it has (re)connected,
   * since a hint may have been missed. Resolves to the way to stop.
   */
  listen(channel: string, callback: () => void): Promise<() => Promise<void>>;
}

/** One domain's database. A method whose role the domain does not declare throws POSTGRES_ROLE_MISSING. */
export interface DomainDb extends TenantDb, PlatformDb, SystemDb {
  close(): Promise<void>;
}
