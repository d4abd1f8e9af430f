-- What this cluster has handled, per lane, so that a redelivered entry has no second effect.
create table lane_mark (
  tenant_id text not null,
  lane text not null,
  position bigint not null,
  parked_through bigint not null,
  primary key (tenant_id, lane)
);
comment on table lane_mark is 'shared: the consumed mark of each lane; committed together with the effects that it stands for, and the lock under which a lane is handled';
comment on column lane_mark.position is 'highest position handled in order; -1 before the first';
comment on column lane_mark.parked_through is 'highest position handled out of order; -1 where there is none';

create table lane_gap (
  tenant_id text not null,
  lane text not null,
  after bigint not null,
  until bigint not null,
  primary key (tenant_id, lane, until)
);
comment on table lane_gap is 'shared: positions after < p <= until that the mark passed without handling them in order, because they had been parked';

create table parked_mark (
  tenant_id text not null,
  lane text not null,
  position bigint not null,
  handled_at timestamptz not null default now(),
  primary key (tenant_id, lane, position)
);
comment on table parked_mark is 'shared: positions handled out of order, after they had been parked';
