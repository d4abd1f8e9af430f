import type { Log } from '@etis/contracts/log';
import type { DatabaseAccess, Domain } from './domain.ts';
import { roles } from './domain.ts';
import { errors } from './errors.ts';
import { openDomain } from './open-domain.ts';

/** Where a reader stands: after the row `id` that transaction `xid` wrote. */
export interface AuditPosition {
  readonly xid: string;
  readonly id: string;
}

/** Before every row. */
export const auditStart: AuditPosition = { xid: '0', id: '00000000-0000-0000-0000-000000000000' };

/** A row exactly as it is stored: `at` to the microsecond in UTC, `detail` as PostgreSQL writes its JSON, which is the same for the same value. */
export interface AuditRow extends AuditPosition {
  readonly at: string;
  readonly tenant: string | null;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly action: string;
  readonly target: string;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly trace: string;
  /** Whether what it says of persons was taken out: who acted, the reason and the detail. */
  readonly forgotten: boolean;
}

/** The audit record of one domain, all tenants: to be read, and to be relieved of what was sealed. */
export interface AuditReader {
  readonly domain: string;
  /**
   * The rows after a position, in an order that never changes: no row ever appears before one that was returned. A row comes as soon as no transaction
   * that began to write before its own is still running anywhere on the server.
   * @throws POSTGRES_AUDIT_WENT_BACK where the server has not come as far as the position says
   */
  read(after: AuditPosition, limit: number): Promise<readonly AuditRow[]>;
  /** The rows up to and with `until` after `after`, in the same order. */
  between(after: AuditPosition, until: AuditPosition, limit: number): Promise<readonly AuditRow[]>;
  /** Those of the rows that there are, in any order. */
  find(ids: readonly string[]): Promise<readonly AuditRow[]>;
  /** Committed rows after a position, and the age of the oldest in milliseconds; 0 where there is none. */
  unread(after: AuditPosition): Promise<{ readonly rows: number; readonly oldestMs: number }>;
  /** Takes out of the rows, for good, what they say of persons: the id of a person who acted, the reason and the detail. */
  forget(ids: readonly string[]): Promise<void>;
  /** Removes rows for good; what they say of persons is taken out of them first. */
  remove(ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

interface Row {
  readonly horizon: string;
  readonly xid: string | null;
  readonly id: string;
  readonly at: string;
  readonly tenant_id: string | null;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly action: string;
  readonly target: string;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly trace: string;
  readonly forgotten: boolean;
}

const columns = `xid::text as xid, id, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, tenant_id, actor_kind, actor_id,
  action, target, reason, detail::text as detail, trace, forgotten_at is not null as forgotten`;

const readSql = `
select h.horizon::text as horizon, e.*
from (select pg_snapshot_xmin(pg_current_snapshot()) as horizon) h left join lateral (
  select ${columns} from audit_entry a
  where (a.xid, a.id) > ($1::xid8, $2::uuid) and a.xid < h.horizon order by a.xid, a.id limit $3
) e on true`;

const betweenSql = `
select ${columns} from audit_entry a
where (a.xid, a.id) > ($1::xid8, $2::uuid) and (a.xid, a.id) <= ($3::xid8, $4::uuid) order by a.xid, a.id limit $5`;

const unreadSql = `
select count(*)::int as rows, coalesce(greatest(0, extract(epoch from clock_timestamp() - min(at)) * 1000), 0)::float8 as "oldestMs"
from audit_entry a where (a.xid, a.id) > ($1::xid8, $2::uuid)`;

const forgetSql = `
update audit_entry set forgotten_at = clock_timestamp(), reason = null, detail = null,
  actor_id = case when actor_kind in ('system', 'connection', 'anonymous') then actor_id else '' end
where id = any($1::uuid[]) and forgotten_at is null`;

/** Opens a domain's audit record as the one role that may read all of it, and take out what is personal, and nothing else. @throws POSTGRES_ACCESS_MISSING */
export function openAuditReader(options: { domain: Domain; access: DatabaseAccess; log: Log }): AuditReader {
  const { domain } = options;
  const db = openDomain({ ...options, domain: { ...domain, roles: { system: roles.audit } }, poolSize: 2, applicationName: 'etis audit' });

  return {
    domain: domain.name,
    async read(after, limit) {
      const rows = await db.statement<Row>(readSql, [after.xid, after.id, limit]);
      const [first] = rows;
      if (first !== undefined && BigInt(first.horizon) <= BigInt(after.xid)) throw errors.AUDIT_WENT_BACK(domain.name);
      return rows.flatMap(rowOf);
    },
    async between(after, until, limit) {
      return (await db.statement<Row>(betweenSql, [after.xid, after.id, until.xid, until.id, limit])).flatMap(rowOf);
    },
    async find(ids) {
      return (await db.statement<Row>(`select ${columns} from audit_entry where id = any($1::uuid[])`, [ids])).flatMap(rowOf);
    },
    async unread(after) {
      const [row] = await db.statement<{ rows: number; oldestMs: number }>(unreadSql, [after.xid, after.id]);
      return { rows: row?.rows ?? 0, oldestMs: Math.round(row?.oldestMs ?? 0) };
    },
    async forget(ids) {
      if (ids.length > 0) await db.statement(forgetSql, [ids]);
    },
    async remove(ids) {
      if (ids.length === 0) return;
      await db.statement(forgetSql, [ids]);
      await db.statement('delete from audit_entry where id = any($1::uuid[])', [ids]);
    },
    close: () => db.close(),
  };
}

/** Without rows the outer join gives one that is empty. */
function rowOf({ xid, actor_kind: kind, actor_id: actorId, tenant_id: tenant, horizon: _, ...row }: Row): AuditRow[] {
  return xid === null ? [] : [{ ...row, xid, tenant, actor: { kind, id: actorId } }];
}
