import type { EmittedEvent, EventPublisher, PlatformEvent } from '@etis/contracts/events';
import type { JobRequest, Jobs } from '@etis/contracts/jobs';
import type { Log } from '@etis/contracts/log';
import type { Cluster, ProductId } from '@etis/contracts/tenancy';
import { createLoop, type Loop } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';

interface OutboxRow {
  readonly position: string;
  readonly id: string;
  readonly kind: 'job' | 'event';
  readonly body: string;
}

const batchSize = 200;

/** How many rows are looked at for one that is taken, at most. */
const lookedAt = 16;

// Of each tenant that has something as much as of every other, as long as there is room. The index by tenant is jumped through, and the more tenants wait the
// less of each is looked at, so that neither one's backlog nor the number of tenants makes a round long.
const takeSql = `
with recursive waiting as (
  (select tenant_id from outbox order by tenant_id limit 1)
  union all
  select (select o.tenant_id from outbox o where o.tenant_id > w.tenant_id order by o.tenant_id limit 1) from waiting w where w.tenant_id is not null
), taken as (
  select t.position from waiting w cross join lateral (
    select n.position, row_number() over (order by n.position) as turn
    from (
      select o.position from outbox o where o.tenant_id = w.tenant_id order by o.position
      limit (select least($1::int, greatest(1, $1::int * ${lookedAt} / greatest(1, count(tenant_id)))) from waiting)
    ) n
  ) t
  order by t.turn, t.position limit $1
)
select o.position, o.id, o.kind, o.body from outbox o where o.position in (select t.position from taken t) order by o.position`;

/**
 * Moves a cluster's outbox to the spine, in the order of each tenant and in fair turns over tenants, and deletes what was taken: jobs to `jobs`, events
 * to `publish`. At least once: a crash between sending and deleting sends again with the same ids, which both sinks dedupe. One relay of a cluster works at a time, in whatever process; a
 * second one waits its turn, so that the order holds. A sink that refuses is tried again by the loop's back-off, nothing is passed over.
 */
export function createOutboxRelay(deps: {
  db: SystemDb;
  jobs: Pick<Jobs, 'enqueue'>;
  publish: EventPublisher;
  cluster: Cluster;
  product: { readonly id: ProductId };
  log: Log;
  /** How long it sleeps when nothing wakes it, in milliseconds; by default 1,000. */
  idleMs?: number;
}): Loop {
  const { db, jobs, publish, cluster, product } = deps;

  async function send(rows: readonly OutboxRow[]): Promise<void> {
    const requests = rows.filter((row) => row.kind === 'job').map((row) => JSON.parse(row.body) as JobRequest);
    const events = rows.filter((row) => row.kind === 'event').map((row) => eventOf(row.body));
    const sent = [
      ...(requests.length > 0 ? [jobs.enqueue(requests)] : []),
      ...(events.length > 0 ? [publish.publish(product.id, events)] : []),
    ];
    // Waits for all of them, so that none is still under way when the next round sends again.
    const refused = (await Promise.allSettled<unknown>(sent)).find((result) => result.status === 'rejected');
    if (refused !== undefined) throw refused.reason;
  }

  async function round(): Promise<boolean> {
    const moved = await db.system(async (tx) => {
      const turn = await tx.query<{ mine: boolean }>(
        "select pg_try_advisory_xact_lock(hashtextextended('outbox:' || current_schema(), 0)) as mine",
      );
      if (turn[0]?.mine !== true) return 0;
      const rows = await tx.query<OutboxRow>(takeSql, [batchSize]);
      if (rows.length === 0) return 0;
      await send(rows);
      await tx.query('delete from outbox where position = any($1::bigint[])', [rows.map((row) => row.position)]);
      return rows.length;
    });
    // Where something is left, one tenant was cut and every other that waits gave at least one: never less than half of a batch.
    return moved >= batchSize / 2;
  }

  return createLoop({ name: `outbox relay of ${cluster.id}`, log: deps.log, idleMs: deps.idleMs ?? 1_000, round });
}

function eventOf(body: string): EmittedEvent {
  const { data, ...fields } = JSON.parse(body) as Omit<PlatformEvent, 'specversion'>;
  return { ...fields, data: JSON.stringify(data ?? null) };
}
