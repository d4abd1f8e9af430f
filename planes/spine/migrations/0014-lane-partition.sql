-- Who dispatches which lanes: parts of each cluster's lanes, each under a fenced lease, instead of a lease for every turn of every lane.

create table dispatcher (
  owner uuid primary key,
  clusters text[] not null,
  seen_until timestamptz not null
);
comment on table dispatcher is 'spine: the dispatchers that are at work, with the clusters that each one reaches';

create table lane_partition (
  cluster text not null,
  shard int not null,
  owner uuid,
  -- Rises with every new owner; whoever writes under an older one changes nothing.
  token bigint not null default 0,
  leased_until timestamptz,
  primary key (cluster, shard)
) with (fillfactor = 50);
comment on table lane_partition is 'spine: the fenced lease of each part of a cluster''s lanes';

-- By tenant, so that the lanes of one tenant at one cluster are in one hand and get their fair turns there.
alter table lane add column shard int not null generated always as ((('x' || substr(md5(tenant_id), 1, 7))::bit(28)::int) % 8) stored;

alter table lane_progress
  -- The cluster that the lane is with. It goes to another one only after this one was asked how far it is; null before the first delivery.
  add column cluster text,
  add column generation int not null default 0,
  -- The dead letter at which the lane stands still, in products whose lanes do.
  add column held_at bigint,
  -- Why the last delivery got the lane no further; null where it did.
  add column trouble text;

alter table lane_ack add column cluster text;

-- Says that `me` is at work and reaches `reached`, renews what it holds, and takes its fair share of what nobody holds. Answers with all that it
-- holds; what is not `wanted` any more it gives back once nothing of it is under way.
create function lane_partition_lease(me uuid, reached text[], lease_ms float8)
returns table (cluster text, shard int, token bigint, wanted boolean)
language plpgsql as $$
#variable_conflict use_column
declare
  now_at constant timestamptz := clock_timestamp();
  until constant timestamptz := now_at + lease_ms * interval '1 millisecond';
  place text;
  alive int;
  share int;
  held int;
begin
  insert into dispatcher as d values (me, reached, until)
  on conflict (owner) do update set clusters = excluded.clusters, seen_until = excluded.seen_until;
  delete from dispatcher d where d.seen_until < now_at - interval '1 minute';
  -- In the order in which a round locks them, or the two would wait for each other.
  perform from lane_partition p where p.owner = me order by p.cluster, p.shard for no key update;
  update lane_partition p set leased_until = until where p.owner = me;
  foreach place in array reached loop
    if (select count(*) from lane_partition p where p.cluster = place) < 8 then
      insert into lane_partition (cluster, shard) select place, n from generate_series(0, 7) n on conflict do nothing;
    end if;
    select greatest(count(*), 1) into alive from dispatcher d where place = any (d.clusters) and d.seen_until >= now_at;
    share := ceil(8.0 / alive);
    select count(*) into held from lane_partition p where p.cluster = place and p.owner = me;
    update lane_partition p set owner = me, token = p.token + 1, leased_until = until
    where (p.cluster, p.shard) in (
      select f.cluster, f.shard from lane_partition f
      where f.cluster = place and (f.owner is null or f.owner <> me and f.leased_until < now_at)
      order by f.shard limit greatest(share - held, 0) for update skip locked
    );
  end loop;
  return query
  select p.cluster, p.shard, p.token,
    p.cluster = any (reached) and row_number() over (partition by p.cluster order by p.shard) <= ceil(8.0 / greatest(
      (select count(*) from dispatcher d where p.cluster = any (d.clusters) and d.seen_until >= now_at), 1))
  from lane_partition p where p.owner = me;
end
$$;

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
  region text, data text, traceparent text, flow_id uuid, cause_id uuid, hop int
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
  select l.lane, true, null::bigint, null::uuid, null, null, null, null, null, null, null, null, null, null::uuid, null::uuid, null::int
  from unnest(lanes) as l(lane) where not l.lane = any (written);
  return query
  select r.lane, false, v.*
  from unnest(read_lanes, read_after, read_limits, read_until) as r(lane, after, most, until)
    cross join lateral (
      select b.position, b.id, b.type, b.source, b.subject, b.time, b.tenant_id, b.project, b.region, b.data, b.traceparent, b.flow_id,
        b.cause_id, b.hop
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
