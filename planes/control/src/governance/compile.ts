import type { GovernanceChange, SectionName } from '@etis/contracts/snapshot';
import type { PlatformTx } from '@etis/postgres';

/** What changed in the governed state, and when it changes by itself. */
export interface Compiled {
  readonly change: GovernanceChange;
  /** Epoch milliseconds at which the next secret expires; null where none does. */
  readonly nextExpiry: number | null;
}

/** Where a section comes from: every key that it has, and the value of the key `noted.key` as JSON, null where there is none any more. */
interface SectionSource {
  readonly keys: string;
  readonly value: string;
}

const sources: { readonly [Name in SectionName]?: SectionSource } = {
  tenants: {
    keys: 'select id from tenant',
    value: `select jsonb_build_object('id', id, 'name', name, 'status', status) from tenant where id = noted.key`,
  },
  clusters: {
    keys: 'select id from cluster',
    value: `select jsonb_build_object('id', id, 'product', product_id, 'tier', tier) from cluster where id = noted.key`,
  },
  placements: {
    keys: 'select tenant_id from placement',
    value: `select jsonb_agg(jsonb_build_object('tenant', tenant_id, 'product', product_id, 'cluster', cluster_id) order by product_id)
      from placement where tenant_id = noted.key`,
  },
  connections: {
    keys: 'select id from connection',
    value: `select jsonb_build_object('id', c.id, 'source', c.source, 'tenant', c.tenant_id, 'enabled', c.enabled, 'secrets',
        (select coalesce(jsonb_agg(s.sealed order by s.created_at desc, s.id desc), '[]') from connection_secret s where s.connection_id = c.id))
      from connection c where c.id = noted.key`,
  },
  'data-keys': {
    keys: 'select id::text from data_key',
    value: `select jsonb_build_object('id', id, 'tenant', tenant_id, 'wrapped', wrapped) from data_key where id = noted.key::uuid`,
  },
  resolver: {
    keys: 'select jsonb_build_array(system, kind, external_id)::text from resolver_entry',
    value: `select jsonb_build_object('ref', jsonb_build_object('system', system, 'kind', kind, 'id', external_id),
        'tenant', tenant_id, 'project', project, 'region', region, 'product', product_id) from resolver_entry
      where system = noted.key::jsonb->>0 and kind = noted.key::jsonb->>1 and external_id = noted.key::jsonb->>2`,
  },
  subscriptions: {
    keys: 'select id from product',
    value: `select jsonb_build_object('product', id, 'types', types)
        || case when filters = '{}' then '{}' else jsonb_build_object('filters', filters) end from product where id = noted.key`,
  },
  configuration: {
    keys: 'select key from configuration_entry',
    value: 'select entry from configuration_entry where key = noted.key',
  },
};

interface Row {
  readonly version: string;
  readonly next_expiry: Date | null;
  readonly unknown: boolean;
  readonly sections: Readonly<Record<string, Readonly<Record<string, object | null>>>>;
}

// One statement sees one state of the database, whatever is committed meanwhile: the version always fits what stands beside it.
function statementOf(noted: string): string {
  const values = Object.entries(sources).map(([name, { value }]) => `when '${name}' then (${value})`);
  return `
with noted as (${noted}),
valued as (
  select section, key, case section ${values.join('\n    ')} end as value
  from noted where section <> '*'
)
select g.version, (select min(expires_at) from connection_secret) as next_expiry,
  g.version - coalesce($1::bigint, g.version) > 10000 or exists (select from noted where section = '*') as unknown,
  (select coalesce(jsonb_object_agg(section, entries), '{}') from
    (select section, jsonb_object_agg(key, value) as entries from valued group by section) as each) as sections
from governance g`;
}

const readEverything = statementOf(
  Object.entries(sources)
    .map(([name, { keys }]) => `select '${name}' as section, found.key from (${keys}) as found (key)`)
    .join('\n  union '),
);
const readNoted = statementOf('select distinct section, key from governance_change where version > $1');

/**
 * Reads what changed since a version, or with null everything. Where it is not known any more what changed since then it is everything too. What it
 * reads follows from the version alone, so that every process compiles the same.
 */
export async function compile(tx: PlatformTx, since: number | null): Promise<Compiled> {
  const row = await read(tx, since);
  const from = since !== null && !row.unknown && Number(row.version) >= since ? since : null;
  const found = since === null || from !== null ? row : await read(tx, null);
  const { resolver, ...others } = found.sections;
  const sections = { ...others, ...(resolver === undefined ? {} : { resolver: byCompactKey(resolver) }) };
  return {
    change: { from, version: Number(found.version), sections: sections as GovernanceChange['sections'] },
    nextExpiry: found.next_expiry?.getTime() ?? null,
  };
}

async function read(tx: PlatformTx, since: number | null): Promise<Row> {
  const [row] = await tx.query<Row>(since === null ? readEverything : readNoted, [since]);
  if (row === undefined) throw new Error('the governance table has lost its row');
  return row;
}

/** PostgreSQL writes spaces into the array that a resolver entry is found by; its key in a section has none. */
function byCompactKey<T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [JSON.stringify(JSON.parse(key)), value]));
}
