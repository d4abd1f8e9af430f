-- Whose data key was destroyed on purpose, so that nothing of theirs is sealed under another key afterwards and no process takes the key into use again.
create table erased_key (
  id uuid primary key,
  tenant_id text not null references tenant (id),
  erased_at timestamptz not null default clock_timestamp()
);
comment on table erased_key is 'platform: data keys of tenants that were destroyed';
create index erased_key_tenant on erased_key (tenant_id);
