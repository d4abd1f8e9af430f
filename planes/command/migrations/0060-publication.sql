-- What was published of datasets: a bundle for each output, product and tenant, and which clusters have loaded it.
create table publication_position (
  is_only boolean primary key default true check (is_only),
  position bigint not null
);
comment on table publication_position is 'spine: how far the outputs of transformation were published';
insert into publication_position (position) values (0);

create table bundle (
  product text not null,
  tenant text not null,
  dataset text not null,
  version bigint not null,
  manifest text not null,
  primary key (product, tenant, dataset, version)
);
comment on table bundle is 'spine: what a bundle says of itself, as canonical JSON; its signature is made when it is handed out';

create table bundle_loaded (
  cluster text not null,
  product text not null,
  tenant text not null,
  dataset text not null,
  version bigint not null,
  loaded_at timestamptz not null,
  primary key (cluster, product, tenant, dataset)
);
comment on table bundle_loaded is 'spine: the newest version that a cluster said to have loaded';
