-- When something was heard of a subscriber's load, by the platform's clock: `until` is by the subscriber's own.
alter table telemetry_subscriber add column heard_at timestamptz not null default clock_timestamp();
