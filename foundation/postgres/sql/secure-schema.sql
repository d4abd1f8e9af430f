-- Gives every relation of one schema exactly the grants and row policies of its class, and refuses what has none. Runs as the owner. Whatever was
-- granted before is revoked first, so the result depends on the classes alone.
do $secure$
declare
  schema_name   constant text := pg_catalog.current_setting('etis.schema');
  schema_id     constant oid := schema_name::regnamespace;
  tenant_role   constant text := nullif(pg_catalog.current_setting('etis.tenant_role'), '');
  platform_role constant text := nullif(pg_catalog.current_setting('etis.platform_role'), '');
  system_role   constant text := nullif(pg_catalog.current_setting('etis.system_role'), '');
  audit_role    constant text := pg_catalog.current_setting('etis.audit_role');
  tenant_now    constant text := 'nullif(current_setting(''etis.tenant'', true), '''')';
  own_rows      constant text := 'tenant_id = ' || tenant_now;
  -- A role that serves both as tenant and as system is told apart by the tenant being set.
  any_or_own    constant text := '(' || tenant_now || ' is null or tenant_id = ' || tenant_now || ')';
  member        text;
  relation      record;
  entry         record;
  class         text;
  readers       text[];
  writers       text[];
begin
  for entry in
    select a.grantee from pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a where n.oid = schema_id and a.grantee <> n.nspowner
  loop
    execute format('revoke all on schema %I from %s', schema_name, case entry.grantee when 0 then 'public' else entry.grantee::regrole::text end);
  end loop;

  for relation in
    select c.oid, c.oid::regclass::text as name, c.relname, c.relkind, c.relispartition, c.relowner, c.reloptions, c.relrowsecurity,
           pg_catalog.obj_description(coalesce(pg_catalog.pg_partition_root(c.oid), c.oid), 'pg_class') as description
    from pg_catalog.pg_class c
    where c.relnamespace = schema_id and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    order by c.oid
  loop
    for entry in
      select distinct a.grantee
      from (select c.relacl as acl from pg_catalog.pg_class c where c.oid = relation.oid
            union all
            select t.attacl from pg_catalog.pg_attribute t where t.attrelid = relation.oid) granted, pg_catalog.aclexplode(granted.acl) a
      where a.grantee <> relation.relowner
    loop
      execute format('revoke all on %s %s from %s', case relation.relkind when 'S' then 'sequence' else 'table' end, relation.name,
                     case entry.grantee when 0 then 'public' else entry.grantee::regrole::text end);
    end loop;
    for entry in select p.polname from pg_catalog.pg_policy p where p.polrelid = relation.oid loop
      execute format('drop policy %I on %s', entry.polname, relation.name);
    end loop;

    -- The sequence of an identity column needs no grant: who may insert may also draw from it.
    if relation.relkind = 'S' then
      if not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_class'::regclass and d.objid = relation.oid and d.deptype = 'i') then
        foreach member in array array_remove(array[tenant_role, platform_role, system_role], null) loop
          execute format('grant usage on sequence %s to %I', relation.name, member);
        end loop;
      end if;
      continue;
    end if;

    class := (pg_catalog.regexp_match(relation.description, '^(tenant|platform|spine|shared|audit): *\S'))[1];
    if class is null then
      raise exception using errcode = 'ETC01', message = 'no class', table = relation.relname;
    end if;
    if relation.relkind in ('m', 'f') then
      raise exception using errcode = 'ETC02', table = relation.relname,
        message = 'materialized views and foreign tables cannot be kept to one tenant; use a table or a view';
    end if;
    if relation.relkind = 'v' and not coalesce(relation.reloptions && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'], false) then
      raise exception using errcode = 'ETC02', table = relation.relname,
        message = 'a view must be created with (security_invoker = true), or it shows what its owner may see';
    end if;

    if relation.relkind in ('r', 'p') then
      if class in ('tenant', 'shared', 'audit') then
        if not exists (select from pg_catalog.pg_attribute t where t.attrelid = relation.oid and t.attname = 'tenant_id' and not t.attisdropped
                       and t.atttypid = 'text'::regtype and (t.attnotnull or class = 'audit')) then
          raise exception using errcode = 'ETC02', table = relation.relname, message = 'it needs a column "tenant_id text not null"';
        end if;
        execute format('alter table %s enable row level security, force row level security', relation.name);
      elsif relation.relrowsecurity then
        execute format('alter table %s no force row level security, disable row level security', relation.name);
      end if;

      if class = 'tenant' then
        if tenant_role is not null then
          execute format('create policy tenant_rows on %s to %I using (%s) with check (%s)', relation.name, tenant_role, own_rows, own_rows);
        end if;
        if platform_role is not null then
          execute format('create policy platform_reads on %s for select to %I using (true)', relation.name, platform_role);
        end if;
      elsif class = 'shared' then
        if tenant_role is not null and tenant_role is distinct from system_role then
          execute format('create policy tenant_rows on %s to %I using (%s) with check (%s)', relation.name, tenant_role, own_rows, own_rows);
        end if;
        if system_role is not null then
          execute format('create policy system_rows on %s to %I using (%s) with check (%s)', relation.name, system_role, any_or_own, any_or_own);
        end if;
      elsif class = 'audit' then
        execute format('create policy auditor_reads on %s for select to %I using (true)', relation.name, audit_role);
        -- What was sealed loses what it says of persons, once and for good: there is no way to write something else in its place.
        if exists (select from pg_catalog.pg_attribute t where t.attrelid = relation.oid and t.attname = 'forgotten_at' and not t.attisdropped) then
          execute format('create policy auditor_forgets on %s for update to %I using (forgotten_at is null)
            with check (forgotten_at is not null and reason is null and detail is null
              and (actor_id = '''' or actor_kind in (''system'', ''connection'', ''anonymous'')))', relation.name, audit_role);
          execute format('create policy auditor_removes on %s for delete to %I using (forgotten_at is not null)', relation.name, audit_role);
          execute format('grant update (actor_id, reason, detail, forgotten_at), delete on %s to %I', relation.name, audit_role);
        end if;
        if tenant_role is not null then
          execute format('create policy tenant_reads on %s for select to %I using (%s)', relation.name, tenant_role, own_rows);
          if tenant_role is distinct from system_role then
            execute format('create policy tenant_adds on %s for insert to %I with check (%s)', relation.name, tenant_role, own_rows);
          end if;
        end if;
        if system_role is not null then
          execute format('create policy system_adds on %s for insert to %I with check (%s)', relation.name, system_role, any_or_own);
        end if;
        if platform_role is not null then
          execute format('create policy platform_reads on %s for select to %I using (true)', relation.name, platform_role);
          execute format('create policy platform_adds on %s for insert to %I with check (true)', relation.name, platform_role);
        end if;
      end if;
    end if;

    -- A partition is reached through its parent, whose grants are the ones that count there.
    continue when relation.relispartition;

    readers := array_remove(case class
      when 'tenant' then array[tenant_role, platform_role]
      when 'platform' then array[platform_role]
      when 'spine' then array[system_role]
      when 'shared' then array[tenant_role, system_role]
      when 'audit' then array[tenant_role, platform_role, audit_role]
    end, null);
    writers := array_remove(case class
      when 'tenant' then array[tenant_role]
      when 'audit' then array[tenant_role, platform_role, system_role]
      else readers
    end, null);
    foreach member in array readers loop
      execute format('grant select on %s to %I', relation.name, member);
    end loop;
    continue when relation.relkind = 'v' or relation.relname = 'schema_migration';
    foreach member in array writers loop
      execute format('grant %s on %s to %I', case class when 'audit' then 'insert' else 'insert, update, delete' end, relation.name, member);
    end loop;
  end loop;

  for relation in select p.oid::regprocedure::text as name, p.proname, p.proconfig from pg_catalog.pg_proc p where p.pronamespace = schema_id and p.prosecdef loop
    if not exists (select from unnest(relation.proconfig) setting where setting like 'search\_path=%') then
      raise exception using errcode = 'ETC02', table = relation.proname,
        message = 'a security definer function must set its own search_path, or its caller chooses what it runs';
    end if;
  end loop;
  execute format('revoke all on all routines in schema %I from public', schema_name);

  foreach member in array array_remove(array[tenant_role, platform_role, system_role], null) loop
    execute format('grant usage on schema %I to %I', schema_name, member);
    execute format('grant execute on all routines in schema %I to %I', schema_name, member);
  end loop;
  -- To name the tables that it may read, and no function.
  execute format('grant usage on schema %I to %I', schema_name, audit_role);
end
$secure$
