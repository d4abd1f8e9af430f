-- What handling asked for and a cluster's outbox has still to bring here: a flow with something on its way is not settled.

alter table lane_ack add column outgoing uuid[];
alter table parked add column outgoing uuid[];
