import { type OperationContext, type Static, schema } from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import { policyOf } from '../policies/policies.ts';

export const alertsInput = schema.Object(
  {
    limit: schema.Optional(schema.Integer({ minimum: 1, maximum: 200 })),
    cursor: schema.Optional(schema.String({ pattern: '^[1-9][0-9]{0,17}$' })),
    open: schema.Optional(schema.Boolean()),
  },
  { additionalProperties: false },
);

export interface Alert {
  readonly id: string;
  readonly threshold: string;
  readonly title: string;
  readonly raisedAt: string;
  readonly raisedValue: number;
  /** Null while it is open. */
  readonly resolvedAt: string | null;
  readonly resolvedValue: number | null;
}

interface AlertRow {
  position: string;
  id: string;
  threshold_id: string;
  title: string;
  raised_at: Date;
  raised_value: number;
  resolved_at: Date | null;
  resolved_value: number | null;
}

/** Newest first, 50 unless asked otherwise. @throws PULSE_FORBIDDEN */
export async function listAlerts(
  { limit = 50, cursor, open }: Static<typeof alertsInput>,
  context: OperationContext,
): Promise<{ items: readonly Alert[]; next: string | null }> {
  if ((await policyOf(context)).projects !== null) throw errors.FORBIDDEN();
  const rows = await context.tx.query<AlertRow>(
    `select * from alert where tenant_id = $1 and ($2::bigint is null or position < $2::bigint)
       and ($3::boolean is null or (resolved_at is null) = $3::boolean)
     order by position desc limit $4`,
    [context.tenant, cursor ?? null, open ?? null, limit + 1],
  );
  const shown = rows.slice(0, limit);
  return { items: shown.map(alertOf), next: rows.length > limit ? (shown.at(-1)?.position ?? null) : null };
}

function alertOf(row: AlertRow): Alert {
  const { id, title } = row;
  const times = { raisedAt: row.raised_at.toISOString(), resolvedAt: row.resolved_at?.toISOString() ?? null };
  return { id, threshold: row.threshold_id, title, ...times, raisedValue: row.raised_value, resolvedValue: row.resolved_value };
}
