-- Which new documents a tenant wants read or kept, and what came of it.

create table document_rule (
  tenant_id text not null,
  id text not null,
  event_type text not null,
  project text,
  actions text[] not null,
  enabled boolean not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);
comment on table document_rule is 'tenant: what is to be done with new versions of documents';
comment on column document_rule.event_type is 'an event type or a prefix of one that ends in .*';
comment on column document_rule.project is 'null matches every project';

create table document (
  tenant_id text not null,
  id uuid not null default gen_random_uuid(),
  position bigint generated always as identity,
  rule_id text not null,
  event_id uuid not null,
  job_id uuid,
  name text not null,
  url text,
  actions text[] not null,
  requested_at timestamptz not null,
  done_at timestamptz,
  failed_at timestamptz,
  result text,
  reason text,
  primary key (tenant_id, id),
  unique (tenant_id, rule_id, event_id)
);
comment on table document is 'tenant: a document that a rule asked for, once per rule and event, and what its job found';
comment on column document.position is 'the order of pages';
comment on column document.job_id is 'null where it was refused, since the event names no address';
comment on column document.result is 'JSON as text: a document may hold characters that jsonb refuses';
create index document_by_position on document (tenant_id, position);
create unique index document_by_job on document (tenant_id, job_id) where job_id is not null;
