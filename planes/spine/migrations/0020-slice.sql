-- The record in slices: what grows with traffic is partitioned by position, and positions are allotted in slices of 2^32. A slice begins when positions
-- jump to its first one, so it is a piece of time without a time in any key, and an old one goes by dropping its tables.

create table slice (
  -- Its positions, of deliveries and of events, are those from n << 32 to the next one's.
  n bigint primary key,
  began_at timestamptz not null,
  -- An event with a UUIDv7 from this one on cannot be in an earlier slice: it was made ten minutes after that ended, by whatever clock.
  -- Null in the first slice.
  first_id uuid
);
comment on table slice is 'spine: one row for each slice of the record that is still whole; the last is the one that is written to';

-- What is there becomes the first slice, in place: tables and indexes are attached as they are.
alter table inbox alter column position drop identity;
alter table inbox rename to inbox_first;
alter index inbox_pkey rename to inbox_first_pkey;
alter table event rename to event_first;
alter index event_pkey rename to event_first_pkey;
alter index event_flow rename to event_first_flow;
alter index event_tenant rename to event_first_tenant;
alter table entry rename to entry_first;
alter index entry_pkey rename to entry_first_pkey;
alter table lane_ack rename to lane_ack_first;
alter index lane_ack_pkey rename to lane_ack_first_pkey;

create table inbox (
  position bigint generated always as identity primary key,
  -- Unique in each slice; over all of them the digests are what keeps a delivery from coming twice.
  id uuid not null,
  connection_id text not null,
  source text not null,
  headers text not null,
  body bytea not null,
  traceparent text not null,
  received_at timestamptz not null
) partition by range (position);
comment on table inbox is 'spine: one row for each accepted delivery, bytes untouched, in the order of commit';
alter table inbox alter column body set storage external;

create table event (like event_first including defaults, primary key (position)) partition by range (position);
comment on table event is 'spine: one row for each event, normalised and resolved to its tenant';
create index event_flow on event (flow_id);
create index event_tenant on event (tenant_id, position);

create table entry (like entry_first, primary key (lane_id, position)) partition by range (position);
comment on table entry is 'spine: one row for each event in each lane; the event is the one with this position';

create table lane_ack (like lane_ack_first including defaults, primary key (lane_id, to_position)) partition by range (to_position);
comment on table lane_ack is 'spine: one row for each batch that a cluster handled';

do $$
declare
  last constant bigint := greatest(
    (select coalesce(max(i.position), 0) from inbox_first i), (select c.event_position from router_cursor c),
    (select coalesce(max(e.position), 0) from event_first e)
  );
  number constant bigint := last >> 32;
  part text;
begin
  insert into slice (n, began_at)
  values (number, coalesce((select i.received_at from inbox_first i order by i.position limit 1), clock_timestamp()));
  foreach part in array array['inbox', 'event', 'entry', 'lane_ack'] loop
    execute format('alter table %I rename to %I', part || '_first', part || '_' || number);
    execute format('alter table %I attach partition %I for values from (minvalue) to (%s)', part, part || '_' || number, (number + 1) << 32);
  end loop;
  execute format('alter table inbox alter column position restart with %s', (select coalesce(max(i.position), 0) + 1 from inbox i));
end
$$;

-- Those of the ids that an earlier slice, or what is kept of one, has an event of. Within a slice the index of its own refuses a second one.
create function event_earlier(ids uuid[]) returns uuid[]
language plpgsql stable as $$
declare
  first constant uuid := (select s.first_id from slice s order by s.n desc limit 1);
begin
  if first is null or not exists (select from unnest(ids) as g(id) where g.id < first or uuid_extract_version(g.id) is distinct from 7) then
    return '{}';
  end if;
  return array(
    select g.id from unnest(ids) as g(id)
    where (g.id < first or uuid_extract_version(g.id) is distinct from 7) and exists (select from event e where e.id = g.id)
  );
end
$$;

-- Begins the next slice at `at`: whoever appends or routes waits for this one commit, and goes on in the new tables. Answers with its number, or
-- with null where another process has begun one since `after`, the last one.
create function slice_begin(after bigint, at timestamptz) returns bigint
language plpgsql security definer set search_path = spine, pg_temp set lock_timeout = '1s' as $$
declare
  fresh constant bigint := after + 1;
  part text;
