-- An old slice goes on waiting for who still reads it, and its drop outlives a change of the tables.

-- As before: makes the tables that what is needed of the oldest slice, `slice`, and of what was kept before goes to. Those of a slice that is gone by now, or of
-- an attempt that another process went on with, are no use. Those that were made before a table was given another column are made anew.
create or replace function slice_aside(slice_number bigint) returns boolean
language plpgsql security definer set search_path = spine, pg_temp set lock_timeout = '1s' as $$
declare
  part text;
  key text;
begin
  perform pg_advisory_xact_lock(4995, 2);
  if (select min(s.n) from slice s) is distinct from slice_number or (select count(*) from slice) < 2 then
    return false;
  end if;
  if exists (
    select from unnest(array['inbox', 'event', 'entry', 'lane_ack']) p where to_regclass(p || '_aside') is not null and (
      select array_agg(t.attname order by t.attname) from pg_attribute t where t.attrelid = p::regclass and t.attnum > 0 and not t.attisdropped
    ) is distinct from (
      select array_agg(t.attname order by t.attname) from pg_attribute t where t.attrelid = to_regclass(p || '_aside') and t.attnum > 0 and not t.attisdropped
    )
  ) then
    drop table if exists inbox_aside, event_aside, entry_aside, lane_ack_aside;
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

-- As before; `replaying` where an order to give events once more has not got past the slice. That is an operator's, who may cancel it.
-- Answers with what hinders it: `busy` where its tables are in use, `unrouted`, `replaying`, `needed` where something was not copied, `gone`; null when it is done.
create or replace function slice_drop(slice_number bigint) returns text
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
  if exists (select from replay r where r.state = 'running' and r.position < below and r.last_position > r.position) then
    return 'replaying';
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
