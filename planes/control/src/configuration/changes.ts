import type { ConfigurationChange, ConfigurationEntry } from '@etis/contracts/configuration';
import type { Context } from '@etis/contracts/context';
import type { Page } from '@etis/contracts/flow';
import type { TenantId } from '@etis/contracts/tenancy';
import { type Clock, uuidv7 } from '@etis/kernel';
import { audit, type PlatformTx } from '@etis/postgres';
import { errors } from '../errors.ts';
import { type Place, placeText, tenantOf } from './place.ts';

/** One change as it is written down; of a parameter with the place that it is about. */
export interface NewChange {
  readonly key: string;
  /** What the audit record calls it, for example `parameter.set`. */
  readonly action: string;
  readonly place?: Place;
  readonly reason: string;
  readonly before: ConfigurationEntry;
  readonly after: ConfigurationEntry;
  readonly rollsBack?: string | undefined;
}

/** A change with where it stands among the others of the same thing. */
export interface KnownChange extends ConfigurationChange {
  /** Whether the same setting or flag was changed again since. */
  readonly superseded: boolean;
}

/** What is asked of the history; `cursor` is the `next` of the page before. */
export interface ChangesQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly key?: string;
  /** Changes of the tenant's own settings. */
  readonly tenant?: TenantId;
}

/** How many changes of one key are kept. */
const maxKept = 1_000;

interface ChangeRow {
  readonly position: string;
  readonly id: string;
  readonly key: string;
  readonly at: Date;
  readonly by: string;
  readonly reason: string;
  readonly before: ConfigurationEntry | null;
  readonly after: ConfigurationEntry;
  readonly rolls_back: string | null;
}

const columns = 'position, id, key, at, by, reason, before, after, rolls_back';

/** Keeps the change in the history and in the audit record, in the transaction of the change; forgets the oldest of the key. Gives its id. */
export async function recordChange(
  tx: PlatformTx,
  context: Context,
  change: NewChange & { readonly clock: Clock },
): Promise<ConfigurationChange> {
  const { key, place, reason, before, after, rollsBack = null } = change;
  const id = uuidv7();
  const tenant = place === undefined ? null : tenantOf(place.at);
  const at = new Date(change.clock.now());
  const by = `${context.actor.kind}/${context.actor.id}`;
  await tx.query(
    `insert into configuration_change (id, key, place, environment, tenant_id, at, by, reason, before, after, rolls_back)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      id,
      key,
      place === undefined ? null : placeText(place.at),
      place?.environment ?? null,
      tenant,
      at,
      by,
      reason,
      JSON.stringify(before),
      JSON.stringify(after),
      rollsBack,
    ],
  );
  await tx.query(
    `delete from configuration_change where key = $1 and position <=
       (select position from configuration_change where key = $1 order by position desc offset $2 limit 1)`,
    [key, maxKept],
  );
  const detail = { change: id, ...place, ...(rollsBack === null ? {} : { rollsBack }) };
  const target = `${after.kind}/${key}`;
  // The tenant's own audit record tells of what was set for it alone.
  await audit.record(tx, { ...context, tenant }, { action: change.action, target, reason, detail });
  return { id, key, at: at.toISOString(), by, reason, before, after, rollsBack };
}

/** Newest first. */
export async function listChanges(tx: PlatformTx, { limit, cursor, key, tenant }: ChangesQuery): Promise<Page<ConfigurationChange>> {
  const rows = await tx.query<ChangeRow>(
    `select ${columns} from configuration_change
     where ($1::bigint is null or position < $1) and ($2::text is null or key = $2) and ($3::text is null or tenant_id = $3)
     order by position desc limit $4`,
    [cursor ?? null, key ?? null, tenant ?? null, limit + 1],
  );
  const items = rows.slice(0, limit);
  return { items: items.map(changeOf), next: rows.length > limit ? (items.at(-1)?.position ?? null) : null };
}

/** @throws CONTROL_CHANGE_UNKNOWN */
export async function readChange(tx: PlatformTx, id: string): Promise<KnownChange> {
  const [row] = await tx.query<ChangeRow & { superseded: boolean }>(
    `select ${columns}, exists (
       select from configuration_change later
       where later.key = c.key and later.position > c.position and later.place is not distinct from c.place
         and later.environment is not distinct from c.environment) as superseded
     from configuration_change c where id = $1`,
    [id],
  );
  if (row === undefined) throw errors.CHANGE_UNKNOWN(id);
  return { ...changeOf(row), superseded: row.superseded };
}

function changeOf({ id, key, at, by, reason, before, after, rolls_back }: ChangeRow): ConfigurationChange {
  return { id, key, at: at.toISOString(), by, reason, before, after, rollsBack: rolls_back };
}
