-- Which workflows a tenant has. A version never changes: a run stays on the one that it began with.
create table workflow (
  tenant_id text not null,
  id text not null,
  version integer not null,
  enabled boolean not null,
  concurrent integer not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);
comment on table workflow is 'tenant: a workflow, with the version that new runs get';
comment on column workflow.concurrent is 'how many of its runs go on at a time; further ones wait for their turn';

create table workflow_version (
  tenant_id text not null,
  workflow_id text not null,
  version integer not null,
  id uuid not null default gen_random_uuid(),
  definition text not null,
  created_at timestamptz not null,
  primary key (tenant_id, workflow_id, version)
);
comment on table workflow_version is 'tenant: what a workflow does, for good';
comment on column workflow_version.id is 'what a compiled definition is remembered by: a number may come again after a restored backup';
comment on column workflow_version.definition is 'JSON as text: it may hold characters that jsonb refuses';

create table workflow_trigger (
  tenant_id text not null,
  workflow_id text not null,
  number integer not null,
  pattern text not null,
  condition text,
  primary key (tenant_id, workflow_id, number)
);
comment on table workflow_trigger is 'tenant: the events that begin a run of a workflow''s present version';
create index workflow_trigger_by_pattern on workflow_trigger (tenant_id, pattern);

create table workflow_tick (
  tenant_id text not null,
  workflow_id text not null,
  job_id uuid not null,
  due_at timestamptz not null,
  primary key (tenant_id, workflow_id)
);
comment on table workflow_tick is 'tenant: the timer that begins the next run of a workflow with a schedule';
create unique index workflow_tick_by_job on workflow_tick (tenant_id, job_id);
