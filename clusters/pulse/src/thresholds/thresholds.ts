import { type OperationContext, type ProductTx, type Static, schema } from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import { policyOf } from '../policies/policies.ts';
import { queryInput } from '../queries/query-input.ts';
import { compiled } from '../queries/run-query.ts';

const most = 100;
const closed = { additionalProperties: false } as const;
const id = schema.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$' });

export const thresholdInput = schema.Object(
  {
    id,
    title: schema.String({ minLength: 1, maxLength: 120 }),
    /** One measure, and neither dimensions nor grain: one figure. */
    query: queryInput,
    direction: schema.Union([schema.Literal('above'), schema.Literal('below')]),
    /** Reaching it raises an alert. */
    raiseAt: schema.Number(),
    /** Coming back to it resolves the alert; in between nothing changes. By default as `raiseAt`. */
    clearAt: schema.Optional(schema.Number()),
    /** Only what happened in the last so many hours counts; by default everything. */
    windowHours: schema.Optional(schema.Integer({ minimum: 1, maximum: 8_784 })),
    enabled: schema.Optional(schema.Boolean()),
  },
  closed,
);
export const thresholdKey = schema.Object({ id }, closed);

export interface Threshold extends Omit<Required<Static<typeof thresholdInput>>, 'windowHours'> {
  readonly windowHours: number | null;
}

interface ThresholdRow {
  id: string;
  title: string;
  query: Threshold['query'];
  direction: Threshold['direction'];
  raise_at: number;
  clear_at: number;
  window_hours: number | null;
  enabled: boolean;
}
const columns = 'id, title, query, direction, raise_at, clear_at, window_hours, enabled';

/**
 * Makes or replaces a threshold. It is watched without anybody's policy, so only who sees all rows may set one.
 * @throws PULSE_THRESHOLD_INVALID, PULSE_FORBIDDEN, PULSE_FULL, and what `compileQuery` throws
 */
export async function setThreshold(input: Static<typeof thresholdInput>, context: OperationContext): Promise<Threshold> {
  const { tenant, tx, clock } = context;
  const policy = await policyOf(context);
  if (policy.projects !== null) throw errors.FORBIDDEN();
  compiled(input.query, policy);
  const { query, direction, raiseAt, clearAt = raiseAt, windowHours = null, enabled = true } = input;
  if (query.measures.length !== 1 || (query.dimensions ?? []).length > 0 || query.grain !== undefined) {
    throw errors.THRESHOLD_INVALID('its query is not one figure: it takes one measure, no dimensions and no grain');
  }
  if (windowHours !== null && (query.from !== undefined || query.to !== undefined)) {
    throw errors.THRESHOLD_INVALID('it has a window and its query a range; leave one out');
  }
  if (direction === 'above' ? clearAt > raiseAt : clearAt < raiseAt) {
    throw errors.THRESHOLD_INVALID('"clearAt" lies beyond "raiseAt", so that an alert would be raised and resolved at once');
  }
  await tx.query(
    `insert into threshold (tenant_id, dataset, updated_at, ${columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (tenant_id, id) do update set dataset = excluded.dataset, updated_at = excluded.updated_at, title = excluded.title,
       query = excluded.query, direction = excluded.direction, raise_at = excluded.raise_at, clear_at = excluded.clear_at,
       window_hours = excluded.window_hours, enabled = excluded.enabled`,
    [
      ...[tenant, query.dataset, new Date(clock.now()), input.id, input.title, JSON.stringify(query)],
      ...[direction, raiseAt, clearAt, windowHours, enabled],
    ],
  );
  const [total] = await tx.query<{ count: number }>('select count(*)::int as count from threshold where tenant_id = $1', [tenant]);
  if (total === undefined || total.count > most) throw errors.FULL('thresholds', most);
  return { id: input.id, title: input.title, query, direction, raiseAt, clearAt, windowHours, enabled };
}

/** By id. @throws PULSE_FORBIDDEN */
export async function listThresholds(context: OperationContext): Promise<{ items: readonly Threshold[] }> {
  if ((await policyOf(context)).projects !== null) throw errors.FORBIDDEN();
  const rows = await context.tx.query<ThresholdRow>(`select ${columns} from threshold where tenant_id = $1 order by id`, [context.tenant]);
  return { items: rows.map(thresholdOf) };
}

/** Its alerts stay; one that is open stays open. @throws PULSE_FORBIDDEN */
export async function deleteThreshold(
  { id: wanted }: Static<typeof thresholdKey>,
  context: OperationContext,
): Promise<{ deleted: boolean }> {
  if ((await policyOf(context)).projects !== null) throw errors.FORBIDDEN();
  const rows = await context.tx.query('delete from threshold where tenant_id = $1 and id = $2 returning id', [context.tenant, wanted]);
  return { deleted: rows.length > 0 };
}

/** The enabled ones of a dataset, by id, as far as the model still has what they ask for. */
export async function thresholdsOf(dataset: string, { tenant, tx }: { tenant: string; tx: ProductTx }): Promise<readonly Threshold[]> {
  const rows = await tx.query<ThresholdRow>(
    `select ${columns} from threshold where tenant_id = $1 and dataset = $2 and enabled order by id for update`,
    [tenant, dataset],
  );
  return rows.map(thresholdOf);
}

function thresholdOf(row: ThresholdRow): Threshold {
  const { id: name, title, query, direction, enabled } = row;
  return { id: name, title, query, direction, raiseAt: row.raise_at, clearAt: row.clear_at, windowHours: row.window_hours, enabled };
}
