import { backoff } from '@etis/kernel';
import { deliver } from './deliver.ts';
import type { LaneStore, ParkedStep } from './lane-store.ts';
import { batchOf, type TurnOptions } from './ordered-turn.ts';
import type { Partition } from './partitions.ts';
import { asideOf } from './settlement.ts';

/** Delivers the parked entry that has been due longest, out of order, and records what came of it. Resolves to false where the lease was lost. */
export async function parkedTurn(options: TurnOptions & { store: LaneStore; partition: Partition }): Promise<boolean> {
  const { store, partition, lane } = options;
  lane.hadParked = true;
  const claim = await store.claimParked(lane, partition);
  if (claim === 'lost') return false;
  const step = claim === null ? null : await attempt(options, claim);
  const now = performance.now();
  const dues = [claim?.nextMs ?? null, step?.state === 'parked' ? step.delayMs : null].filter((ms) => ms !== null);
  lane.parkedDue = dues.length === 0 ? null : now + Math.min(...dues);
  if (step === null) return true;
  lane.progress = { ...lane.progress, refusals: step.refusals };
  lane.waitUntil = now + step.laneDelayMs;
  return await store.settleParked(lane, partition, step);
}

type Claimed = Exclude<Awaited<ReturnType<LaneStore['claimParked']>>, 'lost' | null>;

async function attempt(options: TurnOptions, { entry, attempts }: Claimed): Promise<ParkedStep> {
  const { transport, log, settings, lane, signal } = options;
  const { position } = entry;
  const fields = { lane: lane.name, position: String(position), event: entry.event.id };
  const step = { position, error: null, outgoing: undefined, uncounted: false, delayMs: 0, refusals: 0, laneDelayMs: 0 };
  if (attempts > settings.maxAttempts) {
    log.warn(fields, 'a parked entry used up its attempts without an outcome; it is a dead letter');
    return { ...step, state: 'dead', uncounted: true };
  }
  const delivered = await deliver(transport, batchOf(options, { mode: 'parked', entries: [entry] }), signal);
  if (delivered.kind === 'answered' && delivered.failed === undefined) return { ...step, state: 'handled', outgoing: delivered.outgoing };
  if (delivered.kind === 'unreachable') {
    const refusals = lane.progress.refusals + 1;
    const delayMs = backoff(refusals, settings.laneBackoff);
    log.warn({ ...fields, refusals, error: delivered.error }, 'a parked entry could not be delivered');
    return { ...step, state: 'parked', uncounted: true, delayMs, refusals, laneDelayMs: delayMs };
  }
  const failure = delivered.kind === 'answered' ? delivered.failed : { error: delivered.error, retryable: true };
  const { error = '', retryable = true, ...wish } = failure ?? {};
  const retryAfterMs = 'retryAfterMs' in wish ? wish.retryAfterMs : undefined;
  const aside = asideOf(settings, { position, attempts, error, retryable, retryAfterMs });
  log.warn({ ...fields, attempts, state: aside.state, error }, 'a parked entry failed again');
  return { ...step, state: aside.state, error, delayMs: aside.delayMs };
}
