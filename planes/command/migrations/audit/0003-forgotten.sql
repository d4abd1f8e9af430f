-- Up to which row of each domain what it says of persons was taken out again. What was sealed before this holds it in plain text for good, so its rows keep it.
alter table source_position add column forgotten_xid xid8, add column forgotten_row uuid;
update source_position set forgotten_xid = xid, forgotten_row = row_id;
