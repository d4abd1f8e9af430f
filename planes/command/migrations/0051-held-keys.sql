-- Keys and revocations that subscribers hold and a platform restored from an older backup has lost.

create table held_key (
  subscriber text primary key,
  -- JSON: the certificates that the subscriber holds, as the root signed them.
  certificates text not null,
  -- Ids of the keys that do not count by the manifest that it holds.
  revoked text[] not null,
  shown_at timestamptz not null default clock_timestamp()
);
comment on table held_key is 'platform: what each subscriber showed of keys and revocations that this platform has lost, until a recovery merges them';
