-- The lease leaves out whose jobs are held back: of tenants, and of products that hear how their jobs end.

-- Takes up to `wanted` due jobs of the kinds. Every (kind, tenant) that has some takes part in turn, going on in each kind after the tenant in
-- `after`; each gets an equal share, and what one leaves goes to the others. Within a tenant and kind the most urgent comes first, then what has
-- been due the longest. The attempt is counted here, before the work, so a job that kills its worker counts too; a lease that ran out on the last
-- attempt makes a dead letter instead.
-- `limits` by kind: {"tenant": {"concurrent", "count", "perMs"}, "all": {…}}, each part and number optional. Leases of a kind with limits are
-- taken one after the other, under a lock; others pay nothing for them.
-- Jobs of the tenants in `not_of`, and those that report to a product in `not_for`, are left where they are.
-- Answers with a row for each job taken (`lease` null where it became a dead letter), and one with a null id for each kind: go on after `tenant_id`.
create function job_lease(kinds text[], wanted int, lease_ms float8, after text[], limits jsonb, not_of text[], not_for text[])
returns table (
  id uuid, kind text, tenant_id text, payload text, cause_id uuid, flow_id uuid, traceparent text, priority int, dedupe text, report_to text,
  attempts int, max_attempts int, lease int, due float8
)
-- The plan must not depend on how full the table was when it was made: always by the index, in its order.
language plpgsql set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  -- No lease looks at more tenants of a kind than this; the next one goes on there.
  most_looks constant int := 1000;
  now_at timestamptz;
  pair_kind int[] := '{}';
  pair_tenant text[] := '{}';
  pair_left int[] := '{}';
  pair_rank int[] := '{}';
  kind_left int[] := '{}';
  used jsonb;
  bound jsonb;
  held bigint;
  rated bigint;
  window_ms float8;
  looks int;
  found_pairs int;
  cursor_tenant text;
  budget int;
  wrapped boolean;
  share int;
  taken int;
  leased int := 0;
  progressed boolean := true;
  open_pairs int;
  goes_on text[] := after;
  dead uuid[];
  pair record;
  next_tenant text;
