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

/**
 * Moves a cluster's outbox to the spine, in order, and deletes what was taken: jobs to `jobs`, events to `publish`. At least once: a crash between
 * sending and deleting sends again with the same ids, which both sinks dedupe. One relay of a cluster works at a time, in whatever process; a
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
      const rows = await tx.query<OutboxRow>('select position, id, kind, body from outbox order by position limit $1', [batchSize]);
      if (rows.length === 0) return 0;
      await send(rows);
      await tx.query('delete from outbox where position = any($1::bigint[])', [rows.map((row) => row.position)]);
      return rows.length;
    });
    return moved === batchSize;
  }

  return createLoop({ name: `outbox relay of ${cluster.id}`, log: deps.log, idleMs: deps.idleMs ?? 1_000, round });
}

function eventOf(body: string): EmittedEvent {
  const { data, ...fields } = JSON.parse(body) as Omit<PlatformEvent, 'specversion'>;
  return { ...fields, data: JSON.stringify(data ?? null) };
}
