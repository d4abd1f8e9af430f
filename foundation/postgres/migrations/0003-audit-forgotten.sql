-- What a row says of persons is taken out of it once it is sealed under a key of its tenant; since when it lacks them.
alter table audit_entry add column forgotten_at timestamptz;
