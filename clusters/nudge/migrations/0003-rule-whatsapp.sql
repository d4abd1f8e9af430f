-- A rule may tell people on WhatsApp too, from one of the tenant's numbers; it may have no e-mail recipients then.

alter table rule
  add column whatsapp_number text,
  add column whatsapp_recipients text[] not null default '{}',
  add column whatsapp_template text,
  add column whatsapp_language text,
  add column whatsapp_parameters text[],
  add constraint rule_whatsapp_check check ((whatsapp_number is null) = (cardinality(whatsapp_recipients) = 0)),
  add constraint rule_template_check check (num_nonnulls(whatsapp_template, whatsapp_language, whatsapp_parameters) in (0, 3));
comment on column rule.whatsapp_number is 'the phone_number_id that it sends from; null where it tells nobody on WhatsApp';
comment on column rule.whatsapp_recipients is 'digits of a phone number in E.164, or a business-scoped user id';
comment on column rule.whatsapp_template is 'what is sent to who has not written for 24 hours; null refuses them';
