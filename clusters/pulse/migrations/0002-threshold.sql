-- Figures that are watched, and the alerts that they raised.
create table threshold (
  tenant_id text not null,
  id text not null,
  title text not null,
  dataset text not null,
  query jsonb not null,
  direction text not null check (direction in ('above', 'below')),
  raise_at double precision not null,
  clear_at double precision not null,
  window_hours int,
  enabled boolean not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  check (case direction when 'above' then clear_at <= raise_at else clear_at >= raise_at end)
);
comment on table threshold is 'tenant: a figure that is watched';
comment on column threshold.window_hours is 'only rows of the last so many hours count; null for all';
create index threshold_by_dataset on threshold (tenant_id, dataset) where enabled;

create table alert (
  tenant_id text not null,
  position bigint generated always as identity,
  id uuid not null,
  threshold_id text not null,
  title text not null,
  raised_at timestamptz not null,
  raised_value double precision not null,
  resolved_at timestamptz,
  resolved_value double precision,
  primary key (tenant_id, id)
);
comment on table alert is 'tenant: a threshold that was crossed, and when it was over';
create unique index alert_open on alert (tenant_id, threshold_id) where resolved_at is null;
create index alert_by_position on alert (tenant_id, position);