begin
  -- In one order, so that two that lease the same kinds never wait in a circle.
  perform pg_advisory_xact_lock(4997, hashtext(l.kind)) from (select key as kind from jsonb_object_keys(limits) as key order by hashtext(key)) l;
  now_at := clock_timestamp();

  update job set waiting = false where ctid = any (array(
    select w.ctid from job w where w.state = 'ready' and w.waiting and w.due_at <= now_at order by w.due_at limit 500 for update skip locked
  ));

  -- Who takes part.
  for k in 1 .. cardinality(kinds) loop
    bound := limits -> kinds[k];
    used := null;
    kind_left := kind_left || wanted;
    if bound is not null then
      window_ms := greatest(coalesce((bound #>> '{tenant,perMs}')::float8, 0), coalesce((bound #>> '{all,perMs}')::float8, 0));
      delete from job_grant g where g.kind = kinds[k] and g.granted_at <= now_at - window_ms * interval '1 millisecond' and not exists (
        select from job j where j.id = g.job_id and j.leases = g.lease and j.state = 'ready' and j.leased_until > now_at
      );
      select jsonb_object_agg(c.tenant_id, jsonb_build_array(c.held, c.rated)), coalesce(sum(c.held), 0), coalesce(sum(c.rated_in_all), 0)
      into used, held, rated
      from (
        select g.tenant_id, count(j.id) as held,
          count(*) filter (where g.granted_at > now_at - (bound #>> '{tenant,perMs}')::float8 * interval '1 millisecond') as rated,
          count(*) filter (where g.granted_at > now_at - (bound #>> '{all,perMs}')::float8 * interval '1 millisecond') as rated_in_all
        from job_grant g
        left join job j on j.id = g.job_id and j.leases = g.lease and j.state = 'ready' and j.leased_until > now_at
        where g.kind = kinds[k] group by g.tenant_id
      ) c;
      kind_left[k] := greatest(0, least(wanted, (bound #>> '{all,concurrent}')::int - held, (bound #>> '{all,count}')::int - rated));
    end if;
    cursor_tenant := after[k];
    wrapped := cursor_tenant = '';
    looks := 0;
    found_pairs := 0;
    while kind_left[k] > 0 and found_pairs < wanted and looks < most_looks loop
      select j.tenant_id into next_tenant from job j
      where j.state = 'ready' and not j.waiting and j.kind = kinds[k] and j.tenant_id > cursor_tenant
        and (j.leased_until is null or j.leased_until <= now_at)
      order by j.tenant_id, j.priority desc, j.due_at limit 1;
      if not found or wrapped and after[k] <> '' and next_tenant > after[k] then
        exit when wrapped;
        wrapped := true;
        cursor_tenant := '';
        continue;
      end if;
      looks := looks + 1;
      cursor_tenant := next_tenant;
      continue when next_tenant = any (not_of);
      budget := wanted;
      if bound is not null then
        budget := least(
          wanted,
          (bound #>> '{tenant,concurrent}')::int - coalesce((used -> cursor_tenant ->> 0)::int, 0),
          (bound #>> '{tenant,count}')::int - coalesce((used -> cursor_tenant ->> 1)::int, 0)
        );
      end if;
      if budget > 0 then
        pair_kind := pair_kind || k;
        pair_tenant := pair_tenant || cursor_tenant;
        pair_left := pair_left || budget;
        found_pairs := found_pairs + 1;
        pair_rank := pair_rank || found_pairs;
      end if;
    end loop;
    -- Nobody of this kind may take anything: the next lease looks at others.
    if found_pairs = 0 and looks > 0 then
      goes_on[k] := cursor_tenant;
    end if;
  end loop;

  -- What each takes: equal shares, then what is left over again, until there is enough or nothing.
  while leased < wanted and progressed loop
    progressed := false;
    select count(*) into open_pairs from unnest(pair_left) as l(n) where l.n > 0;
    exit when open_pairs = 0;
    share := ceil((wanted - leased)::float8 / open_pairs);
    for pair in
      select p.i::int as i, p.k, p.tenant, ceil(kind_left[p.k]::float8 / count(*) over (partition by p.k))::int as share_of_kind
      from unnest(pair_kind, pair_tenant, pair_rank, pair_left) with ordinality as p(k, tenant, rank, n, i)
      where p.n > 0 order by p.rank, p.k
    loop
      budget := least(share, pair.share_of_kind, wanted - leased, pair_left[pair.i], kind_left[pair.k]);
      continue when budget <= 0;
      return query
      with took as (
        update job j set
          state = case when j.attempts < j.max_attempts then 'ready' else 'dead' end,
          attempts = least(j.attempts + 1, j.max_attempts),
          leases = j.leases + 1,
          leased_at = now_at,
          leased_until = case when j.attempts < j.max_attempts then now_at + lease_ms * interval '1 millisecond' end,
          dedupe = case when j.attempts < j.max_attempts then j.dedupe end,
          error = case when j.leased_until is null then j.error else 'the worker that held it did not come back' end,
          updated_at = case when j.attempts < j.max_attempts then j.updated_at else now_at end
        where j.ctid = any (array(
          select d.ctid from job d
          where d.state = 'ready' and not d.waiting and d.kind = kinds[pair.k] and d.tenant_id = pair.tenant
            and (d.leased_until is null or d.leased_until <= now_at)
            and (d.report_to is null or not d.report_to = any (not_for))
          order by d.priority desc, d.due_at limit budget for update skip locked
        ))
        returning j.*
      ), granted as (
        insert into job_grant select t.kind, t.tenant_id, t.id, t.leases, now_at from took t where t.state = 'ready' and limits ? t.kind
      )
      select t.id, t.kind, t.tenant_id, t.payload, t.cause_id, t.flow_id, t.traceparent, t.priority::int, t.dedupe, t.report_to,
        t.attempts, t.max_attempts, case when t.state = 'ready' then t.leases end, extract(epoch from t.due_at)::float8 * 1000
      from took t;
      get diagnostics taken = row_count;
      leased := leased + taken;
      progressed := progressed or taken > 0;
      kind_left[pair.k] := kind_left[pair.k] - taken;
      pair_left[pair.i] := case when taken < budget then 0 else pair_left[pair.i] - taken end;
      goes_on[pair.k] := pair.tenant;
    end loop;
  end loop;

  -- Those that became dead letters just now: by their time, and by this transaction, since another may have the same time.
  select array_agg(d.id) into dead
  from job d where d.state = 'dead' and d.updated_at = now_at and d.xmin = pg_current_xact_id()::xid and d.report_to is not null;
  if dead is not null then
    perform job_report(dead);
  end if;
  for k in 1 .. cardinality(kinds) loop
    id := null;
    kind := kinds[k];
    tenant_id := goes_on[k];
    return next;
  end loop;
end
$$;

-- The lease as it was, for processes of the release before.
create or replace function job_lease(kinds text[], wanted int, lease_ms float8, after text[], limits jsonb)
returns table (
  id uuid, kind text, tenant_id text, payload text, cause_id uuid, flow_id uuid, traceparent text, priority int, dedupe text, report_to text,
  attempts int, max_attempts int, lease int, due float8
)
language sql as $$
  select * from job_lease(kinds, wanted, lease_ms, after, limits, '{}', '{}')
$$;

-- Deliveries that a directive holds back are looked for whenever the router goes on, and are few or none.
create index unmatched_held on unmatched (connection_id, id) where reason = 'held';
