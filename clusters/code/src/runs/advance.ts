import type { Outlet, ProductContext } from '@etis/runtime/sdk';
import type { Definition, Task } from '../definition/task.ts';
import { type Fault, RunLimitError } from '../interpreter/fault.ts';
import { createJournal, type Journal } from '../interpreter/journal.ts';
import { performList, performTask } from '../interpreter/perform.ts';
import type { Arrival, Outcome } from '../interpreter/scope.ts';
import { jsonOf } from '../json.ts';
import type { Definitions } from '../workflows/definitions.ts';
import { createRunEffects, type RunEffects } from './run-effects.ts';
import { type RunRecord, readSteps, writeSteps } from './run-record.ts';

export type RunContext = ProductContext & Outlet;

/** The key of the step that is the workflow as a whole. */
export const rootKey = '/do';

/**
 * Lets a run go on by what arrived, as far as it comes, and writes what it did and whatever it asks for. All of it is in the caller's transaction: kept
 * with the mark that the arrival was handled, or as if nothing had arrived. Resolves to whether the run has ended.
 */
export async function advance(
  { run, arrival }: { run: RunRecord; arrival: Arrival },
  context: RunContext,
  definitions: Definitions,
): Promise<{ readonly ended: boolean }> {
  const { tenant, tx, clock } = context;
  const definition = await definitions.of({ tenant, id: run.definition }, tx);
  const journal = createJournal(arrival.kind === 'start' ? [] : await readSteps(run.id, context), clock.now);
  const effects = createRunEffects(run, context);
  const outcome = await performed({ run, arrival, definition, journal, effects }, context);
  await writeSteps(run.id, journal.changed(), context);
  await writeBeside(run, { journal, effects }, context);
  if (outcome.state === 'waiting') return { ended: false };
  await endRun({ run, outcome, failedStep: failedStepOf(outcome) }, context);
  return { ended: true };
}

async function performed(
  going: { run: RunRecord; arrival: Arrival; definition: Definition; journal: Journal; effects: RunEffects },
  { clock }: RunContext,
): Promise<Outcome> {
  const { run, arrival, definition, journal, effects } = going;
  const workflow = { id: run.workflow, version: run.version, run: run.id };
  const scope = {
    journal,
    effects,
    arrival,
    now: clock.now,
    about: { event: run.event, workflow },
    vars: {},
    context: { value: null },
    perform: { list: performList, task: performTask },
  };
  try {
    return await performTask(rootOf(definition), { key: rootKey, input: run.input }, scope);
  } catch (error) {
    if (!(error instanceof RunLimitError)) throw error;
    const at = new Date(clock.now());
    for (const step of journal.all()) if (step.endedAt === null) journal.change(step, { state: 'cancelled', endedAt: at });
    return { state: 'raised', error: error.fault };
  }
}

function rootOf({ name, tasks, input, output, timeoutMs }: Definition): Task {
  const action = { kind: 'do', tasks } as const;
  return { name, if: undefined, input, output, export: undefined, next: 'end', timeoutMs, action };
}

/** Listeners and questions of steps that wait; those of steps that do so no more are gone. */
async function writeBeside(
  run: RunRecord,
  did: { journal: Journal; effects: RunEffects },
  { tenant, tx, clock }: RunContext,
): Promise<void> {
  const over = did.journal.changed().filter(({ kind, state }) => (kind === 'listen' || kind === 'ask') && state !== 'waiting');
  const waits = new Set(did.journal.all().flatMap(({ key, state }) => (state === 'waiting' ? [key] : [])));
  if (over.length > 0) {
    const keys = over.map(({ key }) => key);
    await tx.query('delete from listener where tenant_id = $1 and run_id = $2 and key = any($3::text[])', [tenant, run.id, keys]);
    await tx.query('delete from question where tenant_id = $1 and run_id = $2 and key = any($3::text[])', [tenant, run.id, keys]);
  }
  const listeners = did.effects.listeners.filter(({ key }) => waits.has(key));
  if (listeners.length > 0) {
    await tx.query(
      `insert into listener (tenant_id, run_id, key, number, pattern)
       select $1, $2, key, number, pattern from unnest($3::text[], $4::text[]) with ordinality as given (key, pattern, number)`,
      [tenant, run.id, listeners.map(({ key }) => key), listeners.map(({ pattern }) => pattern)],
    );
  }
  for (const { id, key, text } of did.effects.questions.filter((question) => waits.has(question.key))) {
    const now = new Date(clock.now());
    await tx.query('insert into question (tenant_id, id, run_id, key, text, asked_at) values ($1, $2, $3, $4, $5, $6)', [
      ...[tenant, id, run.id, key, text.replaceAll('\u0000', ''), now],
    ]);
  }
}

type Ended = Exclude<Outcome, { state: 'waiting' }> | { readonly state: 'cancelled' };

/** Writes how a run ended, and says so. */
export async function endRun(end: { run: RunRecord; outcome: Ended; failedStep: string | null }, context: RunContext): Promise<void> {
  const { run, outcome, failedStep } = end;
  const { tenant, tx, clock } = context;
  const now = clock.now();
  const state = outcome.state === 'raised' ? 'failed' : outcome.state === 'cancelled' ? 'cancelled' : 'completed';
  const output = outcome.state === 'done' || outcome.state === 'ended' ? jsonOf(outcome.output) : null;
  const error = outcome.state === 'raised' ? jsonOf(outcome.error) : null;
  await tx.query(`update run set state = $3, output = $4, error = $5, failed_step = $6, ended_at = $7 where tenant_id = $1 and id = $2`, [
    tenant,
    run.id,
    state,
    output,
    error,
    failedStep,
    new Date(now),
  ]);
  const about = { workflow: run.workflow, version: run.version, run: run.id };
  const durationMs = now - (run.startedAt?.getTime() ?? now);
  const data = { ...about, durationMs, outcome: state, ...(failedStep === null ? {} : { failedStep }) };
  context.emit({ type: `code.run.${state}`, subject: run.id, data, origin: run.origin });
}

function failedStepOf(outcome: Outcome): string | null {
  return outcome.state === 'raised' ? (outcome.error satisfies Fault).instance : null;
}