begin
  perform pg_advisory_xact_lock(4995, 2);
  if (select max(s.n) from slice s) is distinct from after then
    return null;
  end if;
  foreach part in array array['inbox', 'event', 'entry', 'lane_ack'] loop
    execute format('create table %I (like %I including defaults including storage)', part || '_' || fresh, part);
    execute format('alter table %I attach partition %I for values from (%s) to (%s)', part, part || '_' || fresh, fresh << 32, (fresh + 1) << 32);
  end loop;
  execute format('alter table %I add unique (id)', 'inbox_' || fresh);
  execute format('alter table %I add unique (id)', 'event_' || fresh);
  -- The locks of the router and of the inbox, last, so that they are held for as short as can be.
  update router_cursor set event_position = (fresh << 32) - 1;
  perform pg_advisory_xact_lock(4995, 1);
  execute format('alter sequence inbox_position_seq restart with %s', fresh << 32);
  insert into slice (n, began_at, first_id) values (
    fresh, at, rpad(lpad(to_hex((extract(epoch from at + interval '10 minutes') * 1000)::bigint), 12, '0'), 32, '0')::uuid
  );
  return fresh;
end
$$;

-- Makes the tables that what is needed of the oldest slice, `slice`, and of what was kept before goes to. Those of a slice that is gone by now, or of
-- an attempt that another process went on with, are no use.
create function slice_aside(slice_number bigint) returns boolean
language plpgsql security definer set search_path = spine, pg_temp set lock_timeout = '1s' as $$
declare
  part text;
  key text;
begin
  perform pg_advisory_xact_lock(4995, 2);
  if (select min(s.n) from slice s) is distinct from slice_number or (select count(*) from slice) < 2 then
    return false;
  end if;
  foreach part in array array['inbox', 'event', 'entry', 'lane_ack'] loop
    continue when to_regclass(part || '_aside') is not null;
    key := case part when 'lane_ack' then 'to_position' else 'position' end;
    execute format('create table %I (like %I including defaults including storage including indexes)', part || '_aside', part);
    -- The bound that it is attached with: PostgreSQL believes the constraint and reads no row.
    execute format('alter table %I add check (%I < %s)', part || '_aside', key, (slice_number + 1) << 32);
    execute format('comment on table %I is %L', part || '_aside', 'spine: what is needed of the oldest slice, on its way out of it');
  end loop;
  if not exists (select from pg_index i where i.indrelid = 'event_aside'::regclass and i.indisunique and not i.indisprimary) then
    alter table inbox_aside add unique (id);
    alter table event_aside add unique (id);
  end if;
  return true;
end
$$;

-- Copies the events at these positions, with their entries, their acknowledgements and their deliveries.
create function slice_keep_events(positions bigint[], below bigint) returns void
language plpgsql security definer set search_path = spine, pg_temp as $$
begin
  insert into event_aside select * from event where position = any (positions) and position < below on conflict do nothing;
  insert into entry_aside
  select e.* from event ev join lane l on l.tenant_id = ev.tenant_id join entry e on e.lane_id = l.id and e.position = ev.position
  where ev.position = any (positions) and ev.position < below
  on conflict do nothing;
  insert into lane_ack_aside
  select distinct a.* from event ev join lane l on l.tenant_id = ev.tenant_id join entry e on e.lane_id = l.id and e.position = ev.position
    cross join lateral (select * from lane_ack n where n.lane_id = e.lane_id and n.to_position >= e.position order by n.to_position limit 1) a
  where ev.position = any (positions) and ev.position < below and a.from_position <= e.position and a.to_position < below
  on conflict do nothing;
  insert into inbox_aside
  select i.* from inbox i where i.id in (select ev.delivery_id from event ev where ev.position = any (positions)) and i.position < below
  on conflict do nothing;
end
$$;

