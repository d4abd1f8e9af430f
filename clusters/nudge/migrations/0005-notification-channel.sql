-- Notifications on WhatsApp, beside those by e-mail. How far one came is its send's to tell.

alter table notification
  drop constraint notification_channel_check,
  add constraint notification_channel_check check (channel in ('email', 'whatsapp')),
  alter column subject drop not null,
  add column number text,
  add column template text,
  add column parameters text[],
  add constraint notification_number_check check ((channel = 'whatsapp') = (number is not null)),
  add constraint notification_template_check check ((template is null) = (parameters is null));
comment on column notification.subject is 'null on a channel without subjects';
comment on column notification.number is 'the phone_number_id that it is sent from';
comment on column notification.template is 'the template that it was sent by, as name and language; the body is empty then';
