-- A lane that went to another cluster: what is still on its way here, from before, is refused.

alter table lane_mark add column generation int not null default 0;
comment on column lane_mark.generation is 'how often the lane had changed its cluster, as far as this one has heard';
