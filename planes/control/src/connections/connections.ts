import type { SecretVault } from '@etis/agent';
import type { Context } from '@etis/contracts/context';
import type { SourceKind } from '@etis/contracts/events';
import type { Page } from '@etis/contracts/flow';
import { connectionSecretBinding } from '@etis/contracts/secrets';
import type { ConnectionId, TenantId } from '@etis/contracts/tenancy';
import { type Clock, uuidv7 } from '@etis/kernel';
import { audit, type PlatformDb, type PlatformTx, sqlState } from '@etis/postgres';
import { errors } from '../errors.ts';
import { checkConnectionId, checkName, checkSecret, checkTenantId } from '../input.ts';
import type { DataKeys } from '../keys/data-keys.ts';
import { randomConnectionSecret } from './connection-secret.ts';

/** A connection to be. `secret` is the sender's own where it has one, otherwise a random one is made. */
export interface NewConnection {
  readonly id: ConnectionId;
  readonly source: SourceKind;
  /** Null where many tenants share it and the resolver tells them apart. */
  readonly tenant: TenantId | null;
  readonly secret?: string;
}

/** A connection as people may see it: of its secrets only how old they are. */
export interface ConnectionSummary {
  readonly id: ConnectionId;
  readonly source: SourceKind;
  readonly tenant: TenantId | null;
  readonly enabled: boolean;
  readonly createdAt: string;
  readonly secrets: readonly { readonly createdAt: string; readonly expiresAt: string | null }[];
}

/** Configured external sources and what they sign with. Every method audits what it did, never with a secret in it. */
export interface Connections {
  /** Resolves to the secret, which is shown this once. @throws CONTROL_INPUT_INVALID, CONTROL_CONNECTION_EXISTS, CONTROL_TENANT_UNKNOWN */
  create(context: Context, connection: NewConnection): Promise<{ secret: string }>;
  /** The secret where the connection was created now; null where it exists, and then its secret stays. @throws as `create`, for one that differs */
  ensure(context: Context, connection: NewConnection): Promise<{ secret: string | null }>;
  /**
   * Gives the connection a new secret, which is resolved to, shown this once. The one before stays good for `graceMs` (24 hours by default),
   * because senders change over in their own time; those before it end at once. @throws CONTROL_CONNECTION_UNKNOWN
   */
  rotate(context: Context, id: ConnectionId, options?: { secret?: string; graceMs?: number }): Promise<{ secret: string }>;
  /** A disabled connection accepts nothing. @throws CONTROL_CONNECTION_UNKNOWN */
  setEnabled(context: Context, id: ConnectionId, enabled: boolean): Promise<void>;
  /** Deletes secrets whose time is over. */
  removeExpired(context: Context): Promise<void>;
  /** In the order of ids. `cursor` is the `next` of the page before. */
  list(context: Context, page: { limit: number; cursor?: ConnectionId }): Promise<Page<ConnectionSummary>>;
}

interface ConnectionRow {
  readonly id: ConnectionId;
  readonly source: SourceKind;
  readonly tenant: TenantId | null;
  readonly enabled: boolean;
}

interface SummaryRow extends ConnectionRow {
  readonly created_at: Date;
  readonly secrets: ConnectionSummary['secrets'];
}

const dayMs = 86_400_000;

export interface ConnectionsOptions {
  readonly db: PlatformDb;
  readonly vault: SecretVault;
  readonly dataKeys: DataKeys;
  readonly clock: Clock;
  readonly changed: () => Promise<void>;
}

