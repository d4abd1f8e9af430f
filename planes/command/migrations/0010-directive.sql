-- Operators' directives in the order in which they were given, and the proofs of the nodes that applied them.

create table directive_sequence (
  epoch bigint primary key check (epoch >= 0),
  -- The last one given. Its row is the lock under which directives of the epoch are ordered.
  last bigint not null check (last >= 0)
);
comment on table directive_sequence is 'platform: the last sequence that was given to a directive of each epoch';

create table directive (
  id uuid primary key,
  epoch bigint not null,
  sequence bigint not null,
  verb text not null check (verb in ('kill', 'pause', 'drain', 'throttle', 'resume')),
  break_glass boolean not null default false,
  -- SHA-256 of the payload, and what nodes verify: the exact text that was signed.
  digest text not null unique,
  payload text not null,
  key_id text not null,
  signature text not null,
  expires_at timestamptz,
  ended_by uuid
);
comment on table directive is 'platform: one row for each directive, as it was signed';
create index directive_order on directive (epoch, sequence);
create index directive_open on directive (id) where ended_by is null and verb <> 'resume';

create table directive_receipt (
  directive_id uuid not null,
  subscriber text not null,
  payload text not null,
  key_id text not null,
  signature text not null,
  outcome text not null check (outcome in ('applied', 'refused')),
  received_at timestamptz not null default clock_timestamp(),
  primary key (directive_id, subscriber)
);
comment on table directive_receipt is 'platform: one row for each node that says, under its signature, what it did with a directive';