-- What waits in a lane, is parked or is a dead letter, before `below`, after `after`, in order; at most so many.
create function slice_waiting(after bigint, below bigint, most int) returns setof bigint
language sql stable as $$
  select w.position from (
    select e.position from lane_progress p cross join lateral (
      select n.position from entry n where n.lane_id = p.lane_id and n.position > greatest(p.position, after) and n.position < below
      order by n.position limit most
    ) e
    union
    select k.position from parked k where k.state in ('parked', 'dead') and k.position > after and k.position < below
  ) w order by w.position limit most
$$;

-- Copies a batch of what waits. Answers with where to go on, null at the end.
create function slice_keep_waiting(slice_number bigint, after bigint, most int) returns bigint
language plpgsql security definer set search_path = spine, pg_temp as $$
declare
  below constant bigint := (slice_number + 1) << 32;
  found bigint[];
begin
  if not slice_aside(slice_number) then
    return null;
  end if;
  found := array(select * from slice_waiting(after, below, most));
  perform slice_keep_events(found, below);
  return found[cardinality(found)];
end
$$;

-- Copies a batch of the deliveries that found no place, with the events of theirs that did: replaying one passes over those. By the ids of unmatched
-- rows; answers as slice_keep_waiting does.
create function slice_keep_unmatched(slice_number bigint, after bigint, most int) returns bigint
language plpgsql security definer set search_path = spine, pg_temp as $$
declare
  below constant bigint := (slice_number + 1) << 32;
  deliveries uuid[];
  flows uuid[];
  last bigint;
begin
  if not slice_aside(slice_number) then
    return null;
  end if;
  select array_agg(u.delivery_id), array_agg(u.flow_id), max(u.id) into deliveries, flows, last
  from (select * from unmatched where id > after order by id limit most) u;
  insert into inbox_aside select * from inbox i where i.id = any (deliveries) and i.position < below on conflict do nothing;
  perform slice_keep_events(
    array(select e.position from event e where e.flow_id = any (flows) and e.delivery_id = any (deliveries) and e.position < below), below
  );
  return last;
end
$$;

-- Drops the slice, once it is the oldest, is not written to, and nothing of it is unrouted; what was copied takes its place. Answers with what hinders
-- it: `busy` where its tables are in use, `unrouted`, `needed` where something was not copied, `gone`; null when it is done.
create function slice_drop(slice_number bigint) returns text
language plpgsql security definer set search_path = spine, pg_temp set lock_timeout = '250ms' as $$
declare
  below constant bigint := (slice_number + 1) << 32;
  part text;
begin
  if not slice_aside(slice_number) then
    return 'gone';
  end if;
  if exists (select from inbox i where i.position > (select c.inbox_position from router_cursor c) and i.position < below) then
    return 'unrouted';
  end if;
  -- Nothing becomes needed that was not: nobody writes to an old slice, and a lane's position never goes back. So this may be asked before the lock.
  if exists (
    select from lane_progress p join entry e on e.lane_id = p.lane_id and e.position > p.position
    where e.position < below and not exists (select from entry_aside a where a.lane_id = e.lane_id and a.position = e.position)
  ) or exists (
    select from parked k join event e using (position)
    where k.state in ('parked', 'dead') and k.position < below and not exists (select from event_aside a where a.position = k.position)
  ) or exists (
    select from unmatched u join inbox i on i.id = u.delivery_id
    where i.position < below and not exists (select from inbox_aside a where a.position = i.position)
  ) then
    return 'needed';
  end if;
  begin
    lock table inbox, event, entry, lane_ack in access exclusive mode;
  exception when lock_not_available or deadlock_detected then
    return 'busy';
  end;
  foreach part in array array['inbox', 'event', 'entry', 'lane_ack'] loop
    execute format('drop table if exists %I', part || '_kept');
    execute format('drop table %I', part || '_' || slice_number);
    execute format('alter table %I rename to %I', part || '_aside', part || '_kept');
    execute format('alter table %I attach partition %I for values from (minvalue) to (%s)', part, part || '_kept', below);
  end loop;
  delete from parked k where k.position < below and k.state in ('handled', 'discarded') and not exists (select from event e where e.position = k.position);
  delete from slice s where s.n = slice_number;
  return null;
end
$$;
