-- A dead letter that a person gave up for good stays visible, with the reason, and can no longer be redriven.

alter table parked drop constraint parked_state_check;
alter table parked add constraint parked_state_check check (state in ('parked', 'handled', 'dead', 'discarded'));
alter table parked add column reason text;
comment on column parked.reason is 'why it was discarded; null for every other state';
