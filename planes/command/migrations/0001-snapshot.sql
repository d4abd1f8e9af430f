-- The governed state as every role needs it, on its way from the process that compiles it to those that decide by it.

create table snapshot (
  version bigint primary key check (version > 0),
  body text not null,
  -- The data keys that the secrets in the body were sealed with, each under the master key, which is never in a database.
  data_keys text not null,
  published_at timestamptz not null default now()
);
comment on table snapshot is 'platform: the newest versions of the governed state, whole; secrets in it are sealed';

-- The newest version above the one that the caller has, and nothing else: who follows the state can neither change it nor search it. The body is
-- bound to the table when it is created, so no object of a caller can stand in for it.
create function latest_snapshot(known bigint) returns table (version bigint, body text, data_keys text)
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select s.version, s.body, s.data_keys from snapshot s where s.version > known order by s.version desc limit 1;
end;
