import type { SecretVault } from '@etis/agent';
import type { Context } from '@etis/contracts/context';
import type { SourceDescription, SourceKind } from '@etis/contracts/events';
import type { Page } from '@etis/contracts/flow';
import type { SpineLookups } from '@etis/contracts/operations';
import { connectionSecretBinding } from '@etis/contracts/secrets';
import type { ConnectionId, TenantId } from '@etis/contracts/tenancy';
import { type Clock, errorText, uuidv7 } from '@etis/kernel';
import { audit, type PlatformDb, type PlatformTx, sqlState } from '@etis/postgres';
import { errors, invalidInput } from '../errors.ts';
import type { Expectation } from '../expectation.ts';
import { checkConnectionId, checkName, checkSecret, checkTenantId } from '../input.ts';
import type { DataKeys } from '../keys/data-keys.ts';
import { randomConnectionSecret } from './connection-secret.ts';

/** A connection to be. `secret` is the sender's own where it has one, otherwise one is made in the form that its source wants. */
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

/** A connection's secret as it leaves the platform, once. `handshakeToken` is what to enter at the other system beside it; null where it wants none. */
export interface IssuedSecret {
  readonly secret: string;
  /** Whether the platform made the secret; otherwise the caller has it already. */
  readonly generated: boolean;
  readonly handshakeToken: string | null;
}

