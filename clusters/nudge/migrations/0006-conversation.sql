-- What was said on WhatsApp, who may be written to freely, and which messages are answered with what.

create table contact_window (
  tenant_id text not null,
  number text not null,
  user_key text not null,
  phone text,
  name text,
  last_inbound_at timestamptz not null,
  primary key (tenant_id, number, user_key)
);
comment on table contact_window is 'tenant: when a WhatsApp user last wrote to a number, which opens it for free text for 24 hours';
comment on column contact_window.user_key is 'the business-scoped user id, otherwise the phone number';
create index contact_window_by_phone on contact_window (tenant_id, phone);

create table message (
  tenant_id text not null,
  id uuid not null default gen_random_uuid(),
  position bigint generated always as identity,
  direction text not null check (direction in ('in', 'out')),
  number text not null,
  user_key text not null,
  kind text not null,
  text text,
  message_id text,
  reply_to text,
  rule_id text,
  job_id uuid,
  event_id uuid not null,
  reason text,
  at timestamptz not null,
  primary key (tenant_id, id),
  check (direction = 'out' or (message_id is not null and rule_id is null and job_id is null)),
  check (direction = 'in' or (job_id is null) = (reason is not null))
);
comment on table message is 'tenant: what was said on WhatsApp in either direction';
comment on column message.position is 'the order of pages';
comment on column message.message_id is 'of an incoming one; an outgoing one''s is in its send';
comment on column message.reply_to is 'the message_id that it answers';
comment on column message.rule_id is 'the reply rule that made it';
comment on column message.reason is 'why an outgoing one was not sent, or an incoming one not answered';
create unique index message_once on message (tenant_id, number, message_id) where direction = 'in';
create unique index message_answered_once on message (tenant_id, number, reply_to) where direction = 'out';
create index message_by_position on message (tenant_id, position);
create index message_by_user on message (tenant_id, user_key, position);
create index message_replies on message (tenant_id, number, user_key, at) where rule_id is not null and job_id is not null;

create table reply_rule (
  tenant_id text not null,
  id text not null,
  rank integer not null,
  number text,
  keywords text[],
  button text,
  text text not null,
  enabled boolean not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  check (num_nulls(keywords, button) > 0)
);
comment on table reply_rule is 'tenant: which incoming messages are answered, and in which words';
comment on column reply_rule.rank is 'the lowest that matches answers; equal ones by id';
comment on column reply_rule.number is 'null answers on every number';
comment on column reply_rule.keywords is 'without these and a button it matches every message';
