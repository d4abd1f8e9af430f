-- Jobs with priority, a time to run, a dedupe text, limits, progress and a report; and a queue that gives every tenant its turn.

-- A lease is no state: it changes no indexed column, so taking, renewing and losing one are updates in place. Half of each page is left free for them.
update job set state = 'ready' where state = 'leased';
alter table job drop constraint job_state_check;
alter table job add constraint job_state_check check (state in ('ready', 'done', 'dead', 'cancelled'));
alter table job alter column cause_id drop not null;
alter table job
  drop column claim,
  add column priority smallint not null default 0 check (priority between -100 and 100),
  -- It is ready and its time has not come: kept apart, so that a million of those cost those that are due nothing.
  add column waiting boolean not null default false,
  -- Counts every lease that there ever was; with the id it is the claim.
  add column leases int not null default 0,
  add column leased_at timestamptz,
  -- Null while nobody holds it. Past its time, whoever comes next may take it.
  add column leased_until timestamptz,
  -- Null once it has ended, so that another with the same text may come.
  add column dedupe text,
  add column report_to text,
  add column progress real,
  add column note text;
comment on column job.due_at is 'when it may be leased for the first time, or again after a failure';
alter table job set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);

drop index job_due;
create index job_ready on job (kind, tenant_id, priority desc, due_at) where state = 'ready' and not waiting;
create index job_waiting on job (due_at) where state = 'ready' and waiting;
create unique index job_dedupe on job (tenant_id, kind, dedupe) where dedupe is not null;
create index job_tenant on job (tenant_id, id);

-- One row for each lease of a kind that has limits, until it neither is held nor counts for a rate.
create table job_grant (
  kind text not null,
  tenant_id text not null,
  job_id uuid not null,
  lease int not null,
  granted_at timestamptz not null,
  primary key (kind, tenant_id, job_id, lease)
);
comment on table job_grant is 'spine: one row for each lease that a limit of its kind still counts';

-- The event that tells the product of each job how it ended, in the inbox, in the transaction that ends it: none is lost, none is told twice.
create function job_report(ended uuid[]) returns void
language plpgsql as $$
begin
  perform inbox_append(
    array_agg(gen_random_uuid() order by r.ord), array_agg('platform:jobs'::text), array_agg('platform'::text), array_agg('{}'::text),
    array_agg(r.traceparent order by r.ord), array_agg(r.at),
    string_agg(sha256(r.event::text::bytea), ''::bytea order by r.ord), string_agg(r.body, ''::bytea order by r.ord),
    array_agg(r.body_end order by r.ord)
  )
  from (
    select b.*, sum(length(b.body)) over (order by b.ord)::int as body_end
    from (
      select e.ord, e.event, e.at, j.traceparent, convert_to(concat(
        '{"id":"', e.event, '","type":"job.', j.state, '","source":"/jobs","subject":"', j.id,
        '","time":"', to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        '","data":{"job":"', j.id, '","kind":', to_json(j.kind), ',"attempts":', j.attempts,
        ',"result":', case when j.state = 'done' then coalesce(j.result, 'null') else 'null' end,
        ',"error":', coalesce(to_json(case when j.state = 'dead' then j.error end)::text, 'null'),
        '},"tenant":', to_json(j.tenant_id), ',"project":null,"region":null,"traceparent":', to_json(j.traceparent),
        ',"flow":"', j.flow_id, '","cause":', coalesce('"' || j.cause_id || '"', 'null'),
        ',"hop":', 1 + coalesce((select ev.hop from event ev where ev.id = j.cause_id), 0), ',"to":', to_json(j.report_to), '}'
      ), 'UTF8') as body
      from (
        select o.id, o.ord, gen_random_uuid() as event, clock_timestamp() as at from unnest(ended) with ordinality as o(id, ord)
      ) e
      join job j on j.id = e.id
      where j.report_to is not null
    ) b
  ) r
  having count(*) > 0;
end
$$;

-- Ends held jobs as done. Answers with those whose lease is the one given, also where that was said before.
create function job_complete(ids uuid[], lease_numbers int[], results text[]) returns table (job uuid, reports boolean)
language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  ended uuid[];
  reported uuid[];
begin
  with done as (
    update job j set state = 'done', result = g.result, error = null, leased_until = null, dedupe = null, updated_at = clock_timestamp()
    from unnest(ids, lease_numbers, results) as g(id, lease, result)
    where j.id = g.id and j.leases = g.lease and j.state = 'ready' and j.leased_until is not null
    returning j.id, j.report_to
  )
  select array_agg(d.id), coalesce(array_agg(d.id) filter (where d.report_to is not null), '{}') into ended, reported from done d;
  if cardinality(reported) > 0 then
    perform job_report(reported);
  end if;
  return query select e.id, e.id = any (reported) from unnest(ended) as e(id);
  if cardinality(ended) = cardinality(ids) then
    return;
  end if;
  return query
  select j.id, false from unnest(ids, lease_numbers) as g(id, lease) join job j on j.id = g.id
  where j.leases = g.lease and j.state = 'done' and (ended is null or not j.id = any (ended));
end
$$;

-- Says that held jobs failed: back to wait, longer after each attempt, or dead. `shares` is the part of the back-off that is waited, drawn at random.
-- Answers as job_complete does.
create function job_fail(
  ids uuid[], lease_numbers int[], errors text[], terminals boolean[], after_ms float8[], shares float8[], base float8, cap float8
) returns table (job uuid, reports boolean)
language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  reported uuid[];
begin
  with failed as (
    update job j set
      state = case when g.terminal or j.attempts >= j.max_attempts then 'dead' else 'ready' end,
      waiting = not (g.terminal or j.attempts >= j.max_attempts),
      dedupe = case when g.terminal or j.attempts >= j.max_attempts then null else j.dedupe end,
      error = g.error,
      leased_until = null,
      due_at = clock_timestamp()
        + greatest(g.after_ms, least(cap, base * 2 ^ least(greatest(j.attempts - 1, 0), 40)) * g.share) * interval '1 millisecond',
      updated_at = clock_timestamp()
    from unnest(ids, lease_numbers, errors, terminals, after_ms, shares) as g(id, lease, error, terminal, after_ms, share)
    where j.id = g.id and j.leases = g.lease and j.state = 'ready' and j.leased_until is not null
    returning j.id, j.state, j.report_to
  )
  select coalesce(array_agg(f.id), '{}') into reported from failed f where f.state = 'dead' and f.report_to is not null;
  if cardinality(reported) > 0 then
    perform job_report(reported);
  end if;
  return query
  select j.id, j.id = any (reported) from unnest(ids, lease_numbers) as g(id, lease) join job j on j.id = g.id
  where j.leases = g.lease and (j.state = 'dead' or j.state = 'ready' and j.leased_until is null);
end
$$;
