import type { LaneBatch, Transport } from '@etis/contracts/lanes';
import type { Log } from '@etis/contracts/log';
import type { ClusterId } from '@etis/contracts/tenancy';
import { backoff } from '@etis/kernel';
import type { SpineSettings } from '../settings.ts';
import { type Delivered, deliver } from './deliver.ts';
import type { Aside, Claim, LaneStore } from './lane-store.ts';

/** What a turn needs: a claim that it took, and where to deliver it. */
export interface TurnOptions {
  readonly store: LaneStore;
  readonly transport: Transport;
  readonly log: Log;
  readonly settings: SpineSettings['dispatcher'];
  readonly claim: Claim;
  readonly cluster: ClusterId;
  readonly signal: AbortSignal;
}

function batchOf({ claim, cluster }: TurnOptions, mode: LaneBatch['mode']): LaneBatch {
  const { name: lane, tenant, product } = claim.lane;
  const batch = { lane, tenant, product, cluster, mode, entries: claim.entries };
  return claim.after === undefined ? batch : { ...batch, after: claim.after };
}

/** A failed entry's way: back after a wait, or a dead letter when it must not or may not come back. */
function asideOf(
  settings: TurnOptions['settings'],
  failure: { position: bigint; attempts: number; error: string; retryable: boolean },
): Aside {
  const { position, attempts, error, retryable } = failure;
  const state = retryable && attempts < settings.maxAttempts ? 'parked' : 'dead';
  return { position, state, attempts, error, delayMs: backoff(attempts, settings.parkedBackoff) };
}

/** Delivers the claimed entries in order and records what came of it. */
export async function orderedTurn(options: TurnOptions): Promise<void> {
  const { store, log, settings, claim, signal } = options;
  const [head] = claim.entries;
  const tail = claim.entries.at(-1);
  if (head === undefined || tail === undefined) {
    await store.release(claim, { uncounted: true, refusals: claim.refusals, delayMs: settings.laneBackoff.base });
    return;
  }
  if (claim.attempts > settings.maxUnknown) {
    const attempts = claim.attempts - 1;
    const error = `the cluster gave no outcome for this entry ${attempts} times`;
    const aside = asideOf(settings, { position: head.position, attempts, error, retryable: true });
    log.warn({ lane: claim.lane.name, position: String(head.position), event: head.event.id, state: aside.state }, error);
    await store.advance(claim, { to: head.position, aside });
    return;
  }
  const delivered = await deliver(options.transport, batchOf(options, 'ordered'), signal);
  if (delivered.kind !== 'answered') return await keep(options, delivered);
  if (delivered.failed === undefined) {
    await store.advance(claim, {
      to: tail.position,
      handled: { from: head.position, to: tail.position, outgoing: delivered.outgoing },
    });
    return;
  }
  const { index, error, retryable } = delivered.failed;
  const failed = claim.entries[index] ?? head;
  const before = claim.entries[index - 1];
  const aside = asideOf(settings, { position: failed.position, attempts: claim.attempts, error, retryable });
  log.warn(
    { lane: claim.lane.name, position: String(failed.position), event: failed.event.id, state: aside.state, error },
    'an entry failed',
  );
  await store.advance(claim, {
    to: failed.position,
    ...(before === undefined ? {} : { handled: { from: head.position, to: before.position, outgoing: delivered.outgoing } }),
    aside,
  });
}

/** No outcome: the lane stays where it is and comes back after a wait. Only what may be an entry's fault stays counted. */
async function keep({ store, log, settings, claim }: TurnOptions, delivered: Extract<Delivered, { error: string }>): Promise<void> {
  const unreachable = delivered.kind === 'unreachable';
  const refusals = unreachable ? claim.refusals + 1 : 0;
  const delayMs = backoff(unreachable ? refusals : claim.attempts, settings.laneBackoff);
  log.warn({ lane: claim.lane.name, attempts: claim.attempts, refusals, delayMs, error: delivered.error }, 'a delivery gave no outcome');
  await store.release(claim, { uncounted: unreachable, refusals, delayMs });
}

/** Delivers one parked entry out of order and records what came of it. */
export async function parkedTurn(options: TurnOptions): Promise<void> {
  const { store, log, settings, claim, signal } = options;
  const [entry] = claim.entries;
  if (entry === undefined) {
    await store.release(claim, { uncounted: false, refusals: claim.refusals, delayMs: 0 });
    return;
  }
  const { position } = entry;
  const fields = { lane: claim.lane.name, position: String(position), event: entry.event.id };
  const step = { position, error: null, outgoing: undefined, uncounted: false, delayMs: 0, refusals: 0, laneDelayMs: 0 };
  if (claim.attempts > settings.maxAttempts) {
    log.warn(fields, 'a parked entry used up its attempts without an outcome; it is a dead letter');
    await store.settleParked(claim, { ...step, state: 'dead', uncounted: true });
    return;
  }
  const delivered = await deliver(options.transport, batchOf(options, 'parked'), signal);
  if (delivered.kind === 'answered' && delivered.failed === undefined) {
    await store.settleParked(claim, { ...step, state: 'handled', outgoing: delivered.outgoing });
    return;
  }
  if (delivered.kind === 'unreachable') {
    const refusals = claim.refusals + 1;
    const delayMs = backoff(refusals, settings.laneBackoff);
    log.warn({ ...fields, refusals, error: delivered.error }, 'a parked entry could not be delivered');
    await store.settleParked(claim, { ...step, state: 'parked', uncounted: true, delayMs, refusals, laneDelayMs: delayMs });
    return;
  }
  const failure = delivered.kind === 'answered' ? delivered.failed : { error: delivered.error, retryable: true };
  const { error = '', retryable = true } = failure ?? {};
  const aside = asideOf(settings, { position, attempts: claim.attempts, error, retryable });
  log.warn({ ...fields, attempts: claim.attempts, state: aside.state, error }, 'a parked entry failed again');
  await store.settleParked(claim, { ...step, state: aside.state, error, delayMs: aside.delayMs });
}
