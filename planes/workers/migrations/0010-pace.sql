-- Pace: how often something may be done, over all workers of the installation. One row for each thing that is paced, made when it first is.

create table pace (
  tenant_id text not null,
  key text not null,
  -- When its next turn comes.
  next_at timestamptz not null,
  primary key (tenant_id, key)
  -- No index on next_at and half of each page free: a turn taken is an update in place.
) with (fillfactor = 50);
comment on table pace is 'tenant: one row for each thing that may be done only so often, with the time of its next turn';

-- Takes the next turn of every key together, by the database's clock, and answers with how long to wait for it, in milliseconds. Where that is
-- longer than `longest`, no turn is taken. Keys are locked in one order, so that two that pace by the same keys never wait in a circle.
create function pace_take(tenant text, keys text[], every float8[], longest float8) returns float8
language plpgsql as $$
declare
  now_at timestamptz;
  turn_at timestamptz;
  held bigint;
begin
  -- Again where somebody tidied a row away between the two.
  loop
    insert into pace (tenant_id, key, next_at)
    select tenant, k.key, '-infinity' from unnest(keys) as k(key) order by k.key
    on conflict do nothing;
    perform from pace p where p.tenant_id = tenant and p.key = any(keys) order by p.key for update;
    get diagnostics held = row_count;
    exit when held = cardinality(keys);
  end loop;
  now_at := clock_timestamp();
  select greatest(now_at, max(p.next_at)) into turn_at from pace p where p.tenant_id = tenant and p.key = any(keys);
  if turn_at > now_at + longest * interval '1 millisecond' then
    return extract(epoch from turn_at - now_at) * 1000;
  end if;
  update pace p set next_at = turn_at + k.every * interval '1 millisecond'
  from unnest(keys, every) as k(key, every)
  where p.tenant_id = tenant and p.key = k.key;
  -- Once in a while somebody tidies up what nobody has paced by for an hour; the table stays as small as what is in use.
  if random() < 0.005 then
    delete from pace p where p.tenant_id = tenant and p.key in (
      select o.key from pace o where o.tenant_id = tenant and o.next_at < now_at - interval '1 hour' and not o.key = any(keys)
      order by o.key limit 1000 for update skip locked
    );
  end if;
  return extract(epoch from turn_at - now_at) * 1000;
end
$$;
