import { silentLog, traceIdOf, traceparentFrom } from '@etis/kernel';
import { type DatabaseAccess, type Domain, type DomainDb, openDomain } from '@etis/postgres';
import { spineDomain } from '@etis/spine';
import { workersDomain } from '@etis/workers';
import { installations } from '../platform/installations.ts';
import { type AckRow, countWronglyAcknowledged, type EntryRow } from './acknowledged.ts';
import { until } from './until.ts';
import type { SoakTenant, SoakWorld } from './world.ts';

/** An event that came from outside, as the record has it. */
export interface RecordedEvent {
  readonly id: string;
  readonly delivery: string;
  readonly position: bigint;
  readonly type: string;
  readonly tenant: string;
}

/** What a product keeps of the handling of one event, in the order in which it was handled. */
export interface Effect {
  readonly event: string;
  /** The rule of a notification; the id of a message. */
  readonly what: string;
}

interface LedgerRow {
  readonly job: string;
  readonly channel: string;
  readonly state: string;
}

/** Reads what is left in the databases of an installation at rest. */
export interface Evidence {
  /** Resolves when nothing is under way any more. @throws where that takes longer than `timeoutMs` */
  atRest(timeoutMs: number): Promise<void>;
  /** Position in the inbox by the id of the delivery, of everything that came from outside. */
  inbox(): Promise<ReadonlyMap<string, bigint>>;
  events(): Promise<readonly RecordedEvent[]>;
  /** Entries of lanes that were acknowledged never, or more than once. */
  wronglyAcknowledged(): Promise<number>;
  /** Positions that were set aside and so left the order; by the lane's tenant. */
  setAside(): Promise<ReadonlySet<string>>;
  counts(): Promise<{ readonly unmatched: number; readonly deadEntries: number; readonly deadJobs: number; readonly jobs: number }>;
  notifications(tenant: SoakTenant): Promise<readonly Effect[]>;
  messagesIn(tenant: SoakTenant): Promise<readonly Effect[]>;
  ledger(tenant: SoakTenant): Promise<readonly LedgerRow[]>;
  close(): Promise<void>;
}

export function openEvidence(access: DatabaseAccess, world: SoakWorld): Evidence {
  const opened = new Map<string, DomainDb>();
  const open = (domain: Domain): DomainDb => {
    const db = opened.get(domain.name) ?? openDomain({ domain, access, log: silentLog, poolSize: 2 });
    opened.set(domain.name, db);
    return db;
  };
  const spine = open(spineDomain);
  const count = async (db: DomainDb, sql: string) => Number((await db.statement<{ n: string }>(sql))[0]?.n);

  function clusterOf({ tier }: SoakTenant): DomainDb {
    const place = installations.find(({ cluster }) => cluster.tier === tier);
    if (place === undefined) throw new Error(`there is no cluster of the tier ${tier}`);
    return open(place.domain);
  }

  function asTenant<Row extends object>(db: DomainDb, tenant: string, sql: string): Promise<readonly Row[]> {
    const trace = traceIdOf(traceparentFrom(undefined));
    return db.tenant({ actor: { kind: 'system', id: 'soak' }, tenant, trace, log: silentLog }, (tx) => tx.query<Row>(sql, [tenant]));
  }

  /** What is still under way, by what it waits for. */
  async function underWay(): Promise<Record<string, number>> {
    const outbox = await Promise.all(world.tenants.map((tenant) => count(clusterOf(tenant), 'select count(*) n from outbox')));
    return {
      inbox: await count(spine, 'select count(*) n from inbox where position > (select inbox_position from router_cursor)'),
      lanes: await count(
        spine,
        'select count(*) n from lane l left join lane_progress p on p.lane_id = l.id where l.head > coalesce(p.position, 0)',
      ),
      parked: await count(spine, "select count(*) n from parked where state = 'parked'"),
      outbox: outbox.reduce((sum, n) => sum + n, 0),
      jobs: await count(spine, "select count(*) n from job where state not in ('done', 'dead', 'cancelled')"),
    };
  }

  /** The jobs that are not over, by kind, state and attempts, and when the first and the last of them are due. */
  function openJobs(): Promise<readonly object[]> {
    return spine.statement(
      `select kind, state, attempts, count(*)::int as jobs, min(due_at) as first, max(due_at) as last, max(error) as error
       from job where state not in ('done', 'dead', 'cancelled') group by 1, 2, 3 order by 4 desc`,
    );
  }

  return {
    async atRest(timeoutMs) {
      let last: Record<string, number> = {};
      let restful = 0;
      const resting = async () => {
        last = await underWay();
        restful = Object.values(last).every((n) => n === 0) ? restful + 1 : 0;
        // A report of a job may be between two of the places that were looked at.
        return restful >= 3;
      };
      await until('nothing is under way', resting, timeoutMs).catch(async (cause: unknown) => {
        const left = JSON.stringify({ ...last, jobs: await openJobs() });
        throw new Error(`the installation did not come to rest; still under way: ${left}`, { cause });
      });
    },
    async inbox() {
      const rows = await spine.statement<{ id: string; position: string }>("select id, position from inbox where source <> 'platform'");
      return new Map(rows.map(({ id, position }) => [id, BigInt(position)]));
    },
    async events() {
      const rows = await spine.statement<{ id: string; delivery_id: string; position: string; type: string; tenant_id: string }>(
        'select id, delivery_id, position, type, tenant_id from event where cause_id is null order by position',
      );
      return rows.map((row) => ({
        id: row.id,
        delivery: row.delivery_id,
        position: BigInt(row.position),
        type: row.type,
        tenant: row.tenant_id,
      }));
    },
    async wronglyAcknowledged() {
      const [acks, entries, aside] = await Promise.all([
        spine.statement<AckRow>('select lane_id as lane, from_position as first, to_position as last from lane_ack'),
        spine.statement<EntryRow>('select lane_id as lane, position from entry order by lane_id, position'),
        spine.statement<EntryRow>('select lane_id as lane, position from parked'),
      ]);
      return countWronglyAcknowledged({ acks, entries, aside });
    },
    async setAside() {
      const rows = await spine.statement<{ position: string; tenant_id: string }>(
        'select p.position, l.tenant_id from parked p join lane l on l.id = p.lane_id',
      );
      return new Set(rows.map(({ position, tenant_id: tenant }) => `${tenant} ${position}`));
    },
    counts: async () => ({
      unmatched: await count(spine, 'select count(*) n from unmatched'),
      deadEntries: await count(spine, "select count(*) n from parked where state = 'dead'"),
      deadJobs: await count(spine, "select count(*) n from job where state = 'dead'"),
      jobs: await count(spine, 'select count(*) n from job'),
    }),
    notifications: (tenant) =>
      asTenant(
        clusterOf(tenant),
        tenant.id,
        'select event_id as event, rule_id as what from notification where tenant_id = $1 order by position',
      ),
    messagesIn: (tenant) =>
      asTenant(
        clusterOf(tenant),
        tenant.id,
        "select event_id as event, message_id as what from message where tenant_id = $1 and direction = 'in' order by position",
      ),
    ledger: (tenant) => asTenant(open(workersDomain), tenant.id, 'select job_id as job, channel, state from send where tenant_id = $1'),
    async close() {
      await Promise.all([...opened.values()].map((db) => db.close()));
    },
  };
}
