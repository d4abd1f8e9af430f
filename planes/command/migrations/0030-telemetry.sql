-- What subscribers report of themselves, and the alerts that health rules make of it.

create table telemetry_subscriber (
  subscriber text primary key,
  -- The sequences that were taken last: a repeat of one of them is not counted again.
  recent bigint[] not null,
  until timestamptz not null,
  -- The newest report, as JSON text.
  report text not null
);
comment on table telemetry_subscriber is 'spine: the newest report of each subscriber, and what tells repeats apart';

create table telemetry_minute (
  minute timestamptz not null,
  subscriber text not null,
  work text not null,
  done bigint not null,
  failed bigint not null,
  primary key (minute, subscriber, work)
);
comment on table telemetry_minute is 'spine: an hour of what each subscriber did, by minute and work';

create table alert (
  id uuid primary key,
  rule text not null,
  subject text not null,
  severity text not null check (severity in ('warning', 'critical')),
  description text not null,
  raised_at timestamptz not null,
  cleared_at timestamptz,
  -- Whether the events that say so have been handed on.
  raised_published boolean not null default false,
  cleared_published boolean not null default false
);
comment on table alert is 'spine: what is or was wrong, by health rule and subject';
create unique index alert_open on alert (rule, subject) where cleared_at is null;
create index alert_unpublished on alert (id) where not raised_published or (cleared_at is not null and not cleared_published);
create index alert_cleared_at on alert (cleared_at);
