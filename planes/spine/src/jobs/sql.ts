/** Enqueuing an id again changes nothing. In the order of ids, so that two that share ids never wait for each other in a circle. */
export const enqueueSql = `
insert into job (id, kind, tenant_id, payload, cause_id, flow_id, traceparent, max_attempts)
select j.*, $8::int
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::text[]) as j(id, kind, tenant_id, payload, cause_id, flow_id, traceparent)
order by j.id
on conflict (id) do nothing`;

/**
 * Takes what is due, the longest due first: ready jobs, and leased ones whose lease ran out. The attempt is counted here, before the work,
 * so a job that kills its worker counts too. A lease that ran out on the last attempt makes a dead letter instead.
 */
export const leaseSql = `
with due as (
  select d.id
  from unnest($1::text[]) as k(kind) cross join lateral (
    select id, due_at from job
    where kind = k.kind and state in ('ready', 'leased') and due_at <= clock_timestamp()
    order by due_at limit $2::int for update skip locked
  ) d
  order by d.due_at limit $2::int
), taken as (
  update job j set
    state = case when j.attempts < j.max_attempts then 'leased' else 'dead' end,
    attempts = least(j.attempts + 1, j.max_attempts),
    claim = case when j.attempts < j.max_attempts then gen_random_uuid() end,
    due_at = clock_timestamp() + $3::float8 * interval '1 millisecond',
    error = case when j.state = 'leased' then 'the worker that held it did not come back' else j.error end,
    updated_at = clock_timestamp()
  from due where j.id = due.id
  returning j.*
)
select id, kind, tenant_id, payload, cause_id, flow_id, traceparent, claim, attempts, max_attempts
from taken where state = 'leased' order by id`;

export const heartbeatSql = `
update job set due_at = clock_timestamp() + $2::float8 * interval '1 millisecond', updated_at = clock_timestamp()
where claim = any($1::uuid[]) and state = 'leased'
returning claim`;

/** Finds the row also where the same call was made before: the claim stays on the row until the next lease. */
export const completeSql = `
with done as (
  update job set state = 'done', result = $2, error = null, updated_at = clock_timestamp()
  where claim = $1::uuid and state = 'leased' returning 1
)
select 1 from done union all select 1 from job where claim = $1::uuid and state = 'done'`;

export const failSql = `
with failed as (
  update job set
    state = case when $3::boolean or attempts >= max_attempts then 'dead' else 'ready' end,
    error = $2,
    due_at = clock_timestamp() + least($5::float8, $4::float8 * 2 ^ least(attempts - 1, 40)) * $6::float8 * interval '1 millisecond',
    updated_at = clock_timestamp()
  where claim = $1::uuid and state = 'leased' returning 1
)
select 1 from failed union all select 1 from job where claim = $1::uuid and state in ('ready', 'dead')`;
