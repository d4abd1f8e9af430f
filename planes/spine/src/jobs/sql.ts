/**
 * Enqueuing an id again changes nothing, nor does enqueuing one whose dedupe text is open. In the order of ids, so that two that share ids never
 * wait for each other in a circle.
 */
export const enqueueSql = `
insert into job (id, kind, tenant_id, payload, cause_id, flow_id, traceparent, max_attempts, priority, due_at, waiting, dedupe, report_to)
select j.id, j.kind, j.tenant_id, j.payload, j.cause_id, j.flow_id, j.traceparent, $8::int, j.priority,
  coalesce(j.run_at, clock_timestamp()), coalesce(j.run_at > clock_timestamp(), false), j.dedupe, j.report_to
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $9::int[], $10::timestamptz[], $11::text[], $12::text[])
  as j(id, kind, tenant_id, payload, cause_id, flow_id, traceparent, priority, run_at, dedupe, report_to)
order by j.id
on conflict do nothing`;

export const leaseSql = 'select * from job_lease($1::text[], $2, $3, $4::text[], $5::jsonb, $6::text[], $7::text[])';

export const heartbeatSql = `
update job j set leased_until = clock_timestamp() + $3::float8 * interval '1 millisecond'
from unnest($1::uuid[], $2::int[]) as g(id, lease)
where j.id = g.id and j.leases = g.lease and j.state = 'ready' and j.leased_until is not null
returning j.id, j.leases as lease`;

export const completeSql = 'select job, reports from job_complete($1::uuid[], $2::int[], $3::text[])';

export const failSql =
  'select job, reports from job_fail($1::uuid[], $2::int[], $3::text[], $4::boolean[], $5::float8[], $6::float8[], $7, $8)';

/** Finds the row also where the same call was made before: it is ready, and nobody has leased it since. */
export const deferSql = `
with deferred as (
  update job j set attempts = greatest(0, attempts - 1), leased_until = null, waiting = $3::float8 > 0,
    due_at = case when $3::float8 > 0 then clock_timestamp() + $3::float8 * interval '1 millisecond' else j.due_at end
  where j.id = $1::uuid and j.leases = $2::int and j.state = 'ready' and j.leased_until is not null
  returning 1
)
select 1 from deferred union all select 1 from job where id = $1::uuid and leases = $2::int and state = 'ready' and leased_until is null`;

export const progressSql = `
update job set progress = $3::real, note = $4
where id = $1::uuid and leases = $2::int and state = 'ready' and leased_until is not null
returning 1`;
