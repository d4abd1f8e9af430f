-- What a workflow has asked a person on WhatsApp and not heard yet: the person's next message is the answer.
create table question (
  tenant_id text not null,
  id uuid not null,
  number text not null,
  user_key text not null,
  asked_at timestamptz not null,
  primary key (tenant_id, id)
);
comment on table question is 'tenant: a question that a person has not answered';
create index question_by_user on question (tenant_id, number, user_key, asked_at);
