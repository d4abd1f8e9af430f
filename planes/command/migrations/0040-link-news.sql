-- What the processes that serve links have to notice of each other, in one look that reads nobody's data.

create index subscriber_revoked on subscriber (id) where revoked_at is not null;

-- The body is bound to the tables when it is created, so no object of a caller can stand in for them.
create function link_news() returns table (generation bigint, directive_epoch bigint, directive_sequence bigint, revocations bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select k.generation, coalesce(d.epoch, 0), coalesce(d.last, 0), (select count(*) from subscriber where revoked_at is not null)
  from key_generation k
  left join lateral (select s.epoch, s.last from directive_sequence s where s.last > 0 order by s.epoch desc limit 1) d on true;
end;
