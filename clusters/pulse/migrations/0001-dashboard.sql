-- What a tenant's people keep of their questions: dashboards, and the tiles on them.
create table dashboard (
  tenant_id text not null,
  id text not null,
  title text not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);
comment on table dashboard is 'tenant: a saved dashboard';

create table tile (
  tenant_id text not null,
  dashboard_id text not null,
  ordinal int not null,
  title text not null,
  chart text not null check (chart in ('number', 'line', 'bar', 'table')),
  query jsonb not null,
  primary key (tenant_id, dashboard_id, ordinal),
  foreign key (tenant_id, dashboard_id) references dashboard (tenant_id, id) on delete cascade
);
comment on table tile is 'tenant: one question of a dashboard and how its answer is drawn';
