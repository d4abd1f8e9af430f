-- Which event's handling asked for what waits in the outbox: a redelivered batch says again what of it has not left yet.

alter table outbox add column cause_id uuid;
