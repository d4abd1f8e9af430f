-- Background work: asked for once by id, leased by claim, kept with its result.

create table job (
  id uuid primary key,
  kind text not null,
  tenant_id text not null,
  payload text not null,
  cause_id uuid not null,
  flow_id uuid not null,
  traceparent text not null,
  state text not null default 'ready' check (state in ('ready', 'leased', 'done', 'dead')),
  attempts int not null default 0,
  max_attempts int not null,
  -- When it may be leased: its time to run while ready, the end of its lease while leased.
  due_at timestamptz not null default clock_timestamp(),
  -- The last lease's claim; kept after the end so that a repeated call finds what the first one did.
  claim uuid,
  result text,
  error text,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
) with (fillfactor = 80);
comment on table job is 'spine: one row for each unit of background work of every tenant';
create index job_due on job (kind, due_at) where state in ('ready', 'leased');
create unique index job_claim on job (claim) where claim is not null;
create index job_flow on job (flow_id);
create index job_dead on job (updated_at) where state = 'dead';
