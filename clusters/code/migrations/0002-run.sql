-- What every run did, step by step: the only state of a run. Whoever advances it reads this, and writes it in the transaction of the event that it heard.
create table run (
  tenant_id text not null,
  id uuid not null,
  position bigint generated always as identity,
  workflow_id text not null,
  version integer not null,
  state text not null check (state in ('queued', 'running', 'completed', 'failed', 'cancelled')),
  trigger text not null check (trigger in ('event', 'schedule', 'call')),
  input text not null,
  output text,
  error text,
  failed_step text,
  origin text not null,
  event text,
  retries integer not null default 0,
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  primary key (tenant_id, id),
  check ((state in ('completed', 'failed', 'cancelled')) = (ended_at is not null))
);
comment on table run is 'tenant: a run of one version of a workflow';
comment on column run.position is 'the order of pages, and of runs that wait for their turn';
comment on column run.origin is 'JSON: the flow that everything which the run asks for belongs to';
comment on column run.event is 'JSON: the event that began it';
create index run_by_position on run (tenant_id, position);
create index run_open on run (tenant_id, workflow_id, state, position) where state in ('queued', 'running');

create table step (
  tenant_id text not null,
  run_id uuid not null,
  key text not null,
  number integer not null,
  name text not null,
  kind text not null,
  state text not null check (state in ('running', 'waiting', 'done', 'skipped', 'failed', 'cancelled')),
  attempt integer not null,
  input text,
  output text,
  exported text,
  next text,
  memo text,
  error text,
  job_id uuid,
  timer_id uuid,
  timed_out boolean not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, run_id, key)
);
comment on table step is 'tenant: one step of a run; what has ended is never done again';
comment on column step.key is 'its place in the workflow, with the round of each loop and the attempt of each try that it lies in';
comment on column step.memo is 'JSON: what a step that goes on over several events has to know, such as the items of a loop';
comment on column step.job_id is 'the job whose report continues it';
comment on column step.timer_id is 'the job whose report says that its time is up';
create index step_by_job on step (tenant_id, job_id) where job_id is not null and state = 'waiting';
create index step_by_timer on step (tenant_id, timer_id) where timer_id is not null and state in ('running', 'waiting');

create table listener (
  tenant_id text not null,
  run_id uuid not null,
  key text not null,
  number integer not null,
  pattern text not null,
  primary key (tenant_id, run_id, key, number)
);
comment on table listener is 'tenant: the events that a step of a run waits for';
create index listener_by_pattern on listener (tenant_id, pattern);

create table question (
  tenant_id text not null,
  id uuid not null,
  run_id uuid not null,
  key text not null,
  text text not null,
  asked_at timestamptz not null,
  primary key (tenant_id, id)
);
comment on table question is 'tenant: what a step of a run has asked a person and not heard yet';
