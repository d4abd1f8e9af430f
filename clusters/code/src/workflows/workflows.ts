import { type OperationContext, type Static, schema } from '@etis/runtime/sdk';
import { checkSpecification } from '../definition/check-specification.ts';
import { compileDefinition, parseDefinition } from '../definition/read-definition.ts';
import type { Definition } from '../definition/task.ts';
import { errors } from '../errors.ts';
import { jsonOf, parsed } from '../json.ts';
import { limits } from '../limits.ts';
import { stopTimetable, windTimetable } from './timetables.ts';

export const workflowKey = schema.Object({ id: schema.String({ minLength: 1, maxLength: 63 }) }, { additionalProperties: false });
export const workflowInput = schema.Object(
  {
    /** YAML or JSON; `document.name` is the workflow's id. */
    definition: schema.String({ minLength: 1, maxLength: limits.definition }),
    enabled: schema.Optional(schema.Boolean()),
    concurrent: schema.Optional(schema.Integer({ minimum: 1, maximum: limits.concurrent })),
  },
  { additionalProperties: false },
);
export const workflowSwitch = schema.Object({ ...workflowKey.properties, enabled: schema.Boolean() }, { additionalProperties: false });

/** A workflow as people see it. */
export interface Workflow {
  readonly id: string;
  /** What new runs get; runs that have begun stay on theirs. */
  readonly version: number;
  readonly enabled: boolean;
  /** How many of its runs go on at a time; others wait for their turn. */
  readonly concurrent: number;
  readonly updatedAt: string;
}

interface WorkflowRow {
  id: string;
  version: number;
  enabled: boolean;
  concurrent: number;
  updated_at: Date;
}

const columns = 'id, version, enabled, concurrent, updated_at';

/**
 * Makes a workflow, or a new version of it where the definition is another one.
 * @throws CODE_DEFINITION_UNREADABLE, CODE_DEFINITION_INVALID, CODE_DEFINITION_UNSUPPORTED, CODE_EXPRESSION_INVALID, CODE_WORKFLOWS_FULL
 */
export async function setWorkflow(input: Static<typeof workflowInput>, context: OperationContext): Promise<Workflow> {
  const { tenant, tx, clock } = context;
  const source = parseDefinition(input.definition);
  await checkSpecification(source);
  const definition = compileDefinition(source);
  const now = new Date(clock.now());
  const version = await keepVersion({ id: definition.name, text: jsonOf(source), now }, context);
  const [row] = await tx.query<WorkflowRow>(
    `insert into workflow (tenant_id, id, version, enabled, concurrent, updated_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, id) do update set version = excluded.version, enabled = excluded.enabled, concurrent = excluded.concurrent,
       updated_at = excluded.updated_at
     returning ${columns}`,
    [tenant, definition.name, version, input.enabled ?? true, input.concurrent ?? limits.concurrent, now],
  );
  const [total] = await tx.query<{ count: number }>('select count(*)::int as count from workflow where tenant_id = $1', [tenant]);
  if (row === undefined || (total?.count ?? 0) > limits.workflows) throw errors.WORKFLOWS_FULL(limits.workflows);
  await keepTriggers(definition, context);
  if (row.enabled) await windTimetable({ id: row.id, timetable: definition.timetable }, context);
  else await stopTimetable(row.id, context);
  return workflowOf(row);
}

async function keepVersion(version: { id: string; text: string; now: Date }, { tenant, tx }: OperationContext): Promise<number> {
  const [last] = await tx.query<{ version: number; definition: string }>(
    'select version, definition from workflow_version where tenant_id = $1 and workflow_id = $2 order by version desc limit 1',
    [tenant, version.id],
  );
  if (last?.definition === version.text) return last.version;
  const next = (last?.version ?? 0) + 1;
  await tx.query('insert into workflow_version (tenant_id, workflow_id, version, definition, created_at) values ($1, $2, $3, $4, $5)', [
    tenant,
    version.id,
    next,
    version.text,
    version.now,
  ]);
  return next;
}

async function keepTriggers({ name, triggers }: Definition, { tenant, tx }: OperationContext): Promise<void> {
  await tx.query('delete from workflow_trigger where tenant_id = $1 and workflow_id = $2', [tenant, name]);
  await tx.query(
    `insert into workflow_trigger (tenant_id, workflow_id, number, pattern, condition)
     select $1, $2, number, pattern, condition from unnest($3::text[], $4::text[]) with ordinality as given (pattern, condition, number)`,
    [tenant, name, triggers.map(({ pattern }) => pattern), triggers.map(({ condition }) => condition)],
  );
}

/** All of the tenant's workflows by id; there are few enough for one answer. */
export async function listWorkflows({ tenant, tx }: OperationContext): Promise<{ items: readonly Workflow[] }> {
  const rows = await tx.query<WorkflowRow>(`select ${columns} from workflow where tenant_id = $1 order by id`, [tenant]);
  return { items: rows.map(workflowOf) };
}

/** @throws CODE_WORKFLOW_UNKNOWN */
export async function getWorkflow(id: string, { tenant, tx }: OperationContext): Promise<Workflow & { definition: unknown }> {
  const [row] = await tx.query<WorkflowRow & { definition: string }>(
    `select ${columns.replaceAll(/(\w+)/g, 'w.$1')}, v.definition from workflow w
     join workflow_version v on v.tenant_id = w.tenant_id and v.workflow_id = w.id and v.version = w.version
     where w.tenant_id = $1 and w.id = $2`,
    [tenant, id],
  );
  if (row === undefined) throw errors.WORKFLOW_UNKNOWN(id);
  return { ...workflowOf(row), definition: parsed(row.definition) };
}

/** Switches a workflow on or off. Runs that have begun go on. @throws CODE_WORKFLOW_UNKNOWN */
export async function switchWorkflow({ id, enabled }: Static<typeof workflowSwitch>, context: OperationContext): Promise<Workflow> {
  const { tenant, tx, clock } = context;
  const [row] = await tx.query<WorkflowRow>(
    `update workflow set enabled = $3, updated_at = $4 where tenant_id = $1 and id = $2 returning ${columns}`,
    [tenant, id, enabled, new Date(clock.now())],
  );
  if (row === undefined) throw errors.WORKFLOW_UNKNOWN(id);
  const { definition } = await getWorkflow(id, context);
  if (enabled) await windTimetable({ id, timetable: compileDefinition(definition as never).timetable }, context);
  else await stopTimetable(id, context);
  return workflowOf(row);
}

/** Deletes a workflow that has no open runs; its versions and runs stay. @throws CODE_WORKFLOW_BUSY */
export async function deleteWorkflow(id: string, context: OperationContext): Promise<{ deleted: boolean }> {
  const { tenant, tx } = context;
  const open = await tx.query("select 1 from run where tenant_id = $1 and workflow_id = $2 and state in ('queued', 'running') limit 1", [
    tenant,
    id,
  ]);
  if (open.length > 0) throw errors.WORKFLOW_BUSY(id);
  await stopTimetable(id, context);
  await tx.query('delete from workflow_trigger where tenant_id = $1 and workflow_id = $2', [tenant, id]);
  const rows = await tx.query('delete from workflow where tenant_id = $1 and id = $2 returning id', [tenant, id]);
  return { deleted: rows.length > 0 };
}

function workflowOf({ id, version, enabled, concurrent, updated_at }: WorkflowRow): Workflow {
  return { id, version, enabled, concurrent, updatedAt: updated_at.toISOString() };
}
