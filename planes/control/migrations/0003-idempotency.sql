-- Answers of requests that came with an Idempotency-Key, so that the same request sent again is answered again and not done again.

create table idempotency (
  actor text not null,
  operation text not null,
  key text not null check (length(key) between 1 and 255),
  -- Of whoever is working on the request, or did.
  claim uuid not null,
  request_hash bytea not null,
  claimed_at timestamptz not null,
  -- Null while the request is being worked on. Sealed, because an answer may hold a secret that is shown once.
  sealed_reply text,
  primary key (actor, operation, key)
);
comment on table idempotency is 'platform: who asked for what with which Idempotency-Key, and the sealed answer; kept for 24 hours';
create index idempotency_claimed_at on idempotency (claimed_at);
create unique index idempotency_claim on idempotency (claim);
