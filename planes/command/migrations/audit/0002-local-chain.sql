-- How far the chains are taken over that nodes keep for themselves while the platform is out of reach.

create table local_chain (
  subscriber text not null,
  chain uuid not null,
  number bigint not null,
  hash text not null,
  primary key (subscriber, chain)
);
comment on table local_chain is 'spine: the last row of each local audit chain that was merged';
