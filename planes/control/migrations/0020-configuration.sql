-- Parameters and flags that products declare, what people set them to, and every change of that.

create table parameter (
  key text primary key check (length(key) <= 80),
  product_id text not null references product (id),
  declaration jsonb not null,
  -- False once the product declares it no more; what was set is kept.
  declared boolean not null default true
);
comment on table parameter is 'platform: what products declare that can be set from afar';

create table parameter_setting (
  parameter_key text not null references parameter (key) on delete cascade,
  -- The level and what it names, as one text: platform, product/…, tier/…, tenant/…, unit/<tenant>/….
  place text not null,
  -- Null: in every environment.
  environment text check (environment in ('live', 'staging', 'sandbox')),
  at jsonb not null,
  -- Of the levels tenant and unit.
  tenant_id text references tenant (id),
  value jsonb not null,
  -- Why the value is none that the declaration allows by now, so that the default counts.
  misfit text,
  -- Which change made it what it is.
  change_id uuid not null,
  set_at timestamptz not null,
  set_by text not null,
  unique nulls not distinct (parameter_key, place, environment)
);
comment on table parameter_setting is 'platform: what parameters are set to, at which level';
create index parameter_setting_tenant on parameter_setting (tenant_id) where tenant_id is not null;

create table flag (
  key text primary key check (length(key) <= 80),
  product_id text not null references product (id),
  declaration jsonb not null,
  declared boolean not null default true,
  enabled boolean not null default true,
  rules jsonb not null default '[]',
  -- Which change made it what it is; null while nobody changed it.
  change_id uuid
);
comment on table flag is 'platform: the feature flags that products declare, with their rules';

create table configuration_change (
  position bigint generated always as identity primary key,
  id uuid not null unique,
  key text not null,
  -- Of a parameter what was set; null for a flag.
  place text,
  environment text,
  tenant_id text,
  at timestamptz not null,
  by text not null,
  reason text not null,
  before jsonb,
  after jsonb not null,
  rolls_back uuid
);
comment on table configuration_change is 'platform: who changed which parameter or flag from what to what, and why; the last 1,000 changes of each';
create index configuration_change_key on configuration_change (key, position);
create index configuration_change_tenant on configuration_change (tenant_id, position) where tenant_id is not null;

-- What governs others, as it travels.
create view configuration_entry with (security_invoker = true) as
select p.key, jsonb_build_object('kind', 'parameter', 'declaration', p.declaration, 'settings',
  (select coalesce(jsonb_agg(jsonb_build_object('at', s.at, 'environment', s.environment, 'value', s.value)
     order by s.place, s.environment nulls first), '[]')
   from parameter_setting s where s.parameter_key = p.key)) as entry
from parameter p
union all
select f.key, jsonb_build_object('kind', 'flag', 'declaration', f.declaration, 'enabled', f.enabled, 'rules', f.rules)
from flag f;
comment on view configuration_entry is 'platform: parameters with their settings and flags with their rules, by key';

do $$
declare
  governed record;
begin
  for governed in
    select * from (values ('parameter', 'row.key'), ('parameter_setting', 'row.parameter_key'), ('flag', 'row.key')) as governed (relation, key)
  loop
    execute format('create trigger %I after insert on %I referencing new table as changed
      for each statement execute function bump_governance(''configuration'', %L)', governed.relation || '_inserted', governed.relation, governed.key);
    execute format('create trigger %I after update on %I referencing old table as replaced new table as changed
      for each statement execute function bump_governance(''configuration'', %L)', governed.relation || '_updated', governed.relation, governed.key);
    execute format('create trigger %I after delete on %I referencing old table as changed
      for each statement execute function bump_governance(''configuration'', %L)', governed.relation || '_deleted', governed.relation, governed.key);
  end loop;
end
$$;
