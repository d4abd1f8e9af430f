-- Standing orders for jobs, each with the time that it makes its next one.

create table schedule (
  tenant_id text not null,
  id text not null,
  kind text not null,
  payload text not null,
  cron text not null,
  time_zone text not null,
  missed text not null check (missed in ('skip', 'once', 'each')),
  enabled boolean not null,
  -- Null while it is switched off or when it has no time left.
  next_at timestamptz,
  last_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id)
);
comment on table schedule is 'spine: one row for each standing order for jobs of every tenant';
create index schedule_next on schedule (next_at) where next_at is not null;