/** Configured external sources and what they sign with. Every method audits what it did, never with a secret in it. */
export interface Connections {
  /** @throws CONTROL_INPUT_INVALID (an unknown source; a secret that is missing or cannot be one), CONTROL_CONNECTION_EXISTS, CONTROL_TENANT_UNKNOWN */
  create(context: Context, connection: NewConnection): Promise<IssuedSecret>;
  /** The secret where the connection was created now; null where it exists, and then its secret stays. @throws as `create`, for one that differs */
  ensure(context: Context, connection: NewConnection): Promise<{ secret: string | null }>;
  /**
   * Gives the connection a new secret. The one before stays good for `graceMs` (24 hours by default), because senders change over in their own
   * time; those before it end at once. @throws CONTROL_CONNECTION_UNKNOWN, CONTROL_INPUT_INVALID, and what `expect` throws
   */
  rotate(
    context: Context,
    id: ConnectionId,
    options?: { secret?: string; graceMs?: number; expect?: Expectation<ConnectionSummary> },
  ): Promise<IssuedSecret>;
  /** Ends the older secret of a rotation now; resolves to false where there is none. @throws CONTROL_CONNECTION_UNKNOWN, and what `expect` throws */
  endOlderSecret(context: Context, id: ConnectionId, expect?: Expectation<ConnectionSummary>): Promise<boolean>;
  /** A disabled connection accepts nothing. @throws CONTROL_CONNECTION_UNKNOWN, and what `expect` throws */
  setEnabled(context: Context, id: ConnectionId, enabled: boolean, options?: { expect?: Expectation<ConnectionSummary> }): Promise<void>;
  /**
   * Deletes a connection that nothing came through. While the record holds a delivery of it, its id is needed to tell what was accepted before.
   * @throws CONTROL_CONNECTION_UNKNOWN, CONTROL_CONNECTION_ENABLED, CONTROL_CONNECTION_USED, and what `expect` throws
   */
  remove(context: Context, id: ConnectionId, expect?: Expectation<ConnectionSummary>): Promise<void>;
  /** Deletes secrets whose time is over. */
  removeExpired(context: Context): Promise<void>;
  /** @throws CONTROL_CONNECTION_UNKNOWN */
  get(context: Context, id: ConnectionId): Promise<ConnectionSummary>;
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

/** `$1` is now: a secret past its time is not shown. */
const summary = `
select c.id, c.source, c.tenant_id as tenant, c.enabled, c.created_at,
  (select coalesce(jsonb_agg(jsonb_build_object('createdAt', s.created_at, 'expiresAt', s.expires_at) order by s.created_at desc, s.id desc), '[]')
   from connection_secret s where s.connection_id = c.id and (s.expires_at is null or s.expires_at > $1)) as secrets
from connection c`;

export interface ConnectionsOptions {
  readonly db: PlatformDb;
  readonly vault: SecretVault;
  readonly dataKeys: DataKeys;
  readonly clock: Clock;
  readonly sources: ReadonlyMap<SourceKind, SourceDescription>;
  readonly deliveries: SpineLookups['deliveries'];
  readonly changed: () => Promise<void>;
}

export function createConnections({ db, vault, dataKeys, clock, sources, deliveries, changed }: ConnectionsOptions): Connections {
  function check({ id, source, tenant }: NewConnection): void {
    checkConnectionId(id);
    checkName('source', source);
    if (tenant !== null) checkTenantId(tenant);
  }

  /** @throws CONTROL_INPUT_INVALID */
  function issue(source: SourceKind, given: string | undefined): IssuedSecret {
    const description = sources.get(source);
    if (description === undefined)
      throw invalidInput('source', `this installation reads no "${source}"; it reads ${[...sources.keys()].join(', ')}`);
    if (given === undefined && description.secret === 'supplied')
      throw invalidInput('secret', `${description.title} gives the secret, so it has to be entered here`);
    const secret = given ?? description.newSecret?.() ?? randomConnectionSecret();
    checkSecret(secret);
    try {
      description.checkSecret(secret);
    } catch (error) {
      throw invalidInput('secret', errorText(error).replace(/\.$/, ''));
    }
    return { secret, generated: given === undefined, handshakeToken: description.handshakeToken?.(secret) ?? null };
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
  async function insert(context: Context, connection: NewConnection): Promise<IssuedSecret | null> {
    check(connection);
    const { id, source, tenant } = connection;
    const issued = issue(source, connection.secret);
    const inserted = await db
      .platform(context, 'create a connection', async (tx) => {
        const rows = await tx.query(
          'insert into connection (id, source, tenant_id) values ($1, $2, $3) on conflict (id) do nothing returning id',
          [id, source, tenant],
        );
        if (rows.length === 0) return false;
        await addSecret(tx, connection, issued.secret);
        await audit.record(tx, context, { action: 'connection.create', target: `connection/${id}`, detail: { source, tenant } });
        return true;
      })
      .catch((error: unknown) => {
        throw sqlState(error) === '23503' && tenant !== null ? errors.TENANT_UNKNOWN(tenant) : error;
      });
    if (!inserted) return null;
    await changed();
    return issued;
  }

  async function read(tx: PlatformTx, id: ConnectionId): Promise<ConnectionSummary> {
    const [row] = await tx.query<SummaryRow>(`${summary} where c.id = $2`, [new Date(clock.now()), id]);
    if (row === undefined) throw errors.CONNECTION_UNKNOWN(id);
    return summaryOf(row);
  }

  async function find(context: Context, id: ConnectionId): Promise<ConnectionRow | null> {
    const [row] = await db.platform(context, 'compare a connection', (tx) =>
      tx.query<ConnectionRow>('select id, source, tenant_id as tenant, enabled from connection where id = $1', [id]),
    );
    return row ?? null;
  }

  /** The lock first, the look second: what is expected of is what is changed. */
  async function lockExpected(
    tx: PlatformTx,
    id: ConnectionId,
    expect: Expectation<ConnectionSummary> | undefined,
  ): Promise<ConnectionRow> {
    const row = await lock(tx, id);
    expect?.(await read(tx, id));
    return row;
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
      const issued = await insert(context, connection);
      if (issued === null) throw errors.CONNECTION_EXISTS(connection.id);
      return issued;
    },
    async ensure(context, connection) {
      check(connection);
      // The look first: one that exists needs no secret to be given.
      if ((await find(context, connection.id)) === null) {
        const issued = await insert(context, connection);
        if (issued !== null) return { secret: issued.secret };
      }
      const existing = await find(context, connection.id);
      if (existing === null) throw errors.CONNECTION_UNKNOWN(connection.id);
      if (existing.source !== connection.source || existing.tenant !== connection.tenant) throw errors.CONNECTION_EXISTS(connection.id);
      return { secret: null };
    },
    async rotate(context, id, { secret, graceMs = dayMs, expect } = {}) {
      checkConnectionId(id);
      if (!Number.isSafeInteger(graceMs) || graceMs < 0 || graceMs > 30 * dayMs) throw invalidInput('graceMs', 'it is 0 to 30 days');
      const issued = await db.platform(context, 'rotate the secret of a connection', async (tx) => {
        const connection = await lockExpected(tx, id, expect);
        const made = issue(connection.source, secret);
        await tx.query('delete from connection_secret where connection_id = $1 and expires_at is not null', [id]);
        await tx.query('update connection_secret set expires_at = $2 where connection_id = $1', [id, new Date(clock.now() + graceMs)]);
        await addSecret(tx, connection, made.secret);
        await audit.record(tx, context, { action: 'connection.rotate', target: `connection/${id}`, detail: { graceMs } });
        return made;
      });
      await changed();
      return issued;
    },
    async endOlderSecret(context, id, expect) {
      checkConnectionId(id);
      const ended = await db.platform(context, 'end the older secret of a connection', async (tx) => {
        await lockExpected(tx, id, expect);
        const rows = await tx.query('delete from connection_secret where connection_id = $1 and expires_at is not null returning id', [id]);
        if (rows.length > 0) await audit.record(tx, context, { action: 'connection.end-secret', target: `connection/${id}` });
        return rows.length > 0;
      });
      if (ended) await changed();
      return ended;
    },
    async setEnabled(context, id, enabled, { expect } = {}) {
      checkConnectionId(id);
      const updated = await db.platform(context, 'switch a connection', async (tx) => {
        const connection = await lockExpected(tx, id, expect);
        if (connection.enabled === enabled) return false;
        await tx.query('update connection set enabled = $2 where id = $1', [id, enabled]);
        await audit.record(tx, context, { action: enabled ? 'connection.enable' : 'connection.disable', target: `connection/${id}` });
        return true;
      });
      if (updated) await changed();
    },
    async remove(context, id, expect) {
      checkConnectionId(id);
      await db.platform(context, 'delete a connection', async (tx) => {
        const { enabled } = await lockExpected(tx, id, expect);
        if (enabled) throw errors.CONNECTION_ENABLED(id);
        const { items } = await deliveries({ connection: id, limit: 1 });
        if (items.length > 0) throw errors.CONNECTION_USED(id);
        await tx.query('delete from connection_secret where connection_id = $1', [id]);
        await tx.query('delete from connection where id = $1', [id]);
        await audit.record(tx, context, { action: 'connection.delete', target: `connection/${id}` });
      });
      await changed();
    },
    get(context, id) {
      checkConnectionId(id);
      return db.platform(context, 'look at a connection', (tx) => read(tx, id));
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
        tx.query<SummaryRow>(`${summary} where c.id > $2 order by c.id limit $3`, [new Date(clock.now()), cursor ?? '', limit + 1]),
      );
      const items = rows.slice(0, limit).map(summaryOf);
      return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  };
}

function summaryOf({ created_at, secrets, ...connection }: SummaryRow): ConnectionSummary {
  return {
    ...connection,
    createdAt: created_at.toISOString(),
    secrets: secrets.map(({ createdAt, expiresAt }) => ({
      createdAt: utc(createdAt),
      expiresAt: expiresAt === null ? null : utc(expiresAt),
    })),
  };
}

/** PostgreSQL writes its session's offset into JSON; the platform's times are in UTC. */
function utc(time: string): string {
  return new Date(time).toISOString();
}
