import type { SystemDb } from '@etis/postgres';
import { platformFlow, platformSource } from '../router/read-platform.ts';

/** The flow's first events and jobs are shown up to this many; whether it is settled is asked of all of them. */
const maxRows = 1_000;

interface AcceptedRow {
  readonly id: string;
  readonly connection_id: string;
  readonly received_at: Date;
  readonly bytes: number;
}

interface UnmatchedRow {
  readonly delivery_id: string;
  readonly reason: string;
  readonly detail: string;
  readonly at: Date;
}

export interface FlowEventRow {
  readonly id: string;
  readonly type: string;
  readonly subject: string | null;
  readonly tenant_id: string;
  readonly project: string | null;
  readonly routed_at: Date;
  readonly replay_of: string | null;
}

/** An event's entry in a lane; `handled_at` from the batch that it was handled in, the others from the side table. */
export interface FlowEntryRow {
  readonly event_id: string;
  readonly lane: string;
  readonly product: string;
  readonly routed_at: Date;
  readonly handled_at: Date | null;
  readonly handled_attempts: number | null;
  /** Where it was handled in order. */
  readonly cluster: string | null;
  readonly state: 'parked' | 'handled' | 'dead' | 'discarded' | null;
  readonly reason: string | null;
  readonly attempts: number | null;
  readonly error: string | null;
  readonly parked_at: Date | null;
  readonly retry_at: Date | null;
  readonly closed_at: Date | null;
}

export interface FlowJobRow {
  readonly id: string;
  readonly kind: string;
  readonly cause_id: string;
  readonly state: 'ready' | 'leased' | 'done' | 'dead';
  readonly attempts: number;
  readonly result: string | null;
  readonly error: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const deliverySql = 'select source, case when source = $2 then body end as body from inbox where id = $1::uuid';
const flowOfSql = `
select flow_id from event where id = $1::uuid
union all select flow_id from job where id = $1::uuid
union all select flow_id from (select flow_id from event where flow_id = $1::uuid limit 1) e
limit 1`;

const acceptedSql = 'select id, connection_id, received_at, octet_length(body) as bytes from inbox where id = $1::uuid';
const unmatchedSql = `select delivery_id, reason, detail, at from unmatched where flow_id = $1::uuid order by id limit ${maxRows}`;
const eventsSql = `
select id, type, subject, tenant_id, project, routed_at, replay_of from event where flow_id = $1::uuid order by position limit ${maxRows}`;
const entriesSql = `
select ev.id as event_id, l.name as lane, l.product, ev.routed_at, a.at as handled_at, a.attempts as handled_attempts, a.cluster,
  k.state, k.reason, k.attempts, k.error, k.parked_at, k.retry_at, k.closed_at
from (select * from event where flow_id = $1::uuid order by position limit ${maxRows}) ev
  join lane l on l.tenant_id = ev.tenant_id join entry e on e.lane_id = l.id and e.position = ev.position
  left join parked k on k.lane_id = e.lane_id and k.position = e.position
  left join lateral (
    select b.at, b.attempts, b.cluster from (
      select * from lane_ack where lane_id = e.lane_id and to_position >= e.position order by to_position limit 1
    ) b where b.from_position <= e.position and k.state is null
  ) a on true
order by ev.position, l.name`;
const jobsSql = `
select id, kind, cause_id, state, attempts, result, error, created_at, updated_at from job where flow_id = $1::uuid
order by created_at, id limit ${maxRows}`;

// What handling asked for has arrived once its job is there, or its delivery, which is deduped by the digest of its id. The digests are deleted
// at some time, so after a month it counts as arrived.
const onItsWay = `a.at > now() - interval '30 days'
  and not exists (select from job where id = o.id)
  and not exists (select from event where id = o.id)
  and not exists (select from digest d where d.connection_id = 'product:' || l.product and d.digest = sha256(convert_to(o.id::text, 'UTF8')))`;

// Open are: deliveries that the router has not read (the flow's own, and events of products, which carry its trace), entries after their
// lane's position, parked entries, what is on its way from a cluster's outbox (of the whole batch, which is as soon there), and jobs that are
// not done or dead.
const openSql = `
select exists (
  select from inbox i where i.id = $1::uuid and inbox_waits(i.position, i.connection_id)
) or exists (
  select from inbox i
  where i.position > (select inbox_position from router_cursor) and i.source = $2 and inbox_waits(i.position, i.connection_id)
    and i.traceparent in (
      select traceparent from inbox where id = $1::uuid union select traceparent from event where flow_id = $1::uuid
    )
) or exists (
  select from event ev join lane l on l.tenant_id = ev.tenant_id join entry e on e.lane_id = l.id and e.position = ev.position
    join lane_progress p on p.lane_id = l.id
  where ev.flow_id = $1::uuid and e.position > p.position
) or exists (
  select from event ev join lane l on l.tenant_id = ev.tenant_id join parked k on k.lane_id = l.id and k.position = ev.position
  where ev.flow_id = $1::uuid and k.state = 'parked'
) or exists (
  select from event ev join lane l on l.tenant_id = ev.tenant_id join entry e on e.lane_id = l.id and e.position = ev.position
    cross join lateral (
      select b.outgoing, b.at from (
        select * from lane_ack where lane_id = e.lane_id and to_position >= e.position order by to_position limit 1
      ) b where b.from_position <= e.position
      union all select k.outgoing, k.closed_at from parked k where k.lane_id = e.lane_id and k.position = e.position and k.state = 'handled'
    ) a cross join lateral unnest(a.outgoing) as o(id)
  where ev.flow_id = $1::uuid and ${onItsWay}
) or exists (
  select from job where flow_id = $1::uuid and state in ('ready', 'leased')
) as open`;

/** The flow that an id of a flow, delivery, event or job belongs to. */
export async function flowIdOf(db: SystemDb, id: string): Promise<string | undefined> {
  const [delivery] = await db.statement<{ source: string; body: Buffer | null }>(deliverySql, [id, platformSource]);
  if (delivery !== undefined) return (delivery.body === null ? undefined : platformFlow(delivery.body)) ?? id;
  const [row] = await db.statement<{ flow_id: string }>(flowOfSql, [id]);
  return row?.flow_id;
}

export interface FlowRows {
  readonly open: boolean;
  readonly accepted: readonly AcceptedRow[];
  readonly unmatched: readonly UnmatchedRow[];
  readonly events: readonly FlowEventRow[];
  readonly entries: readonly FlowEntryRow[];
  readonly jobs: readonly FlowJobRow[];
}

export async function flowRows(db: SystemDb, flow: string): Promise<FlowRows> {
  // Asked first: what is read after a flow was settled shows its end.
  const [state] = await db.statement<{ open: boolean }>(openSql, [flow, platformSource]);
  const [accepted, unmatched, events, entries, jobs] = await Promise.all([
    db.statement<AcceptedRow>(acceptedSql, [flow]),
    db.statement<UnmatchedRow>(unmatchedSql, [flow]),
    db.statement<FlowEventRow>(eventsSql, [flow]),
    db.statement<FlowEntryRow>(entriesSql, [flow]),
    db.statement<FlowJobRow>(jobsSql, [flow]),
  ]);
  return { open: state?.open ?? true, accepted, unmatched, events, entries, jobs };
}
