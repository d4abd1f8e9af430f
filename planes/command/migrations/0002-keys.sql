-- Whom subscribers trust, and the one order of everything that governs them.

create table trust_root (
  singleton boolean primary key default true check (singleton),
  installation text not null,
  -- Raw Ed25519 public key, base64url. Its private key is in a file, and later nowhere that is connected.
  public_key text not null,
  created_at timestamptz not null default now()
);
comment on table trust_root is 'platform: the public root key that every subscriber pins, in the one row';

create table signing_key (
  key_id text primary key,
  role text not null check (role in ('online', 'operator')),
  -- The certificate as the root signed it.
  payload text not null,
  root_key_id text not null,
  signature text not null,
  -- Sealed with the platform's data key. Null for an operator's own key, and for one that a subscriber showed after a restore.
  sealed text,
  not_before timestamptz not null,
  not_after timestamptz not null,
  created_at timestamptz not null default clock_timestamp()
);
comment on table signing_key is 'platform: the keys that the root certified; of those that sign for the platform the newest does';

create table revoked_key (
  key_id text primary key,
  revoked_at timestamptz not null default now(),
  reason text not null
);
comment on table revoked_key is 'platform: keys that no longer count, whatever their certificates say';

create table link_authority (
  singleton boolean primary key default true check (singleton),
  -- PEM of the certificate that subscribers pin for TLS, and its private key, sealed with the platform''s data key.
  certificate text not null,
  sealed text not null,
  not_after timestamptz not null
);
comment on table link_authority is 'platform: what signs the TLS certificates of the link, in the one row';

create table snapshot_clock (
  singleton boolean primary key default true check (singleton),
  epoch bigint not null check (epoch > 0),
  version bigint not null check (version >= 0),
  -- What the version stands for: of each input the last that is in it. None of them ever goes back within an epoch.
  governance bigint not null default 0,
  directive_epoch bigint not null default 0,
  directive_sequence bigint not null default 0,
  keys bigint not null default 0,
  renewal bigint not null default 0,
  -- The latest moment that a subscriber proved to hold although it was never given out here: while it is later than ours nothing is signed.
  seen_epoch bigint not null default 0,
  seen_version bigint not null default 0
);
comment on table snapshot_clock is 'spine: the last (epoch, version) that was allotted, in the one row, whose lock orders everything that governs';
insert into snapshot_clock (epoch, version) values (1, 0);

-- Allots the next (epoch, version) for a state, or gives the one that the state has already. `behind` where one was allotted for a state that has more
-- in it: then nothing is allotted, and the caller looks again. `lost` while a subscriber holds what was never given out here. One round trip; the lock
-- of the row is the order.
create function allot_moment(known_governance bigint, known_directive_epoch bigint, known_directive_sequence bigint, known_keys bigint,
  known_renewal bigint, anew boolean, out epoch bigint, out version bigint, out behind boolean, out lost boolean)
language plpgsql as $$
declare
  held snapshot_clock;
begin
  select * into strict held from snapshot_clock for update;
  behind := held.governance > known_governance or held.keys > known_keys
    or (held.directive_epoch, held.directive_sequence) > (known_directive_epoch, known_directive_sequence);
  lost := (held.seen_epoch, held.seen_version) > (held.epoch, held.version);
  if not behind and not lost and (anew or known_governance > held.governance or known_keys > held.keys or known_renewal > held.renewal
    or (known_directive_epoch, known_directive_sequence) > (held.directive_epoch, held.directive_sequence)) then
    update snapshot_clock c set version = c.version + 1, governance = known_governance, directive_epoch = known_directive_epoch,
      directive_sequence = known_directive_sequence, keys = known_keys, renewal = greatest(c.renewal, known_renewal)
    returning c.* into strict held;
  end if;
  epoch := held.epoch;
  version := held.version;
end
$$;

create table key_generation (
  singleton boolean primary key default true check (singleton),
  generation bigint not null
);
comment on table key_generation is 'platform: rises with every change of the keys that subscribers have to know, in the one row';
insert into key_generation (generation) values (0);

create table held_directive (
  digest text primary key,
  payload text not null,
  key_id text not null,
  signature text not null
);
comment on table held_directive is 'platform: directives that subscribers hold and this platform has lost, until a recovery merges them';

create table recovery (
  epoch bigint primary key,
  -- The statement by which the root key authorised the epoch, as it was signed.
  payload text not null,
  key_id text not null,
  signature text not null,
  recovered_at timestamptz not null default now()
);
comment on table recovery is 'platform: every epoch that was started after a restore, and who authorised it';
