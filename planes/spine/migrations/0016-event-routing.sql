-- Over what batches go to their clusters, and over what each dispatcher delivers.

create table event_routing (
  only_one boolean primary key default true check (only_one),
  transport text not null default 'direct',
  changed_at timestamptz not null default clock_timestamp()
);
comment on table event_routing is 'spine: over what batches go to their clusters';
insert into event_routing default values;

alter table dispatcher
  add column node text,
  -- Null while what it has under way goes over more than one.
  add column transport text,
  -- Null until it has said so.
  add column carries text[],
  add column hosts text[];
