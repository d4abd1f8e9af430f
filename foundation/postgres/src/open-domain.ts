import type { Context, TenantContext } from '@etis/contracts/context';
import type { Log } from '@etis/contracts/log';
import { audit } from './audit.ts';
import type { DomainDb, PlatformTx, SystemTx, TenantTx, Tx } from './db.ts';
import type { DatabaseAccess, Domain } from './domain.ts';
import { errors } from './errors.ts';
import { isConnectionLoss, translate } from './failure.ts';
import { startListener } from './listener.ts';
import { createRolePool, type Login, type RolePool } from './role-pool.ts';
import { rowsOf, runTransaction, type TransactionSettings } from './transaction.ts';

type RoleKind = keyof Domain['roles'];

const tenantPattern = /^[a-z][a-z0-9-]{0,39}$/;

/**
 * Opens a domain's database for the roles that the domain declares. Nothing connects until it is used, and an outage ends by itself.
 * `poolSize` is the number of connections per role, 8 by default. A statement may take 30 s, waiting for a lock 10 s, for a connection 5 s.
 * @throws POSTGRES_ACCESS_MISSING where the access knows no database or password for the domain; run `prepare` first.
 */
export function openDomain(options: {
  domain: Domain;
  access: DatabaseAccess;
  log: Log;
  poolSize?: number;
  applicationName?: string;
}): DomainDb {
  const { domain, access, log } = options;
  const pools = openPools();
  const listeners = new Set<() => Promise<void>>();
  let closing: Promise<void> | undefined;

  /** One pool per role, also where a role serves in two capacities. */
  function openPools(): ReadonlyMap<string, RolePool> {
    const names = new Set(Object.values(domain.roles));
    return new Map([...names].map((role) => [role, createRolePool({ login: loginOf(role), size: options.poolSize ?? 8, log })]));
  }

  function loginOf(role: string): Login {
    const database = access.databases[domain.name];
    const password = access.passwords[role];
    if (database === undefined) throw errors.ACCESS_MISSING(domain.name, 'database');
    if (password === undefined) throw errors.ACCESS_MISSING(domain.name, `password of role "${role}"`);
    return { domain: domain.name, access, database, role, password, applicationName: options.applicationName ?? `etis ${domain.name}` };
  }

  function poolOf(kind: RoleKind): RolePool {
    const role = domain.roles[kind];
    const pool = role === undefined ? undefined : pools.get(role);
    if (pool === undefined) throw errors.ROLE_MISSING(domain.name, kind);
    return pool;
  }

  async function closeAll(): Promise<void> {
    await Promise.all([...listeners].map((stop) => stop()));
    await Promise.all([...pools.values()].map((pool) => pool.close()));
  }

  return {
    async tenant(context, fn) {
      const { tenant } = context;
      if (!tenantPattern.test(tenant)) throw errors.TENANT_INVALID();
      return runTransaction(poolOf('tenant'), { 'etis.tenant': tenant, ...timeLeft(context) }, (tx) => fn(tenantTx(tx, context)));
    },

    async platform(context, reason, fn) {
      if (reason.trim() === '' || reason.length > 500) throw errors.REASON_MISSING();
      return runTransaction(poolOf('platform'), { 'etis.tenant': '', ...timeLeft(context) }, async (tx) => {
        await audit.record(tx, context, { action: 'platform.access', target: domain.name, reason });
        return fn(tx as PlatformTx);
      });
    },

    async system(fn) {
      return runTransaction(poolOf('system'), { 'etis.tenant': '' }, (tx) => fn(tx as SystemTx));
    },

    async statement<Row extends object>(text: string, values?: readonly unknown[]) {
      const pool = poolOf('system');
      const client = await pool.acquire();
      let broken = false;
      try {
        return rowsOf(await client.query<Row>(text, values as unknown[] | undefined));
      } catch (error) {
        // Each statement commits itself, so without an answer nobody knows whether it did.
        broken = isConnectionLoss(error);
        throw broken ? errors.COMMIT_UNKNOWN.because({ cause: error }) : translate(error, pool.login);
      } finally {
        client.release(broken);
      }
    },

    async listen(channel, callback) {
      const { login } = poolOf('system');
      if (closing !== undefined) throw errors.CLOSED(domain.name);
      const stop = await startListener({ login, channel, callback, log });
      const forget = () => {
        listeners.delete(forget);
        return stop();
      };
      listeners.add(forget);
      return forget;
    },

    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

function tenantTx(tx: Tx, context: TenantContext): TenantTx {
  return Object.assign(tx, { tenant: context.tenant }) as TenantTx;
}

/** A deadline nearer than the usual limit bounds each statement. */
function timeLeft(context: Context): TransactionSettings {
  if (context.deadline === undefined) return {};
  const left = Math.floor(context.deadline - Date.now());
  if (left <= 0) throw errors.TIMEOUT();
  return left < 30_000 ? { statement_timeout: `${left}ms` } : {};
}
