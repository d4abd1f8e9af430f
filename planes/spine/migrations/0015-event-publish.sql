-- Events of the platform's own go into lanes at once, where whoever publishes them also routes: one row for each and no delivery, which would hold
-- the same a second time.

-- One statement, one commit. Columns come as one text each, values parted by U+001F and U+001E standing for null: arrays would be written and read
-- with every quote escaped. `data` holds the JSON text of all events one after the other, `ends` the end of each; `entry_events` and `entry_lanes` say, by
-- numbers from 1, which event goes into which lane. An event whose id is there already is passed over.
-- Answers with one row for each lane that got something: its last position before, and the first position that was given. With no row and nothing
-- done where deliveries of the platform's own wait in the inbox, which go first; `behind` says so.
create function event_publish(
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
  passed int[];
begin
  -- The router's lock: positions are given, and become visible, in rising order over all lanes.
  select c.event_position into last from router_cursor c for update;
  if exists (
    select from (
      select i.source, row_number() over () as nth
      from (select n.source from inbox n, router_cursor c where n.position > c.inbox_position order by n.position limit 200) i
    ) ahead where ahead.source = 'platform' or ahead.nth = 200
  ) then
    return query select true, null::bigint, null::int[], null::int, null::bigint, null::bigint;
    return;
  end if;
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
    on conflict (id) do nothing
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
