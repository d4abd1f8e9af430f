-- Every notification that a rule asked for: one per rule, event and recipient, for good.
create table notification (
  tenant_id text not null,
  id uuid not null default gen_random_uuid(),
  position bigint generated always as identity,
  rule_id text not null,
  event_id uuid not null,
  channel text not null check (channel = 'email'),
  recipient text not null,
  subject text not null,
  body text not null,
  state text not null check (state in ('requested', 'refused')),
  reason text,
  requested_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, rule_id, event_id, recipient)
);
comment on table notification is 'tenant: what was sent on to a channel, or refused because its template could not be rendered';
comment on column notification.position is 'the order of pages';
comment on column notification.reason is 'why it was refused; null for a requested one';
create index notification_by_position on notification (tenant_id, position);
