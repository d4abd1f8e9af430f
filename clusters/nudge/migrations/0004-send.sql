-- How far everything came that was handed to a channel: one row per job that sends something, written with the request for the job.

create table send (
  tenant_id text not null,
  job_id uuid not null,
  notification_id uuid,
  channel text not null check (channel in ('email', 'whatsapp')),
  number text check ((channel = 'whatsapp') = (number is not null)),
  message_id text,
  requested_at timestamptz not null,
  accepted_at timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  failed_at timestamptz,
  failure text,
  dead_at timestamptz,
  dead_reason text,
  reconciled_at timestamptz,
  primary key (tenant_id, job_id)
);
comment on table send is 'tenant: how far a message came on its channel; each time is the first one that was heard of, a failure''s the last';
comment on column send.number is 'the phone_number_id that it is sent from';
comment on column send.message_id is 'the channel''s own id of the message, once it is known';
comment on column send.failed_at is 'the channel said that it failed';
comment on column send.dead_at is 'its job ended without success, which does not prove that nothing was sent';
comment on column send.reconciled_at is 'when the send ledger was asked to count it as sent';
create index send_by_notification on send (tenant_id, notification_id) where notification_id is not null;
create index send_by_message on send (tenant_id, message_id) where number is not null;
create index send_unnamed on send (tenant_id) where number is not null and message_id is null and dead_at is null;

create table stray_status (
  tenant_id text not null,
  message_id text not null,
  status text not null check (status in ('sent', 'delivered', 'read', 'failed')),
  at timestamptz not null,
  reason text,
  heard_at timestamptz not null,
  primary key (tenant_id, message_id, status, at)
);
comment on table stray_status is 'tenant: states of messages that no send is known by, kept for a day in case its job''s report is still on the way';
create index stray_status_by_age on stray_status (tenant_id, heard_at);
