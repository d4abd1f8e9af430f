-- Who is governed: every subscriber with its key, how it became one, and what it holds.

create table subscriber (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9.-]{0,79}$'),
  kind text not null check (kind in ('edge', 'ingestion', 'router', 'dispatcher', 'cluster', 'worker')),
  scope text,
  -- Raw Ed25519 public key, base64url; what it signs is the subscriber's word.
  public_key text not null unique,
  enrolled_at timestamptz not null default clock_timestamp(),
  revoked_at timestamptz
);
comment on table subscriber is 'platform: one row for each process role that is governed over a link';

create table enrolment (
  -- SHA-256 of the secret in the token, which is shown once and stored nowhere.
  secret_sha256 bytea primary key,
  subscriber text not null,
  kind text not null,
  scope text,
  expires_at timestamptz not null,
  -- Who used it. The same key may come again, because an answer can be lost; another one may not.
  public_key text
);
comment on table enrolment is 'platform: tokens by which subscribers enrol, each for one';
create index enrolment_expires_at on enrolment (expires_at);

create table link_process (
  id uuid primary key,
  seen_at timestamptz not null
);
comment on table link_process is 'spine: the processes of the platform that serve links, each with when it last said so';
create index link_process_seen_at on link_process (seen_at);

create table subscriber_state (
  subscriber text primary key,
  -- The process that serves its link; null where none does.
  connected_to uuid,
  last_seen_at timestamptz,
  desired_epoch bigint not null default 0,
  desired_version bigint not null default 0,
  -- Since when it does not hold what is desired; null where it does.
  drifting_since timestamptz,
  sent_epoch bigint,
  sent_version bigint,
  acknowledged_epoch bigint,
  acknowledged_version bigint,
  state text check (state in ('fresh', 'stale')),
  -- By section: what it should have, what it applied, and why it refused it.
  sections text not null default '{}'
);
comment on table subscriber_state is 'spine: what each subscriber should have, was sent and holds, as its process last wrote it';
