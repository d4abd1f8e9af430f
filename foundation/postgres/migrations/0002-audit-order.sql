-- An order in which committed rows can be read without missing one that commits late: by transaction, as far as none below it is still running.
alter table audit_entry add column xid xid8 not null default pg_current_xact_id();
create index audit_entry_order on audit_entry (xid, id);
