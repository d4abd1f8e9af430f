-- What the benched product's handler leaves behind for each event.
create table received (
  tenant_id text not null,
  event_id uuid not null,
  number bigint not null
);
comment on table received is 'tenant: one row for each event that was handled';
