-- How much there may be of the record, and what goes by age.

create table record_bound (
  one boolean primary key default true check (one),
  bytes bigint not null default 0,
  -- Null where nothing bounds it.
  bound bigint,
  is_full boolean not null generated always as (bound is not null and bytes >= bound) stored,
  measured_at timestamptz
);
comment on table record_bound is 'spine: how large the record was when it was last measured, and how large it may be';
insert into record_bound default values;

-- The old ones are found by block ranges, which cost whoever writes nothing.
create index job_updated on job using brin (updated_at) with (pages_per_range = 32, autosummarize = on);
create index unmatched_at on unmatched using brin (at) with (pages_per_range = 32, autosummarize = on);

create function record_admit() returns void
language plpgsql stable as $$
begin
  if exists (select from record_bound b where b.is_full) then
    raise exception using errcode = 'ETS01', message = 'the record is full';
  end if;
end
$$;

-- How a job ended is told also where the record is full: its worker could do nothing about it, and the bound leaves room for that.
alter function inbox_append(uuid[], text[], text[], text[], text[], timestamptz[], bytea, bytea, int[]) rename to inbox_write;

create function inbox_append(
  ids uuid[], connections text[], sources text[], headers text[], traceparents text[], received timestamptz[],
  digests bytea, bodies bytea, ends int[]
) returns table (given uuid, kept uuid)
language plpgsql as $$
begin
  perform record_admit();
  return query select w.given, w.kept from inbox_write(ids, connections, sources, headers, traceparents, received, digests, bodies, ends) w;
end
$$;

create or replace function job_report(ended uuid[]) returns void
language plpgsql as $$
begin
  perform inbox_write(
    array_agg(uuidv7() order by r.ord), array_agg('platform:jobs'::text), array_agg('platform'::text), array_agg('{}'::text),
    array_agg(r.traceparent order by r.ord), array_agg(r.at),
    string_agg(sha256(r.event::text::bytea), ''::bytea order by r.ord), string_agg(r.body, ''::bytea order by r.ord),
    array_agg(r.body_end order by r.ord)
  )
  from (
    select b.*, sum(length(b.body)) over (order by b.ord)::int as body_end
    from (
      select e.ord, e.event, e.at, j.traceparent, convert_to(concat(
        '{"id":"', e.event, '","type":"job.', j.state, '","source":"/jobs","subject":"', j.id,
        '","time":"', to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        '","data":{"job":"', j.id, '","kind":', to_json(j.kind), ',"attempts":', j.attempts,
        ',"result":', case when j.state = 'done' then coalesce(j.result, 'null') else 'null' end,
        ',"error":', coalesce(to_json(case when j.state = 'dead' then j.error end)::text, 'null'),
        '},"tenant":', to_json(j.tenant_id), ',"project":null,"region":null,"traceparent":', to_json(j.traceparent),
        ',"flow":"', j.flow_id, '","cause":', coalesce('"' || j.cause_id || '"', 'null'),
        ',"hop":', 1 + coalesce((select ev.hop from event ev where ev.id = j.cause_id), 0), ',"to":', to_json(j.report_to), '}'
      ), 'UTF8') as body
      from (
        select o.id, o.ord, uuidv7() as event, clock_timestamp() as at from unnest(ended) with ordinality as o(id, ord)
      ) e
      join job j on j.id = e.id
      where j.report_to is not null
    ) b
  ) r
  having count(*) > 0;
end
$$;

-- Each table with its partitions, indexes and large values. Small ones are counted; of a large one PostgreSQL knows about how many rows it has.
create function record_tables() returns table (name text, bytes bigint, rows bigint)
language plpgsql stable as $$
declare
  part record;
begin
  for part in
    select r.root, sum(pg_total_relation_size(r.oid))::bigint as bytes, sum(greatest(r.reltuples, 0))::bigint as estimate
    from (
      select c.oid, c.reltuples,
        case when c.relname like '%\_aside' then 'aside' else coalesce(pg_partition_root(c.oid), c.oid)::regclass::text end as root
      from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
    ) r group by r.root order by 2 desc
  loop
    name := part.root;
    bytes := part.bytes;
    rows := part.estimate;
    if part.bytes < 16777216 and part.root <> 'aside' and has_table_privilege(part.root, 'select') then
      execute format('select count(*) from %s', part.root) into rows;
    end if;
    return next;
  end loop;
