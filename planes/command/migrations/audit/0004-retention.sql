-- Up to which entry each chain was given up because it was kept for long enough; a signed checkpoint says so, or it counts for nothing.

create table chain_cut (
  chain text primary key,
  -- The last entry that was given up, and its hash: what remains continues it.
  number bigint not null check (number > 0),
  hash text not null
);
comment on table chain_cut is 'spine: where each chain begins, where its first entries were given up';

create function refuse_uncut() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  is_cut boolean;
begin
  execute format('select exists (select from %I.chain_cut c where c.chain = $1 and c.number >= $2)', tg_table_schema)
    into is_cut using old.chain, old.number;
  if is_cut then
    return old;
  end if;
  raise exception using errcode = '42501', message = 'an entry is given up only behind a cut';
end $$;
drop trigger append_only on sealed_entry;
create trigger append_only before update or truncate on sealed_entry for each statement execute function refuse_change();
create trigger only_cut before delete on sealed_entry for each row execute function refuse_uncut();
