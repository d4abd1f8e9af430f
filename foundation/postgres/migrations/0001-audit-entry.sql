-- Who did what to what, in the transaction of the action itself; every domain keeps its own.
create table audit_entry (
  id         uuid primary key,
  at         timestamptz not null default clock_timestamp(),
  tenant_id  text,
  actor_kind text not null,
  actor_id   text not null,
  action     text not null,
  target     text not null,
  reason     text,
  detail     jsonb,
  trace      text not null
);
comment on table audit_entry is 'audit: one row for each audited action, with who, what and why';
create index audit_entry_tenant on audit_entry (tenant_id, id);
