-- What changed with each version of the governed state, so that bringing others up to date costs what the change costs and not what there is.

create table governance_change (
  version bigint not null,
  -- A section of the snapshot and a key in it, or '*' and '*' where it is not known what changed.
  section text not null,
  key text not null,
  primary key (version, section, key)
);
comment on table governance_change is 'platform: what changed with each of the last 10,000 versions of the governed state';

-- One transaction is one version, however many statements it has: others see it as one step.
alter table governance add column changed_in xid8;

-- A governed table names its section and the SQL expression of the key in its triggers: the rows as they are now are `changed`, as they were
-- `replaced`. A table that names neither counts as a change of everything. The row lock is held until the commit: versions become visible in the
-- order of commits, and a version is seen with all its changes. As the owner and with a fixed search path, because who may write a governed table
-- need not reach the version.
create or replace function bump_governance() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  current_version bigint;
  concerned text := case when tg_nargs = 2 and tg_op = 'UPDATE' then '(select * from changed union all select * from replaced)' else 'changed' end;
begin
  if not exists (select from changed) then
    return null;
  end if;
  execute format(
    'update %I.governance set version = version + (changed_in is distinct from pg_current_xact_id())::int, changed_in = pg_current_xact_id()
     returning version', tg_table_schema) into strict current_version;
  if tg_nargs = 2 then
    execute format('insert into %I.governance_change (version, section, key) select distinct $1, $2, %s from %s as row on conflict do nothing',
      tg_table_schema, tg_argv[1], concerned) using current_version, tg_argv[0];
  else
    execute format('insert into %I.governance_change (version, section, key) values ($1, ''*'', ''*'') on conflict do nothing',
      tg_table_schema) using current_version;
  end if;
  execute format('delete from %I.governance_change where version <= $1', tg_table_schema) using current_version - 10000;
  return null;
end
$$;

do $$
declare
  governed record;
begin
  for governed in
    select * from (values
      ('tenant', 'tenants', 'row.id'),
      ('product', 'subscriptions', 'row.id'),
      ('cluster', 'clusters', 'row.id'),
      ('placement', 'placements', 'row.tenant_id'),
      ('connection', 'connections', 'row.id'),
      ('connection_secret', 'connections', 'row.connection_id'),
      ('resolver_entry', 'resolver', 'jsonb_build_array(row.system, row.kind, row.external_id)::text'),
      ('data_key', 'data-keys', 'row.id::text')
    ) as governed (relation, section, key)
  loop
    execute format('drop trigger if exists %I on %I', governed.relation || '_inserted', governed.relation);
    execute format('drop trigger if exists %I on %I', governed.relation || '_updated', governed.relation);
    execute format('drop trigger if exists %I on %I', governed.relation || '_deleted', governed.relation);
    execute format('create trigger %I after insert on %I referencing new table as changed for each statement execute function bump_governance(%L, %L)',
      governed.relation || '_inserted', governed.relation, governed.section, governed.key);
    execute format('create trigger %I after update on %I referencing old table as replaced new table as changed
      for each statement execute function bump_governance(%L, %L)',
      governed.relation || '_updated', governed.relation, governed.section, governed.key);
    execute format('create trigger %I after delete on %I referencing old table as changed for each statement execute function bump_governance(%L, %L)',
      governed.relation || '_deleted', governed.relation, governed.section, governed.key);
  end loop;
end
$$;
