import type { Delivery } from '@etis/contracts/events';
import type { SystemTx } from '@etis/postgres';
import type { Routed, RoutedEvent } from './route.ts';

/** A delivery with what routing made of it. */
export interface RoutedDelivery {
  readonly delivery: Delivery;
  readonly routed: Routed;
}

// An event id that is there already was routed before (its delivery came again under another digest): it gets no second entry. Within a slice of the
// record its own index says so.
const eventSql = `
insert into event (position, id, delivery_id, type, source, subject, time, tenant_id, project, region, data, traceparent, flow_id, cause_id, hop, accepted_at)
select * from unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
  $11::text[], $12::text[], $13::uuid[], $14::uuid[], $15::int[], $16::timestamptz[]) as v(position, id)
where v.id <> all (select unnest(event_earlier($2::uuid[])))
on conflict do nothing`;

const laneSql = `
with fresh as (
  insert into lane (name, tenant_id, product)
  select * from unnest($1::text[], $2::text[], $3::text[]) as l(name, tenant_id, product)
  where not exists (select from lane k where k.name = l.name)
  on conflict (name) do nothing returning id)
insert into lane_progress (lane_id) select id from fresh`;

const entrySql = `
with fresh as (
  insert into entry (lane_id, position)
  select l.id, e.position
  from unnest($1::text[], $2::bigint[]) as n(name, position) join lane l on l.name = n.name join event e on e.position = n.position
  returning lane_id, position
), top as (select lane_id, max(position) as head from fresh group by lane_id)
update lane l set head = t.head from top t where l.id = t.lane_id`;

const unmatchedSql = `
insert into unmatched (delivery_id, connection_id, part, tenant_id, flow_id, reason, detail)
select * from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::uuid[], $6::text[], $7::text[])`;

/** Writes what a batch was routed to; events get the positions after `last`. Resolves to the last position given. */
export async function apply(tx: SystemTx, batch: readonly RoutedDelivery[], last: bigint): Promise<bigint> {
  const events = batch.flatMap(({ delivery, routed }) => routed.events.map((event) => ({ delivery, event })));
  const positioned = events.map((one, index) => ({ ...one, position: String(last + 1n + BigInt(index)) }));
  if (positioned.length > 0) {
    await writeEvents(tx, positioned);
    await writeEntries(tx, positioned);
  }
  await writeUnmatched(tx, batch);
  return last + BigInt(events.length);
}

interface Positioned {
  readonly delivery: Delivery;
  readonly event: RoutedEvent;
  readonly position: string;
}

async function writeEvents(tx: SystemTx, all: readonly Positioned[]): Promise<void> {
  await tx.query(eventSql, [
    all.map((one) => one.position),
    all.map((one) => one.event.id),
    all.map((one) => one.delivery.id),
    all.map((one) => one.event.type),
    all.map((one) => one.event.source),
    all.map((one) => one.event.subject),
    all.map((one) => one.event.time),
    all.map((one) => one.event.tenant),
    all.map((one) => one.event.project),
    all.map((one) => one.event.region),
    all.map((one) => one.event.data),
    all.map((one) => one.event.traceparent),
    all.map((one) => one.event.flow),
    all.map((one) => one.event.cause),
    all.map((one) => one.event.hop),
    all.map((one) => one.delivery.receivedAt.toISOString()),
  ]);
}

async function writeEntries(tx: SystemTx, all: readonly Positioned[]): Promise<void> {
  const lanes = new Map(all.flatMap(({ event }) => event.lanes.map((lane) => [lane.name, { ...lane, tenant: event.tenant }])));
  if (lanes.size === 0) return;
  const distinct = [...lanes.values()];
  await tx.query(laneSql, [distinct.map((lane) => lane.name), distinct.map((lane) => lane.tenant), distinct.map((lane) => lane.product)]);
  const entries = all.flatMap(({ event, position }) => event.lanes.map((lane) => ({ name: lane.name, position })));
  await tx.query(entrySql, [entries.map((entry) => entry.name), entries.map((entry) => entry.position)]);
}

async function writeUnmatched(tx: SystemTx, batch: readonly RoutedDelivery[]): Promise<void> {
  const all = batch.flatMap(({ delivery, routed }) => routed.unmatched.map((unmatched) => ({ delivery, unmatched })));
  if (all.length === 0) return;
  await tx.query(unmatchedSql, [
    all.map((one) => one.delivery.id),
    all.map((one) => one.delivery.connection),
    all.map((one) => one.unmatched.part),
    all.map((one) => one.unmatched.tenant),
    all.map((one) => one.unmatched.flow),
    all.map((one) => one.unmatched.reason),
    all.map((one) => one.unmatched.detail),
  ]);
}
