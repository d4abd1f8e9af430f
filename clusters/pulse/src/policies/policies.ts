import { type Actor, type OperationContext, type ProductTx, type Static, schema } from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import { everything, type Policy } from './policy.ts';

const most = 1_000;
const closed = { additionalProperties: false } as const;
const actor = schema.String({ minLength: 1, maxLength: 120 });
const names = schema.Array(schema.String({ minLength: 1, maxLength: 180 }), { maxItems: 200 });

export const policyInput = schema.Object(
  {
    actor,
    projects: schema.Union([schema.Null(), names]),
    deniedMeasures: schema.Optional(names),
    deniedDimensions: schema.Optional(names),
  },
  closed,
);
export const policyKey = schema.Object({ actor }, closed);

interface PolicyRow {
  actor_id: string;
  projects: string[] | null;
  denied_measures: string[];
  denied_dimensions: string[];
}

/**
 * What an actor may see. Operators and parts of the platform see everything unless a policy names them; nobody else does without one.
 * @throws PULSE_FORBIDDEN
 */
export async function policyOf({ tenant, tx, actor }: { tenant: string; tx: ProductTx; actor: Actor }): Promise<Policy> {
  const [row] = await tx.query<PolicyRow>('select * from access_policy where tenant_id = $1 and actor_id = $2', [tenant, actor.id]);
  if (row !== undefined) return { projects: row.projects, deniedMeasures: row.denied_measures, deniedDimensions: row.denied_dimensions };
  if (actor.kind === 'operator' || actor.kind === 'system') return everything;
  throw errors.FORBIDDEN();
}

/** Only who sees everything may say what others see: whoever is narrowed could widen itself otherwise. @throws PULSE_FORBIDDEN */
async function mayGovern(context: OperationContext): Promise<void> {
  const { projects, deniedMeasures, deniedDimensions } = await policyOf(context);
  if (projects !== null || deniedMeasures.length > 0 || deniedDimensions.length > 0) throw errors.FORBIDDEN();
}

/** Makes or replaces the policy of an actor. @throws PULSE_FORBIDDEN, PULSE_FULL */
export async function setPolicy(input: Static<typeof policyInput>, context: OperationContext): Promise<{ actor: string } & Policy> {
  await mayGovern(context);
  const { tenant, tx, clock } = context;
  const { actor: id, projects, deniedMeasures = [], deniedDimensions = [] } = input;
  await tx.query(
    `insert into access_policy (tenant_id, actor_id, projects, denied_measures, denied_dimensions, updated_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, actor_id) do update set projects = excluded.projects, denied_measures = excluded.denied_measures,
       denied_dimensions = excluded.denied_dimensions, updated_at = excluded.updated_at`,
    [tenant, id, projects, deniedMeasures, deniedDimensions, new Date(clock.now())],
  );
  const [total] = await tx.query<{ count: number }>('select count(*)::int as count from access_policy where tenant_id = $1', [tenant]);
  if (total === undefined || total.count > most) throw errors.FULL('policies', most);
  return { actor: id, projects, deniedMeasures, deniedDimensions };
}

/** By actor; there are few enough for one answer. @throws PULSE_FORBIDDEN */
export async function listPolicies(context: OperationContext): Promise<{ items: readonly ({ actor: string } & Policy)[] }> {
  await mayGovern(context);
  const rows = await context.tx.query<PolicyRow>('select * from access_policy where tenant_id = $1 order by actor_id', [context.tenant]);
  const items = rows.map((row) => ({
    ...{ actor: row.actor_id, projects: row.projects },
    ...{ deniedMeasures: row.denied_measures, deniedDimensions: row.denied_dimensions },
  }));
  return { items };
}

/** From then on the actor sees what it sees without one. @throws PULSE_FORBIDDEN */
export async function deletePolicy({ actor: id }: Static<typeof policyKey>, context: OperationContext): Promise<{ deleted: boolean }> {
  await mayGovern(context);
  const rows = await context.tx.query('delete from access_policy where tenant_id = $1 and actor_id = $2 returning 1', [context.tenant, id]);
  return { deleted: rows.length > 0 };
}
