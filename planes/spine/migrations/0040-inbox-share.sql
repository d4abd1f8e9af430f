-- Deliveries are read in fair turns over shares of the connections, so that one that floods delays the others by no more than its turn. The router keeps
-- one position for each share, all in its one row: what it routes and how far it is stay one commit, and no delivery is written to.

-- The share of a connection, from 1 to 64. A connection never changes its share, so its deliveries are routed in their order.
create function inbox_share(connection text) returns int
language sql immutable strict parallel safe as $$ select (hashtextextended(connection, 0) & 63)::int + 1 $$;

create index inbox_by_share on inbox (inbox_share(connection_id), position);

-- `inbox_position` stays: up to there everything was routed, whatever its share.
alter table router_cursor add column share_positions bigint[];
update router_cursor set share_positions = array_fill(inbox_position, array[64]);
alter table router_cursor alter column share_positions set not null, alter column share_positions set default array_fill(0::bigint, array[64]);
comment on column router_cursor.share_positions is 'how far the router is in each share of the inbox';

-- Whether a delivery has not been routed yet.
create function inbox_waits(of_position bigint, of_connection text) returns boolean
language sql stable as $$ select of_position > c.share_positions[inbox_share(of_connection)] from router_cursor c $$;

-- What one transaction of the router takes: of each share that has something as much as of every other, as long as there is room. `head` is the newest delivery
-- that is seen; a share of which nothing is left stands there. `moved` are the positions once all of it was routed. `behind`: earlier deliveries of the
-- connection are still held back. Of each share one more is looked at than there is room for, which tells whether anything is left of it. The running sum reads only sizes, so a body past the bound is not fetched.
create function inbox_take(shares bigint[], most int, most_bytes bigint) returns table (
  "position" bigint, id uuid, connection_id text, source text, headers text, body bytea, traceparent text, received_at timestamptz,
  behind boolean, moved bigint[]
)
language sql stable as $$
  with share as materialized (
    select s.nth, s.position from unnest(shares) with ordinality as s(position, nth)
  ), ahead as materialized (
    select s.nth, a.position, a.turn, count(*) over (partition by s.nth) as waiting
    from share s cross join lateral (
      select n.position, row_number() over (order by n.position) as turn
      from (
        select i.position from inbox i where inbox_share(i.connection_id) = s.nth and i.position > s.position order by i.position limit most + 1
      ) n
    ) a
  ), taken as materialized (
    select z.nth, z.position from (
      select t.nth, t.position, sum(i.size) over (order by t.turn, t.position) - i.size as before
      from (select * from ahead order by turn, position limit most) t
        cross join lateral (select octet_length(n.body) as size from inbox n where n.position = t.position limit 1) i
    ) z where z.before < most_bytes
  ), progress as materialized (
    select array_agg(
      case when coalesce(w.waiting, 0) = coalesce(d.count, 0) then greatest(s.position, h.head)
        else coalesce(d.last, s.position) end
      order by s.nth
    ) as moved
    from share s
      left join (select a.nth, max(a.waiting) as waiting from ahead a group by a.nth) w on w.nth = s.nth
      left join (select t.nth, max(t.position) as last, count(*) as count from taken t group by t.nth) d on d.nth = s.nth
      cross join (select max(i.position) as head from inbox i) h
  )
  select i.position, i.id, i.connection_id, i.source, i.headers, i.body, i.traceparent, i.received_at,
    exists (select from unmatched u where u.reason = 'held' and u.connection_id = i.connection_id), p.moved
  from taken t cross join progress p
    -- One look-up for each, by the key: a join's plan, once cached, may read the whole table.
    cross join lateral (select * from inbox n where n.position = t.position limit 1) i
  order by i.position
$$;
