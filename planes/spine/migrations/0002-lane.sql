-- What the router makes of deliveries: events, the lanes that they stand in, and deliveries that found no place.

create table event (
  -- Given by the router in the order of routing; a lane's entry carries the same one.
  position bigint primary key,
  id uuid not null unique,
  delivery_id uuid not null,
  type text not null,
  source text not null,
  subject text,
  time text not null,
  tenant_id text not null,
  project text,
  region text,
  data text not null,
  traceparent text not null,
  flow_id uuid not null,
  cause_id uuid,
  hop int not null,
  accepted_at timestamptz not null,
  -- Not now(): that is when the router's transaction began, which may be before the delivery that it then read was accepted.
  routed_at timestamptz not null default clock_timestamp()
);
comment on table event is 'spine: one row for each event, normalised and resolved to its tenant';
create index event_flow on event (flow_id);
create index event_tenant on event (tenant_id, position);

create table lane (
  id bigint generated always as identity primary key,
  name text not null unique,
  tenant_id text not null,
  product text not null,
  -- The last entry's position. Only the router writes it, under the lock of its cursor.
  head bigint not null default 0
) with (fillfactor = 70);
comment on table lane is 'spine: the ordered stream of one placement, <tenant>/<product>';

create table lane_progress (
  lane_id bigint primary key references lane (id),
  -- Every entry up to here is handled, parked or dead.
  position bigint not null default 0,
  -- Deliveries from this position that were begun and gave no outcome; counted before each one.
  attempts int not null default 0,
  -- Up to here entries go one by one, because a batch that ended here gave no outcome.
  careful_until bigint not null default 0,
  -- When the lane last had its turn: the one that waited longest comes next.
  served_at timestamptz not null default clock_timestamp(),
  -- How often in a row the cluster could not be reached; says nothing about an entry.
  refusals int not null default 0,
  retry_at timestamptz,
  owner uuid,
  token uuid,
  leased_until timestamptz
) with (fillfactor = 50);
comment on table lane_progress is 'spine: how far the dispatcher is in each lane, and the fenced lease of the turn that is running';

create table entry (
  -- Without a foreign key: its check for each row would cost as much as the row.
  lane_id bigint not null,
  position bigint not null,
  primary key (lane_id, position)
);
comment on table entry is 'spine: one row for each event in each lane; the event is the one with this position';

create table lane_ack (
  lane_id bigint not null,
  to_position bigint not null,
  from_position bigint not null,
  attempts int not null,
  at timestamptz not null default clock_timestamp(),
  primary key (lane_id, to_position)
);
comment on table lane_ack is 'spine: one row for each batch that a cluster handled';

create table parked (
  lane_id bigint not null,
  position bigint not null,
  state text not null check (state in ('parked', 'handled', 'dead')),
  attempts int not null,
  error text not null,
  parked_at timestamptz not null default clock_timestamp(),
  retry_at timestamptz not null,
  closed_at timestamptz,
  primary key (lane_id, position)
);
comment on table parked is 'spine: entries that were set aside: waiting for another attempt, handled since, or dead letters';
create index parked_due on parked (lane_id, retry_at) where state = 'parked';
create index parked_dead on parked (closed_at) where state = 'dead';

create table unmatched (
  id bigint generated always as identity primary key,
  delivery_id uuid not null,
  connection_id text not null,
  -- Which of the delivery's events; null where nothing could be read of it.
  part int,
  -- Null where it is not known whom it concerns.
  tenant_id text,
  flow_id uuid not null,
  reason text not null,
  detail text not null,
  at timestamptz not null default clock_timestamp()
);
comment on table unmatched is 'spine: what was accepted and could not be placed, with the reason';
create index unmatched_delivery on unmatched (delivery_id);
create index unmatched_flow on unmatched (flow_id);

create table router_cursor (
  one boolean primary key default true check (one),
  -- The last inbox position that was routed, and the last event position that was given.
  inbox_position bigint not null default 0,
  event_position bigint not null default 0
) with (fillfactor = 50);
comment on table router_cursor is 'spine: how far the router is; whoever holds this row is the router';
insert into router_cursor default values;
