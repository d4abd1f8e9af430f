import type { LaneEntry } from '@etis/contracts/lanes';
import { backoff } from '@etis/kernel';
import type { SpineSettings } from '../settings.ts';
import type { Delivered } from './deliver.ts';
import type { LaneState, Progress } from './lane-state.ts';

/** Whether a product's lanes go on past an entry that failed, which is set aside, or stand still at it. */
export type OnFailure = 'set-aside' | 'stop-lane';

/** An entry that is set aside: for another attempt after `delayMs`, or as a dead letter. */
export interface Aside {
  readonly position: bigint;
  readonly state: 'parked' | 'dead';
  readonly attempts: number;
  readonly error: string;
  readonly delayMs: number;
}

/** The first and last entry that had their effect, and the ids of what they asked for that may still be on its way. */
interface Handled {
  readonly from: bigint;
  readonly to: bigint;
  readonly attempts: number;
  readonly outgoing: readonly string[] | undefined;
}

/** What a turn comes to: the lane's new progress, after which wait it may go on, and what is recorded of its entries. */
export interface Settlement {
  readonly progress: Progress;
  readonly delayMs: number | null;
  readonly handled?: Handled;
  readonly aside?: Aside;
}

/** The longest wait that a handler may wish for: 24 hours. */
const maxRetryAfterMs = 86_400_000;

interface Failure {
  readonly position: bigint;
  readonly attempts: number;
  readonly error: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
}

/** A failed entry's way: back after a wait, or a dead letter when it must not or may not come back. */
export function asideOf(settings: SpineSettings['dispatcher'], failure: Failure): Aside {
  const { position, attempts, error, retryable } = failure;
  const state = retryable && attempts < settings.maxAttempts ? 'parked' : 'dead';
  return { position, state, attempts, error, delayMs: waitBefore(settings.parkedBackoff, failure) };
}

function waitBefore(bounds: { base: number; cap: number }, { attempts, retryAfterMs }: Failure): number {
  if (retryAfterMs === undefined || !(retryAfterMs >= 0)) return backoff(attempts, bounds);
  return Math.min(retryAfterMs, maxRetryAfterMs);
}

/** What came of a turn of entries in order. A pure function but for the jitter of its waits. */
export function settlementOf(options: {
  lane: LaneState;
  entries: readonly LaneEntry[];
  delivered: Delivered;
  onFailure: OnFailure;
  settings: SpineSettings['dispatcher'];
}): Settlement {
  const { lane, entries, delivered, onFailure, settings } = options;
  const { progress } = lane;
  const { attempts } = progress;
  const head = entries[0];
  const tail = entries.at(-1);
  if (head === undefined || tail === undefined) return { progress: { ...progress, attempts: attempts - 1 }, delayMs: null };
  if (delivered.kind !== 'answered') return kept({ progress, tail, delivered, settings });
  const past = { attempts: 0, refusals: 0, heldAt: null, trouble: null, carefulUntil: progress.carefulUntil };
  if (delivered.failed === undefined) {
    const handled = { from: head.position, to: tail.position, attempts, outgoing: delivered.outgoing };
    return { progress: { ...past, position: tail.position }, delayMs: null, handled };
  }
  const { index, ...why } = delivered.failed;
  const failed = entries[index] ?? head;
  const before = entries[index - 1];
  const handled =
    before === undefined ? {} : { handled: { from: head.position, to: before.position, attempts, outgoing: delivered.outgoing } };
  const failure = { position: failed.position, attempts, ...why };
  const reached = before?.position ?? progress.position;
  return { ...handled, ...failureOf({ progress, failure, reached, onFailure, settings }) };
}

/** The lane goes on past the failed entry, or comes back to it, or stands still at it. */
export function failureOf(options: {
  progress: Progress;
  failure: Failure;
  /** The last position that had its effect. */
  reached: bigint;
  onFailure: OnFailure;
  settings: SpineSettings['dispatcher'];
}): Settlement {
  const { progress, failure, reached, onFailure, settings } = options;
  const aside = asideOf(settings, failure);
  const { carefulUntil } = progress;
  if (onFailure === 'set-aside') {
    const past = { position: failure.position, attempts: 0, refusals: 0, heldAt: null, trouble: null, carefulUntil };
    return { progress: past, delayMs: null, aside };
  }
  const waiting = {
    position: reached,
    attempts: failure.attempts,
    refusals: 0,
    trouble: failure.error,
    // The entry to blame goes alone.
    carefulUntil: carefulUntil > failure.position ? carefulUntil : failure.position,
  };
  if (aside.state === 'parked') return { progress: { ...waiting, heldAt: null }, delayMs: aside.delayMs };
  return { progress: { ...waiting, heldAt: failure.position }, delayMs: null, aside };
}

/** No outcome: the lane stays where it is and comes back after a wait. Only what may be an entry's fault stays counted. */
function kept(options: {
  progress: Progress;
  tail: LaneEntry;
  delivered: Extract<Delivered, { error: string }>;
  settings: SpineSettings['dispatcher'];
}): Settlement {
  const { progress, tail, delivered, settings } = options;
  const unreachable = delivered.kind === 'unreachable';
  const refusals = unreachable ? progress.refusals + 1 : 0;
  const carefulUntil = unreachable || progress.carefulUntil > tail.position ? progress.carefulUntil : tail.position;
  return {
    progress: {
      ...progress,
      attempts: unreachable ? Math.max(0, progress.attempts - 1) : progress.attempts,
      carefulUntil,
      refusals,
      trouble: delivered.error,
    },
    delayMs: backoff(unreachable ? refusals : progress.attempts, settings.laneBackoff),
  };
}
