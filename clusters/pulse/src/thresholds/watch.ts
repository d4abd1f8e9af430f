import { randomUUID } from 'node:crypto';
import { EtisError, type HandlerContext, type PlatformEvent } from '@etis/runtime/sdk';
import { everything } from '../policies/policy.ts';
import { answer } from '../queries/run-query.ts';
import { crossing } from './crossing.ts';
import { type Threshold, thresholdsOf } from './thresholds.ts';

/**
 * Looks at the thresholds of a dataset that has come anew. What crosses one raises an alert and says so once; coming back resolves it. A figure
 * that is not there, such as an average of no rows, changes nothing.
 */
export async function watchThresholds(event: PlatformEvent, context: HandlerContext): Promise<void> {
  const { dataset } = event.data as { dataset?: unknown };
  if (typeof dataset !== 'string') return;
  for (const threshold of await thresholdsOf(dataset, context)) {
    const value = await figureOf(threshold, context);
    if (value !== null) await look(threshold, value, context);
  }
}

async function figureOf(threshold: Threshold, { datasets, clock, log }: HandlerContext): Promise<number | null> {
  const { windowHours, query } = threshold;
  const from = windowHours === null ? {} : { from: new Date(clock.now() - windowHours * 3_600_000).toISOString() };
  try {
    const { rows } = await answer(datasets, { ...query, ...from }, everything);
    const value = rows[0]?.[0];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  } catch (error) {
    // A newer model may have other names; the other thresholds are looked at all the same.
    if (!(error instanceof EtisError) || error.kind !== 'not-found') throw error;
    log.warn({ threshold: threshold.id, err: error }, 'a threshold asks for what there is not');
    return null;
  }
}

async function look(threshold: Threshold, value: number, { tenant, tx, clock, emit }: HandlerContext): Promise<void> {
  const { id, title } = threshold;
  const [open] = await tx.query<{ id: string }>(
    'select id from alert where tenant_id = $1 and threshold_id = $2 and resolved_at is null for update',
    [tenant, id],
  );
  const outcome = crossing(threshold, { value, isOpen: open !== undefined });
  const now = new Date(clock.now());
  const about = { threshold: id, title, dataset: threshold.query.dataset, measure: threshold.query.measures[0], value };
  if (outcome === 'raise') {
    const alert = randomUUID();
    await tx.query('insert into alert (tenant_id, id, threshold_id, title, raised_at, raised_value) values ($1, $2, $3, $4, $5, $6)', [
      tenant,
      alert,
      id,
      title,
      now,
      value,
    ]);
    emit({ type: 'pulse.alert.raised', subject: id, data: { alert, ...about } });
  } else if (outcome === 'resolve' && open !== undefined) {
    await tx.query('update alert set resolved_at = $3, resolved_value = $4 where tenant_id = $1 and id = $2', [
      tenant,
      open.id,
      now,
      value,
    ]);
    emit({ type: 'pulse.alert.resolved', subject: id, data: { alert: open.id, ...about } });
  }
}
