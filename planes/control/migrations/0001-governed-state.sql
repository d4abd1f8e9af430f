-- What people edit and hot paths are governed by: tenants, products, clusters, placements, connections and the resolver, under one version.

create table governance (
  singleton boolean primary key default true check (singleton),
  version bigint not null
);
comment on table governance is 'platform: the version of the governed state, in the one row; it rises with every change of a governed table';
insert into governance (version) values (1);

create table tenant (
  id text primary key check (id ~ '^[a-z][a-z0-9-]{0,39}$'),
  name text not null,
  status text not null default 'active' check (status in ('active', 'suspended')),
  created_at timestamptz not null default now()
);
comment on table tenant is 'platform: customer organisations';

create table product (
  id text primary key check (id ~ '^[a-z][a-z0-9-]{0,39}$'),
  title text not null,
  types text[] not null
);
comment on table product is 'platform: the products that were deployed, with the event types that they subscribe to';

create table cluster (
  id text primary key check (id ~ '^[a-z][a-z0-9-]{0,39}$'),
  product_id text not null references product (id),
  tier text not null check (tier in ('standard', 'advanced', 'enterprise')),
  unique (id, product_id)
);
comment on table cluster is 'platform: product runtimes, one tier each';

create table placement (
  tenant_id text not null references tenant (id),
  product_id text not null,
  cluster_id text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, product_id),
  -- Both columns, so that a placement cannot stand on another product's cluster.
  foreign key (cluster_id, product_id) references cluster (id, product_id)
);
comment on table placement is 'tenant: which cluster serves a tenant with a product';

create table connection (
  id text primary key check (id ~ '^[a-z0-9-]{1,60}$'),
  source text not null,
  -- Null where many tenants share the source and the resolver tells them apart.
  tenant_id text references tenant (id),
  enabled boolean not null default true,
  created_at timestamptz not null default now()
);
comment on table connection is 'platform: configured external sources';

create table connection_secret (
  id uuid primary key,
  connection_id text not null references connection (id),
  sealed text not null,
  created_at timestamptz not null,
  -- Set when a rotation replaced it; until then both the old and the new one verify.
  expires_at timestamptz
);
comment on table connection_secret is 'platform: what senders sign with, sealed; during a rotation a connection has two';
create index connection_secret_connection on connection_secret (connection_id);
create unique index connection_secret_current on connection_secret (connection_id) where expires_at is null;

create table resolver_entry (
  tenant_id text not null references tenant (id),
  system text not null,
  kind text not null,
  external_id text not null,
  project text,
  region text,
  created_at timestamptz not null default now(),
  primary key (system, kind, external_id)
);
comment on table resolver_entry is 'tenant: where ids of external systems belong; an id belongs to one tenant';
create index resolver_entry_tenant on resolver_entry (tenant_id);

create table data_key (
  id uuid primary key,
  -- Null for the platform's own.
  tenant_id text unique nulls not distinct references tenant (id),
  wrapped text not null,
  created_at timestamptz not null default now()
);
comment on table data_key is 'platform: data keys under the master key, one for each tenant and one for the platform';

-- Runs as the owner, because who may write a governed table need not reach the version. The table's own schema is named and the search path
-- fixed, so that no temporary object of a caller can stand in for anything. A statement that changed no row changes no version.
-- The row lock is held until the commit: versions become visible in the order of commits.
create function bump_governance() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from changed) then
    execute format('update %I.governance set version = version + 1', tg_table_schema);
  end if;
  return null;
end
$$;

-- The version and nothing else, for whoever only has to know whether something changed. The body is bound to the table when it is created.
create function governance_version() returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select version from governance;
end;

do $$
declare
  governed text;
begin
  foreach governed in array array['tenant', 'product', 'cluster', 'placement', 'connection', 'connection_secret', 'resolver_entry'] loop
    execute format('create trigger %I after insert on %I referencing new table as changed for each statement execute function bump_governance()',
      governed || '_inserted', governed);
    execute format('create trigger %I after update on %I referencing new table as changed for each statement execute function bump_governance()',
      governed || '_updated', governed);
    execute format('create trigger %I after delete on %I referencing old table as changed for each statement execute function bump_governance()',
      governed || '_deleted', governed);
  end loop;
end
$$;
