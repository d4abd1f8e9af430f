/**
 * A domain: what has a schema, login roles and migrations of its own, and could live on a server of its own. No foreign key, join or transaction
 * crosses a domain. SQL names its tables without a schema: every connection of a domain has the domain's schema as its search path.
 */
export interface Domain {
  /** Also the schema: `[a-z][a-z0-9_]*`, at most 40 characters, for example `control`, `spine`, `nudge_standard`. */
  readonly name: string;
  /** Folders of numbered `.sql` files (`0001-inbox.sql`), applied folder by folder, in order; file URLs that end in `/`. */
  readonly migrations: readonly URL[];
  /** Who may log in for which class of table; see `TableClass`. A role that is left out cannot use this domain. */
  readonly roles: {
    /** Tenant tables, one tenant at a time under forced row level security. */
    readonly tenant?: string;
    /** Platform tables, and reads of tenant tables across tenants. */
    readonly platform?: string;
    /** The domain's own machinery: spine tables, and tenant-less work on system tables. */
    readonly system?: string;
  };
}

/**
 * Every table says its class in its comment, first word: `comment on table lane is 'spine: …'`. Grants and policies follow from the class alone,
 * and a table without one fails its migration.
 *
 * - `tenant`: has `tenant_id text not null`; the tenant role sees the rows of the transaction's tenant; the platform role may read.
 * - `platform`: the platform role only.
 * - `spine`: the system role only, all tenants.
 * - `shared`: has `tenant_id text not null`; inside `db.tenant` only that tenant's rows, inside `db.system` all of them (a cluster's outbox).
 * - `audit`: append only, by every role of the domain; the audit role reads all of it.
 */
export type TableClass = 'tenant' | 'platform' | 'spine' | 'shared' | 'audit';

/** The login roles that exist on every server; each cluster adds `clusterRole(cluster)`. `audit` reads the audit record of every domain. */
export const roles = {
  owner: 'etis_owner',
  app: 'etis_app',
  spine: 'etis_spine',
  auth: 'etis_auth',
  platform: 'etis_platform',
  audit: 'etis_audit',
} as const;

/** The schema of a cluster's domain: `nudge-standard` becomes `nudge_standard`. */
export function clusterSchema(cluster: string): string {
  return cluster.replaceAll('-', '_');
}

/** The login role of one cluster. */
export function clusterRole(cluster: string): string {
  return `etis_cluster_${clusterSchema(cluster)}`;
}

/** Where the domains live and how each role logs in. Kept in a file of mode 0600; never logged. */
export interface DatabaseAccess {
  /** A host name, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly tls: 'off' | 'require' | 'verify-full';
  /** Database name by domain name. */
  readonly databases: Readonly<Record<string, string>>;
  /** Password by role name. */
  readonly passwords: Readonly<Record<string, string>>;
}
