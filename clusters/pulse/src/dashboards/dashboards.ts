import { type OperationContext, type Static, schema } from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import { policyOf } from '../policies/policies.ts';
import { queryInput } from '../queries/query-input.ts';
import { compiled } from '../queries/run-query.ts';

const most = 100;
const closed = { additionalProperties: false } as const;
const id = schema.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$' });
const title = schema.String({ minLength: 1, maxLength: 120 });
const chart = schema.Union([schema.Literal('number'), schema.Literal('line'), schema.Literal('bar'), schema.Literal('table')]);

const tileInput = schema.Object({ title, chart, query: queryInput }, closed);
export const dashboardInput = schema.Object({ id, title, tiles: schema.Array(tileInput, { maxItems: 24 }) }, closed);
export const dashboardKey = schema.Object({ id }, closed);

export type Dashboard = Static<typeof dashboardInput>;

/** Makes or replaces a dashboard. Each tile has to be a query that whoever saves it may ask. @throws PULSE_FULL, and what `compileQuery` throws */
export async function setDashboard(input: Dashboard, context: OperationContext): Promise<Dashboard> {
  const { tenant, tx, clock } = context;
  const policy = await policyOf(context);
  for (const { query } of input.tiles) compiled(query, policy);
  await tx.query(
    `insert into dashboard (tenant_id, id, title, updated_at) values ($1, $2, $3, $4)
     on conflict (tenant_id, id) do update set title = excluded.title, updated_at = excluded.updated_at`,
    [tenant, input.id, input.title, new Date(clock.now())],
  );
  const [total] = await tx.query<{ count: number }>('select count(*)::int as count from dashboard where tenant_id = $1', [tenant]);
  if (total === undefined || total.count > most) throw errors.FULL('dashboards', most);
  await tx.query('delete from tile where tenant_id = $1 and dashboard_id = $2', [tenant, input.id]);
  for (const [ordinal, tile] of input.tiles.entries()) {
    await tx.query('insert into tile (tenant_id, dashboard_id, ordinal, title, chart, query) values ($1, $2, $3, $4, $5, $6)', [
      ...[tenant, input.id, ordinal, tile.title, tile.chart],
      JSON.stringify(tile.query),
    ]);
  }
  return input;
}

/** By id, without their tiles. @throws PULSE_FORBIDDEN */
export async function listDashboards(
  context: OperationContext,
): Promise<{ items: readonly { id: string; title: string; tiles: number }[] }> {
  await policyOf(context);
  const items = await context.tx.query<{ id: string; title: string; tiles: number }>(
    `select id, dashboard.title, count(tile.ordinal)::int as tiles from dashboard
     left join tile on tile.tenant_id = dashboard.tenant_id and tile.dashboard_id = dashboard.id
     where dashboard.tenant_id = $1 group by id, dashboard.title order by id`,
    [context.tenant],
  );
  return { items };
}

/** @throws PULSE_DASHBOARD_UNKNOWN, PULSE_FORBIDDEN */
export async function getDashboard({ id: wanted }: Static<typeof dashboardKey>, context: OperationContext): Promise<Dashboard> {
  await policyOf(context);
  const { tenant, tx } = context;
  const [found] = await tx.query<{ title: string }>('select title from dashboard where tenant_id = $1 and id = $2', [tenant, wanted]);
  if (found === undefined) throw errors.DASHBOARD_UNKNOWN(wanted);
  const tiles = await tx.query<Dashboard['tiles'][number]>(
    'select title, chart, query from tile where tenant_id = $1 and dashboard_id = $2 order by ordinal',
    [tenant, wanted],
  );
  return { id: wanted, title: found.title, tiles: [...tiles] };
}

/** @throws PULSE_FORBIDDEN */
export async function deleteDashboard(
  { id: wanted }: Static<typeof dashboardKey>,
  context: OperationContext,
): Promise<{ deleted: boolean }> {
  await policyOf(context);
  const rows = await context.tx.query('delete from dashboard where tenant_id = $1 and id = $2 returning id', [context.tenant, wanted]);
  return { deleted: rows.length > 0 };
}
