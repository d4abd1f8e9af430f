-- The chain over every domain's audited actions, how far it has come in each, and the signed checkpoints of where it stood.

create table sealer_lease (
  single boolean primary key default true check (single),
  -- Rises whenever the lease is taken, so that who lost it can be told by it.
  token bigint not null default 0,
  owner uuid,
  leased_until timestamptz
);
comment on table sealer_lease is 'spine: which process seals; one at a time';
insert into sealer_lease default values;

create table source_position (
  domain text primary key,
  xid xid8 not null,
  row_id uuid not null
);
comment on table source_position is 'spine: the last row of each domain that was sealed';

create table chain_head (
  chain text primary key,
  number bigint not null check (number > 0),
  hash text not null,
  -- The number that the last checkpoint says of the chain.
  checkpointed bigint not null default 0
);
comment on table chain_head is 'spine: the last entry of each chain';
create index chain_head_open on chain_head (chain) where checkpointed < number;

create table sealed_entry (
  chain text not null,
  number bigint not null check (number > 0),
  previous text not null,
  hash text not null,
  domain text not null,
  row_id uuid not null,
  -- Canonical JSON: exactly what was hashed.
  content text not null,
  primary key (chain, number),
  unique (domain, row_id)
);
comment on table sealed_entry is 'spine: one row for each audited action, numbered without a gap and chained to the one before';

create table checkpoint (
  number bigint primary key check (number > 0),
  payload text not null,
  key_id text not null,
  signature text not null
);
comment on table checkpoint is 'spine: signed statements of where every chain stood';

create function refuse_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception using errcode = '42501', message = tg_table_name || ' can only be added to';
end $$;
create trigger append_only before update or delete or truncate on sealed_entry for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on checkpoint for each statement execute function refuse_change();