end
$$;

-- Publishing, which passes over events of earlier slices too, and stops where the record is full.
create or replace function event_publish(
  ids text, types text, sources text, subjects text, times text, tenants text, projects text, regions text, traceparents text, flows text, causes text,
  hops text, data bytea, data_ends text, lane_names text[], lane_tenants text[], lane_products text[], entry_events text, entry_lanes text
) returns table (behind boolean, first_position bigint, known int[], lane int, lane_id bigint, before bigint)
language plpgsql as $$
#variable_conflict use_column
declare
  parted constant text := chr(31);
  none constant text := chr(30);
  event_ids constant uuid[] := string_to_array(ids, parted)::uuid[];
  ends constant int[] := string_to_array(data_ends, parted)::int[];
  last bigint;
  routed bigint;
  earlier uuid[];
  passed int[];
begin
  perform record_admit();
  -- The router's lock: positions are given, and become visible, in rising order over all lanes.
  select c.event_position, c.inbox_position into last, routed from router_cursor c for update;
  if exists (
    select from (
      select i.source, row_number() over () as nth
      from (select n.source from inbox n where n.position > routed order by n.position limit 200) i
    ) ahead where ahead.source = 'platform' or ahead.nth = 200
  ) then
    return query select true, null::bigint, null::int[], null::int, null::bigint, null::bigint;
    return;
  end if;
  earlier := event_earlier(event_ids);
  with fresh as (
    insert into event as e (position, id, delivery_id, type, source, subject, time, tenant_id, project, region, data, traceparent, flow_id, cause_id, hop, accepted_at)
    select last + v.n, v.id, v.id, v.type, v.source, v.subject, v.time, v.tenant, v.project, v.region,
      convert_from(substring(data from coalesce(ends[v.n - 1], 0) + 1 for ends[v.n] - coalesce(ends[v.n - 1], 0)), 'UTF8'),
      v.traceparent, v.flow, v.cause, v.hop, clock_timestamp()
    from unnest(
        event_ids, string_to_array(types, parted), string_to_array(sources, parted), string_to_array(subjects, parted, none),
        string_to_array(times, parted), string_to_array(tenants, parted), string_to_array(projects, parted, none),
        string_to_array(regions, parted, none), string_to_array(traceparents, parted), string_to_array(flows, parted)::uuid[],
        string_to_array(causes, parted, none)::uuid[], string_to_array(hops, parted)::int[]
      ) with ordinality as v(id, type, source, subject, time, tenant, project, region, traceparent, flow, cause, hop, n)
    where cardinality(earlier) = 0 or not v.id = any (earlier)
    on conflict do nothing
    returning e.position
  )
  select array(select n::int from generate_series(1, cardinality(event_ids)) n except select (f.position - last)::int from fresh f) into passed;
  if exists (select from unnest(lane_names) n where not exists (select from lane l where l.name = n)) then
    with made as (
      insert into lane (name, tenant_id, product) select * from unnest(lane_names, lane_tenants, lane_products)
      on conflict (name) do nothing returning id
    )
    insert into lane_progress (lane_id) select m.id from made m;
  end if;
  return query
  with target as materialized (
    select n.nth::int as nth, l.id, l.head from unnest(lane_names) with ordinality as n(name, nth) join lane l on l.name = n.name
  ), added as (
    insert into entry as e (lane_id, position)
    select t.id, last + p.event
    from unnest(string_to_array(entry_events, parted)::int[], string_to_array(entry_lanes, parted)::int[]) as p(event, nth) join target t on t.nth = p.nth
    where cardinality(passed) = 0 or not p.event = any (passed)
    returning e.lane_id, e.position
  ), grown as (
    update lane l set head = a.head from (select d.lane_id, max(d.position) as head from added d group by d.lane_id) a where l.id = a.lane_id returning l.id
  )
  select false, last + 1, passed, t.nth, t.id, t.head from target t join grown g on g.id = t.id;
  update router_cursor set event_position = last + cardinality(event_ids);
end
$$;
