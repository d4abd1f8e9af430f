import { eventColumns } from '../record/event-row.ts';

export const roundSql = `
select * from lane_round($1, $2::int[], $3::bigint[], $4::bigint[], $5::int[], $6::bigint[], $7::int[], $8::bigint[], $9::int[], $10::float8[],
  $11::bigint[], $12::text[], $13::bigint[], $14::bigint[], $15::bigint[], $16::int[], $17::text[], $18::bigint[], $19::bigint[], $20::text[],
  $21::int[], $22::text[], $23::float8[], $24::bigint[], $25::bigint[], $26::int[], $27::float8[], $28)`;

const after = (parameter: string) => `clock_timestamp() + ${parameter}::float8 * interval '1 millisecond'`;
const inMs = (moment: string) => `extract(epoch from ${moment} - clock_timestamp())::float8 * 1000`;

/** One row where `$1` to `$3` still own the partition, which stays so until the statement is committed. */
const mine = 'mine as (select from lane_partition where cluster = $1 and shard = $2 and token = $3::bigint for share)';

/**
 * Lanes in which something waits, as the record has them. A lane whose last delivery gave no outcome goes on one by one as far as that one may have
 * reached: whoever made it may not be there any more to say so.
 */
export const loadSql = `
select l.id, l.name, l.tenant_id as tenant, l.product, l.shard, l.head, p.cluster, p.generation, p.position, p.attempts, p.refusals,
  p.held_at as "heldAt", p.trouble, greatest(0, coalesce(${inMs('p.retry_at')}, 0)) as "waitMs", ${inMs('d.due')} as "parkedMs",
  case when p.attempts = 0 then p.careful_until else greatest(p.careful_until, (
    select max(n.position) from (
      select e.position from entry e where e.lane_id = l.id and e.position > p.position order by e.position limit $4::int) n)) end as "carefulUntil"
from lane l join lane_progress p on p.lane_id = l.id
  left join lateral (select min(k.retry_at) as due from parked k where k.lane_id = l.id and k.state = 'parked') d on true
where case when $3::bigint[] is null
  then (p.cluster is null or p.cluster = any ($1)) and l.shard = any ($2::int[]) and (l.head > p.position or d.due is not null)
  else l.id = any ($3::bigint[]) end`;

export const newHeadsSql = `
select l.id, l.head, p.cluster from lane l join lane_progress p on p.lane_id = l.id where l.head > $1::bigint and l.shard = any ($2::int[])`;

export const dueSql = `select lane_id, ${inMs('min(retry_at)')} as ms from parked where state = 'parked' group by lane_id`;

export const heldSql = 'select lane_id from lane_progress where lane_id = any ($1::bigint[]) and held_at is null';

/** Counts the attempt of the parked entry that has been due longest. Without one, `position` is null. */
export const claimParkedSql = `
with ${mine}, due as (
  select position from parked where lane_id = $4 and state = 'parked' and retry_at <= clock_timestamp() order by retry_at, position limit 1
), counted as (
  update parked k set attempts = k.attempts + 1 from due d, mine
  where k.lane_id = $4 and k.position = d.position and k.state = 'parked' and k.retry_at <= clock_timestamp()
  returning k.position, k.attempts
)
select exists (select from mine) as owned, c.attempts, c.position, ${eventColumns}, (
    select ${inMs('min(o.retry_at)')} from parked o where o.lane_id = $4 and o.state = 'parked' and o.position is distinct from c.position
  ) as next_ms
from (select) one left join (counted c join event ev using (position)) on true`;

/** Ends a parked entry's turn. `$8` gives the attempt back; `$9` is the lane's new count of refusals, `$10` the time that the lane waits. */
export const settleParkedSql = `
with ${mine}, held as (
  update lane_progress set refusals = $9, retry_at = ${after('$10')} from mine where lane_id = $4 returning lane_id
)
update parked k set state = $6, error = coalesce($7, k.error), attempts = k.attempts - case when $8::boolean then 1 else 0 end,
  retry_at = ${after('$11')}, closed_at = case when $6 <> 'parked' then clock_timestamp() end, outgoing = $12::uuid[]
from held where k.lane_id = held.lane_id and k.position = $5
returning 1`;

export const leaveSql = `
with ${mine}
update lane_progress p set generation = p.generation + 1 from mine where p.lane_id = $4 and p.cluster = $1
returning p.generation, array(select k.position from parked k where k.lane_id = $4 and k.state = 'parked') as parked`;

/** The lane could not leave yet. */
export const stayedSql = `
with ${mine}
update lane_progress p set refusals = $5, trouble = $6, retry_at = ${after('$7')} from mine where p.lane_id = $4 returning 1`;

/** The lane goes to `$5`, in generation `$6`, from `$7` on; of the parked entries those in `$8` are handled. */
export const leftSql = `
with ${mine}, gone as (
  update lane_progress p set cluster = $5, position = greatest(p.position, $7::bigint), attempts = case when $7::bigint > p.position then 0 else p.attempts end,
    refusals = 0, retry_at = null, trouble = null
  from mine, (select o.position from lane_progress o where o.lane_id = $4) before
  where p.lane_id = $4 and p.cluster = $1 and p.generation = $6
  returning p.lane_id, before.position as before, p.position
), handled as (
  update parked k set state = 'handled', closed_at = clock_timestamp() from gone
  where k.lane_id = gone.lane_id and k.position = any ($8::bigint[]) and k.state = 'parked'
), acknowledged as (
  insert into lane_ack (lane_id, from_position, to_position, attempts, cluster)
  select lane_id, before + 1, position, greatest($9::int, 1), $1 from gone where position > before on conflict do nothing
)
select 1 from gone`;
