-- Events that are given to products once more: as events of their own, which say what they repeat.

alter table event add column replay_of uuid;
create index event_accepted on event using brin (accepted_at);

create table replay (
  id uuid primary key,
  state text not null default 'running' check (state in ('running', 'done', 'cancelled', 'failed')),
  -- Which events, and into whose lanes; both as people gave them.
  selection jsonb not null,
  target jsonb not null,
  reason text not null,
  per_second int not null,
  -- What was looked at, and where it ends: events that come later are not repeated.
  first_position bigint not null,
  position bigint not null,
  last_position bigint not null,
  replayed bigint not null default 0,
  unplaced bigint not null default 0,
  error text,
  started_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  -- Who is at it, and until when nobody else is.
  owner uuid,
  leased_until timestamptz
);
comment on table replay is 'spine: orders to give events to products once more, with how far each is';
create index replay_running on replay (started_at) where state = 'running';

drop function event_publish;

-- As before, with what each event repeats. Processes of the release before leave that out.
create function event_publish(
  ids text, types text, sources text, subjects text, times text, tenants text, projects text, regions text, traceparents text, flows text, causes text,
  hops text, data bytea, data_ends text, lane_names text[], lane_tenants text[], lane_products text[], entry_events text, entry_lanes text, replays text default null
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
    insert into event as e (position, id, delivery_id, type, source, subject, time, tenant_id, project, region, data, traceparent, flow_id, cause_id, hop, accepted_at, replay_of)
    select last + v.n, v.id, v.id, v.type, v.source, v.subject, v.time, v.tenant, v.project, v.region,
      convert_from(substring(data from coalesce(ends[v.n - 1], 0) + 1 for ends[v.n] - coalesce(ends[v.n - 1], 0)), 'UTF8'),
      v.traceparent, v.flow, v.cause, v.hop, clock_timestamp(), v.replay_of
    from unnest(
        event_ids, string_to_array(types, parted), string_to_array(sources, parted), string_to_array(subjects, parted, none),
        string_to_array(times, parted), string_to_array(tenants, parted), string_to_array(projects, parted, none),
        string_to_array(regions, parted, none), string_to_array(traceparents, parted), string_to_array(flows, parted)::uuid[],
        string_to_array(causes, parted, none)::uuid[], string_to_array(hops, parted)::int[],
        string_to_array(replays, parted, none)::uuid[]
      ) with ordinality as v(id, type, source, subject, time, tenant, project, region, traceparent, flow, cause, hop, replay_of, n)
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

drop function lane_round;
-- One round of the dispatcher in one commit: what came of the turns that ended, what the next turns take, and the entries that those deliver. The
-- progress is written whole, since only the owner of its partition writes it. `part` is the partition of a lane, as a number from 1 in the first
-- three arrays. `delay` null: no wait. `outgoing` holds arrays of ids as text.
-- Nothing is written or read for a lane whose partition has another owner by now, or that went to another cluster; it is answered with `lost`.
create function lane_round(
  clusters text[], shards int[], tokens bigint[],
  lanes bigint[], parts int[], positions bigint[], attempts int[], careful bigint[], refusals int[], delays float8[], held bigint[],
  troubles text[],
  ack_lanes bigint[], ack_from bigint[], ack_to bigint[], ack_attempts int[], ack_outgoing text[],
  aside_lanes bigint[], aside_positions bigint[], aside_states text[], aside_attempts int[], aside_errors text[], aside_delays float8[],
  read_lanes bigint[], read_after bigint[], read_limits int[], read_until float8[], max_bytes float8
) returns table (
  lane_id bigint, lost boolean, "position" bigint, id uuid, type text, source text, subject text, "time" text, tenant_id text, project text,
  region text, data text, traceparent text, flow_id uuid, cause_id uuid, hop int, replay_of uuid
)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  mine int[];
  written bigint[];
begin
  -- Attempts that a crash of the server forgets are counted again; what ended is kept before anything follows from it.
  if cardinality(ack_lanes) + cardinality(aside_lanes) = 0 then
    perform set_config('synchronous_commit', 'off', true);
  end if;
  mine := array(
    select g.part::int from unnest(clusters, shards, tokens) with ordinality as g(cluster, shard, token, part)
      join lane_partition p on p.cluster = g.cluster and p.shard = g.shard and p.token = g.token
    order by p.cluster, p.shard for share of p
  );
  with step as (
    select * from unnest(lanes, parts, positions, attempts, careful, refusals, delays, held, troubles)
      as s(lane, part, position, attempts, careful, refusals, delay, held, trouble)
  ), moved as (
    update lane_progress g set position = s.position, attempts = s.attempts, careful_until = s.careful, refusals = s.refusals, held_at = s.held,
      trouble = s.trouble, retry_at = clock_timestamp() + s.delay * interval '1 millisecond', cluster = clusters[s.part], served_at = clock_timestamp()
    from step s
    where g.lane_id = s.lane and s.part = any (mine) and coalesce(g.cluster, clusters[s.part]) = clusters[s.part]
    returning g.lane_id
  )
  select array_agg(m.lane_id) into written from moved m;
  written := coalesce(written, '{}');
  insert into lane_ack (lane_id, from_position, to_position, attempts, outgoing, cluster)
  select a.lane, a.first, a.last, a.attempts, a.outgoing::uuid[], clusters[parts[array_position(lanes, a.lane)]]
  from unnest(ack_lanes, ack_from, ack_to, ack_attempts, ack_outgoing) as a(lane, first, last, attempts, outgoing)
  where a.lane = any (written)
  on conflict do nothing;
  insert into parked as k (lane_id, position, state, attempts, error, retry_at, closed_at)
  select a.lane, a.position, a.state, a.attempts, a.error, clock_timestamp() + a.delay * interval '1 millisecond',
    case when a.state = 'dead' then clock_timestamp() end
  from unnest(aside_lanes, aside_positions, aside_states, aside_attempts, aside_errors, aside_delays)
    as a(lane, position, state, attempts, error, delay)
  where a.lane = any (written)
  on conflict (lane_id, position) do update
    set state = excluded.state, attempts = excluded.attempts, error = excluded.error, retry_at = excluded.retry_at, closed_at = excluded.closed_at;
  return query
  select l.lane, true, null::bigint, null::uuid, null, null, null, null, null, null, null, null, null, null::uuid, null::uuid, null::int, null::uuid
  from unnest(lanes) as l(lane) where not l.lane = any (written);
  return query
  select r.lane, false, v.*
  from unnest(read_lanes, read_after, read_limits, read_until) as r(lane, after, most, until)
    cross join lateral (
      select b.position, b.id, b.type, b.source, b.subject, b.time, b.tenant_id, b.project, b.region, b.data, b.traceparent, b.flow_id,
        b.cause_id, b.hop, b.replay_of
      from (
        select ev.*, sum(octet_length(ev.data)) over (order by ev.position) - octet_length(ev.data) as before
        from (select e.position from entry e where e.lane_id = r.lane and e.position > r.after order by e.position limit r.most) n
          join event ev using (position)
        where r.until is null or ev.routed_at <= to_timestamp(r.until / 1000)
      ) b
      where b.before < max_bytes
    ) v
  where r.lane = any (written);
end
$$;
