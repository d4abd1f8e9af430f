-- Deliveries are read again by the time at which they were accepted.

create index inbox_received on inbox using brin (received_at);
