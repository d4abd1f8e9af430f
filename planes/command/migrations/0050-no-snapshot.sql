-- What governs travels over the link: nobody reads it from a table any more.

drop function latest_snapshot(bigint);
drop table snapshot;
