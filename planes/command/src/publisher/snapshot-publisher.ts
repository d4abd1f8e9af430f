import type { Context } from '@etis/contracts/context';
import type { GovernanceView } from '@etis/contracts/governance';
import type { Log } from '@etis/contracts/log';
import type { WrappedDataKey } from '@etis/contracts/secrets';
import { createLoop, type Service, traceIdOf, traceparentFrom } from '@etis/kernel';
import type { PlatformDb, PlatformTx } from '@etis/postgres';
import { snapshotChannel } from '../domain.ts';
import { encodeSnapshot, type Snapshot } from '../snapshot/snapshot.ts';

/** Hands compiled views on to the processes that have no control plane of their own. */
export interface SnapshotPublisher extends Service {
  /**
   * Publishes soon, without waiting for it; of views that come faster than they can be written only the newest is. It is tried until it succeeds:
   * while the database is away, followers go on with what they have. Never throws.
   */
  publish(view: GovernanceView): void;
}

/** Enough to see what changed last; followers only ever take the newest. */
const keptVersions = 5;

// Several processes may publish: the higher version stays. Of one version the later text replaces another, because a newer release writes it in a newer form.
const writeSql = `
with newest as (select coalesce(max(version), 0) as version from snapshot),
written as (
  insert into snapshot (version, body, data_keys)
  select $1, $2, $3 from newest where newest.version <= $1::bigint
  on conflict (version) do update set body = excluded.body, data_keys = excluded.data_keys, published_at = now()
    where (snapshot.body, snapshot.data_keys) is distinct from (excluded.body, excluded.data_keys)
  returning version
)
select newest.version as newest, (select count(*)::int from written) as written from newest`;

/** `dataKeys` gives the keys in use when a view is published; they are read together with it. */
export function createSnapshotPublisher(deps: { db: PlatformDb; dataKeys: () => readonly WrappedDataKey[]; log: Log }): SnapshotPublisher {
  const { db, log } = deps;
  let waiting: Snapshot | undefined;

  async function write(tx: PlatformTx, snapshot: Snapshot): Promise<{ newest: number; written: boolean }> {
    const { body, dataKeys } = encodeSnapshot(snapshot);
    const [row] = await tx.query<{ newest: string; written: number }>(writeSql, [snapshot.view.version, body, dataKeys]);
    const written = row !== undefined && row.written > 0;
    if (written) {
      await tx.query('delete from snapshot where version not in (select version from snapshot order by version desc limit $1)', [
        keptVersions,
      ]);
      await tx.query('select pg_notify($1, $2)', [snapshotChannel, String(snapshot.view.version)]);
    }
    return { newest: Number(row?.newest ?? 0), written };
  }

  const loop = createLoop({
    name: 'snapshot publisher',
    log,
    idleMs: 60_000,
    async round() {
      const snapshot = waiting;
      if (snapshot === undefined) return false;
      const { version } = snapshot.view;
      const { newest, written } = await db.platform(contextOf(log), 'publish the governed state', (tx) => write(tx, snapshot));
      if (waiting === snapshot) waiting = undefined;
      if (written) log.info({ version }, 'a governance snapshot was published');
      else if (newest > version) log.warn({ version, newest }, 'a governance snapshot was not published, because a newer one was before');
      return waiting !== undefined;
    },
  });

  return {
    name: loop.name,
    start: () => loop.start(),
    stop: () => loop.stop(),
    publish(view) {
      waiting = { view, dataKeys: deps.dataKeys() };
      loop.wake();
    },
  };
}

function contextOf(log: Log): Context {
  return { actor: { kind: 'system', id: 'command' }, tenant: null, trace: traceIdOf(traceparentFrom(undefined)), log };
}
