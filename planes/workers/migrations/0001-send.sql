-- The send ledger: what was asked of an outside system that cannot be asked whether it was done already.

create table send (
  tenant_id text not null,
  job_id uuid not null,
  channel text not null,
  recipient text not null,
  -- sending: the outside system was being given the message; with nobody at work on it any more, its outcome is unknown.
  state text not null check (state in ('sending', 'sent', 'refused', 'unknown')),
  attempt int not null,
  message_id text not null,
  response text,
  begun_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  primary key (tenant_id, job_id)
);
comment on table send is 'tenant: one row for each message that was given to an outside system, looked up before it is ever given again';
create index send_unknown on send (tenant_id, begun_at) where state = 'unknown';