export function createConnections({ db, vault, dataKeys, clock, changed }: ConnectionsOptions): Connections {
  function check({ id, source, tenant, secret }: NewConnection): void {
    checkConnectionId(id);
    checkName('source', source);
    if (tenant !== null) checkTenantId(tenant);
    if (secret !== undefined) checkSecret(secret);
  }

  async function addSecret(tx: PlatformTx, connection: Pick<ConnectionRow, 'id' | 'tenant'>, secret: string): Promise<void> {
    await dataKeys.use(tx, connection.tenant);
    await tx.query('insert into connection_secret (id, connection_id, sealed, created_at) values ($1, $2, $3, $4)', [
      uuidv7(),
      connection.id,
      vault.seal(secret, connectionSecretBinding(connection)),
      new Date(clock.now()),
    ]);
  }

  /** Resolves to null where the id is taken. */
  async function insert(context: Context, connection: NewConnection): Promise<string | null> {
    check(connection);
    const { id, source, tenant } = connection;
    const secret = connection.secret ?? randomConnectionSecret();
    const inserted = await db
      .platform(context, 'create a connection', async (tx) => {
        const rows = await tx.query(
          'insert into connection (id, source, tenant_id) values ($1, $2, $3) on conflict (id) do nothing returning id',
          [id, source, tenant],
        );
        if (rows.length === 0) return false;
        await addSecret(tx, connection, secret);
        await audit.record(tx, context, { action: 'connection.create', target: `connection/${id}`, detail: { source, tenant } });
        return true;
      })
      .catch((error: unknown) => {
        throw sqlState(error) === '23503' && tenant !== null ? errors.TENANT_UNKNOWN(tenant) : error;
      });
    if (!inserted) return null;
    await changed();
    return secret;
  }

  async function lock(tx: PlatformTx, id: ConnectionId): Promise<ConnectionRow> {
    const [row] = await tx.query<ConnectionRow>(
      'select id, source, tenant_id as tenant, enabled from connection where id = $1 for update',
      [id],
    );
    if (row === undefined) throw errors.CONNECTION_UNKNOWN(id);
    return row;
  }

  return {
    async create(context, connection) {
      const secret = await insert(context, connection);
      if (secret === null) throw errors.CONNECTION_EXISTS(connection.id);
      return { secret };
    },
    async ensure(context, connection) {
      const secret = await insert(context, connection);
      if (secret !== null) return { secret };
      const existing = await db.platform(context, 'compare a connection', (tx) => lock(tx, connection.id));
      if (existing.source !== connection.source || existing.tenant !== connection.tenant) throw errors.CONNECTION_EXISTS(connection.id);
      return { secret: null };
    },
    async rotate(context, id, { secret = randomConnectionSecret(), graceMs = dayMs } = {}) {
      checkConnectionId(id);
      checkSecret(secret);
      if (!Number.isSafeInteger(graceMs) || graceMs < 0 || graceMs > 30 * dayMs)
        throw errors.INPUT_INVALID('graceMs', 'it is 0 to 30 days');
      await db.platform(context, 'rotate the secret of a connection', async (tx) => {
        const connection = await lock(tx, id);
        await tx.query('delete from connection_secret where connection_id = $1 and expires_at is not null', [id]);
        await tx.query('update connection_secret set expires_at = $2 where connection_id = $1', [id, new Date(clock.now() + graceMs)]);
        await addSecret(tx, connection, secret);
        await audit.record(tx, context, { action: 'connection.rotate', target: `connection/${id}`, detail: { graceMs } });
      });
      await changed();
      return { secret };
    },
    async setEnabled(context, id, enabled) {
      checkConnectionId(id);
      const updated = await db.platform(context, 'switch a connection', async (tx) => {
        const connection = await lock(tx, id);
        if (connection.enabled === enabled) return false;
        await tx.query('update connection set enabled = $2 where id = $1', [id, enabled]);
        await audit.record(tx, context, { action: enabled ? 'connection.enable' : 'connection.disable', target: `connection/${id}` });
        return true;
      });
      if (updated) await changed();
    },
    removeExpired: (context) =>
      db.platform(context, 'remove expired secrets', async (tx) => {
        const rows = await tx.query<{ connection: string }>(
          'delete from connection_secret where expires_at <= $1 returning connection_id as connection',
          [new Date(clock.now())],
        );
        for (const { connection } of rows)
          await audit.record(tx, context, { action: 'connection.expire-secret', target: `connection/${connection}` });
      }),
    async list(context, { limit, cursor }) {
      const rows = await db.platform(context, 'list connections', (tx) =>
        tx.query<SummaryRow>(
          `select c.id, c.source, c.tenant_id as tenant, c.enabled, c.created_at,
             (select coalesce(jsonb_agg(jsonb_build_object('createdAt', s.created_at, 'expiresAt', s.expires_at)
                order by s.created_at desc, s.id desc), '[]')
              from connection_secret s where s.connection_id = c.id and (s.expires_at is null or s.expires_at > $3)) as secrets
           from connection c where c.id > $1 order by c.id limit $2`,
          [cursor ?? '', limit + 1, new Date(clock.now())],
        ),
      );
      const items = rows.slice(0, limit).map(({ created_at, secrets, ...connection }) => ({
        ...connection,
        createdAt: created_at.toISOString(),
        secrets: secrets.map(({ createdAt, expiresAt }) => ({
          createdAt: utc(createdAt),
          expiresAt: expiresAt === null ? null : utc(expiresAt),
        })),
      }));
      return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  };
}

/** PostgreSQL writes its session's offset into JSON; the platform's times are in UTC. */
function utc(time: string): string {
  return new Date(time).toISOString();
}
