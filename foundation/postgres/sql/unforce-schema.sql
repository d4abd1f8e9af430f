-- Lets the owner's migration reach every row, until secure-schema.sql forces row level security again in the same transaction.
do $unforce$
declare
  relation record;
begin
  for relation in
    select c.oid::regclass as name from pg_catalog.pg_class c
    where c.relnamespace = pg_catalog.current_setting('etis.schema')::regnamespace and c.relkind in ('r', 'p') and c.relforcerowsecurity
  loop
    execute pg_catalog.format('alter table %s no force row level security', relation.name);
  end loop;
end
$unforce$
