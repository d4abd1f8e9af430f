import { eventColumns } from '../record/event-row.ts';

/**
 * A lane is free when nobody's lease on it is running. The owner may take back what it left behind, for it runs one turn per lane itself.
 * Leases count by the database's clock alone.
 */
const free = `(p.leased_until is null or p.leased_until < clock_timestamp() or p.owner = $2::uuid)
  and (p.retry_at is null or p.retry_at <= clock_timestamp())`;

const take = `owner = $2::uuid, token = $3::uuid, served_at = clock_timestamp(),
  leased_until = clock_timestamp() + $4::float8 * interval '1 millisecond'`;

const leave = 'owner = null, token = null, leased_until = null';

const after = (parameter: string) => `clock_timestamp() + ${parameter}::float8 * interval '1 millisecond'`;

/** Lanes with something to deliver now, the one that waited longest for its turn first. */
export const pendingSql = `
select l.id, l.name, l.tenant_id, l.product, l.head > p.position as ordered, d.lane_id is not null as parked
from lane l join lane_progress p on p.lane_id = l.id
  left join (select distinct lane_id from parked where state = 'parked' and retry_at <= clock_timestamp()) d on d.lane_id = l.id
where (l.head > p.position or d.lane_id is not null) and not (l.id = any($1::bigint[])) and ${free}
order by p.served_at limit $3`;

/**
 * Takes the lane's lease, counts the attempt and reads the entries after its position: one round trip, durable before anything is delivered.
 * After an attempt without an outcome the entries of that batch go one by one, so that the one to blame shows. `$7`: only what was routed by then.
 */
export const claimOrderedSql = `
with claimed as (
  update lane_progress p set ${take}, attempts = p.attempts + 1,
    careful_until = case when p.attempts = 0 then p.careful_until else greatest(p.careful_until, (
      select max(n.position) from (
        select e.position from entry e where e.lane_id = p.lane_id and e.position > p.position order by e.position limit $5::int) n)) end
  where p.lane_id = $1 and ${free}
  returning p.lane_id, p.position, p.attempts, p.refusals, p.careful_until
)
select c.attempts, c.refusals, c.position as after, v.*
from claimed c left join lateral (
  select ev.position, ${eventColumns}, sum(octet_length(ev.data)) over (order by ev.position) - octet_length(ev.data) as before
  from (
    select e.position from entry e where e.lane_id = c.lane_id and e.position > c.position order by e.position
    limit case when c.attempts > 1 or c.position < c.careful_until then 1 else $5::int end
  ) n join event ev using (position)
  where $7::float8 is null or ev.routed_at <= to_timestamp($7::float8 / 1000)
) v on v.before < $6
order by v.position`;

/** Takes the lane's lease for the parked entry that has been due longest, and counts its attempt. */
export const claimParkedSql = `
with due as (
  select position from parked where lane_id = $1 and state = 'parked' and retry_at <= clock_timestamp() order by retry_at, position limit 1
), claimed as (
  update lane_progress p set ${take} where p.lane_id = $1 and ${free} and exists (select from due) returning p.lane_id, p.refusals
), counted as (
  update parked k set attempts = k.attempts + 1 from claimed c, due d
  where k.lane_id = c.lane_id and k.position = d.position and k.state = 'parked' and k.retry_at <= clock_timestamp()
  returning k.lane_id, k.position, k.attempts
)
select k.attempts, c.refusals, null as after, k.position, ${eventColumns}
from claimed c left join (counted k join event ev using (position)) on k.lane_id = c.lane_id`;

/** Everything below changes something only for the holder of the token. */
export const advanceSql = `
with held as (
  update lane_progress set position = $3, attempts = 0, refusals = 0, retry_at = null, ${leave}
  where lane_id = $1 and token = $2::uuid returning lane_id
), acknowledged as (
  insert into lane_ack (lane_id, from_position, to_position, attempts, outgoing)
  select lane_id, $4::bigint, $5::bigint, $6::int, $12::uuid[] from held where $4::bigint is not null
), aside as (
  insert into parked (lane_id, position, state, attempts, error, retry_at, closed_at)
  select lane_id, $7::bigint, $8::text, $9::int, $10::text, ${after('$11')}, case when $8::text = 'dead' then clock_timestamp() end
  from held where $7::bigint is not null
  on conflict (lane_id, position) do update
    set state = excluded.state, attempts = excluded.attempts, error = excluded.error, retry_at = excluded.retry_at, closed_at = excluded.closed_at
)
select 1 from held`;

/** Keeps the lane where it is. `$3` gives the attempt back, `$4` is the new count of refusals, `$5` the time to wait. */
export const releaseSql = `
update lane_progress set attempts = case when $3::boolean then greatest(attempts - 1, 0) else attempts end, refusals = $4,
  retry_at = ${after('$5')}, ${leave}
where lane_id = $1 and token = $2::uuid
returning 1`;

/** Ends a parked entry's turn. `$6` gives the attempt back; `$7` is the lane's new count of refusals, `$8` the time that the lane waits. */
export const settleParkedSql = `
with held as (
  update lane_progress set refusals = $7, retry_at = ${after('$8')}, ${leave} where lane_id = $1 and token = $2::uuid returning lane_id
)
update parked k set state = $4, error = coalesce($5, k.error), attempts = k.attempts - case when $6::boolean then 1 else 0 end,
  retry_at = ${after('$9')}, closed_at = case when $4 <> 'parked' then clock_timestamp() end, outgoing = $10::uuid[]
from held where k.lane_id = held.lane_id and k.position = $3
returning 1`;

export const renewSql = `
update lane_progress set leased_until = ${after('$2')} where token = any($1::uuid[]) returning token`;
