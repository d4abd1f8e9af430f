-- What somebody may see of a tenant's figures.
create table access_policy (
  tenant_id text not null,
  actor_id text not null,
  projects text[],
  denied_measures text[] not null,
  denied_dimensions text[] not null,
  updated_at timestamptz not null,
  primary key (tenant_id, actor_id)
);
comment on table access_policy is 'tenant: what one actor may see';
comment on column access_policy.projects is 'null for every project';
