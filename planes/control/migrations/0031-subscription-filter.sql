-- A subscription may be narrowed: a condition in CEL for each of its types.
alter table product add column filters jsonb not null default '{}';
comment on column product.filters is 'conditions in CEL by the entry of types that they narrow';
