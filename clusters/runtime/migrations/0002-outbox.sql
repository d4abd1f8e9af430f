-- Jobs and events that handlers asked for, committed with their effects and moved to the spine afterwards.
-- The body is JSON as text: what a sender wrote may hold escapes, \u0000 above all, that jsonb refuses.
create table outbox (
  position bigint generated always as identity primary key,
  id uuid not null unique,
  tenant_id text not null,
  kind text not null check (kind in ('job', 'event')),
  body text not null,
  at timestamptz not null default now()
);
comment on table outbox is 'shared: what is still to be handed to the spine, in order; a row is deleted once it was';
