-- The inbox: raw deliveries as accepted, the digests that make a redelivery harmless, and the one call that appends a batch of them.

create table inbox (
  position bigint generated always as identity primary key,
  id uuid not null unique,
  connection_id text not null,
  source text not null,
  -- JSON as text, here and below: jsonb refuses U+0000 and lone surrogates, which a sender may well write.
  headers text not null,
  body bytea not null,
  traceparent text not null,
  received_at timestamptz not null
);
comment on table inbox is 'spine: one row for each accepted delivery, bytes untouched, in the order of commit';
alter table inbox alter column body set storage external;

create table digest (
  connection_id text not null,
  digest bytea not null,
  delivery_id uuid not null,
  seen_at timestamptz not null default now(),
  primary key (connection_id, digest)
);
comment on table digest is 'spine: the SHA-256 of every signed body of the last 45 days, per connection';
-- Rows arrive in the order of time, so a block range index finds the old ones and costs an append nothing.
create index digest_seen_at on digest using brin (seen_at) with (pages_per_range = 32, autosummarize = on);

-- Appends a batch in one round trip and one commit. Answers only with those that were there before: the given id and the id that was kept.
-- `digests` holds 32 bytes for each delivery, `bodies` all bodies one after the other, `ends` the end of each.
-- The lock is held until the commit, so positions become visible in rising order: whoever reads after a position never misses an earlier one,
-- and no stranger's long transaction holds the reader back. It is taken in a statement of its own because the next one's snapshot must follow it.
create function inbox_append(
  ids uuid[], connections text[], sources text[], headers text[], traceparents text[], received timestamptz[],
  digests bytea, bodies bytea, ends int[]
) returns table (given uuid, kept uuid)
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(4995, 1);
  return query
  with delivery as materialized (
    select g.*, substring(digests from (g.ord::int - 1) * 32 + 1 for 32) as digest,
      coalesce(lag(g.body_end) over (order by g.ord), 0) as body_start
    from unnest(ids, connections, sources, headers, traceparents, received, ends)
      with ordinality as g(id, connection_id, source, headers, traceparent, received_at, body_end, ord)
  ), fresh as (
    insert into digest as d (connection_id, digest, delivery_id)
    select v.connection_id, v.digest, v.id from delivery v order by v.ord
    on conflict do nothing
    returning d.delivery_id
  ), stored as (
    insert into inbox (id, connection_id, source, headers, body, traceparent, received_at)
    select v.id, v.connection_id, v.source, v.headers, substring(bodies from v.body_start + 1 for v.body_end - v.body_start),
      v.traceparent, v.received_at
    from delivery v join fresh f on f.delivery_id = v.id
    order by v.ord
  )
  -- One look-up for each, by the key: a join's plan, once cached, may read the whole table.
  select v.id, (select d.delivery_id from digest d where d.connection_id = v.connection_id and d.digest = v.digest)
  from delivery v
  where v.id not in (select f.delivery_id from fresh f);
end
$$;
