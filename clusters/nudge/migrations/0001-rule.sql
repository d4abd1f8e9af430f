-- Which events a tenant wants to be told of, whom, and in which words.
create table rule (
  tenant_id text not null,
  id text not null,
  event_type text not null,
  project text,
  recipients text[] not null,
  subject text not null,
  body text not null,
  enabled boolean not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);
comment on table rule is 'tenant: a notification rule';
comment on column rule.event_type is 'an event type, a prefix of one that ends in .*, or *';
comment on column rule.project is 'null matches every project';
create index rule_by_type on rule (tenant_id, event_type) where enabled;
