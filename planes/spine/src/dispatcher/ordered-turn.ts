import type { LaneBatch, LaneEntry, Transport } from '@etis/contracts/lanes';
import type { Log } from '@etis/contracts/log';
import type { ClusterId } from '@etis/contracts/tenancy';
import type { SpineSettings } from '../settings.ts';
import { deliver } from './deliver.ts';
import type { LaneState } from './lane-state.ts';
import { failureOf, type OnFailure, type Settlement, settlementOf } from './settlement.ts';

/** What a turn needs to deliver. */
export interface TurnOptions {
  readonly transport: Transport;
  readonly log: Log;
  readonly settings: SpineSettings['dispatcher'];
  readonly lane: LaneState;
  readonly cluster: ClusterId;
  readonly signal: AbortSignal;
}

export function batchOf({ lane, cluster }: TurnOptions, rest: Pick<LaneBatch, 'mode' | 'entries' | 'after' | 'asks'>): LaneBatch {
  const { name, tenant, product, generation } = lane;
  return { lane: name, tenant, product, cluster, generation, ...rest };
}

/** Delivers entries in order, whose attempt is counted, and tells what it comes to. */
export async function orderedTurn(options: TurnOptions & { entries: readonly LaneEntry[]; onFailure: OnFailure }): Promise<Settlement> {
  const { transport, log, settings, lane, entries, onFailure, signal } = options;
  const [head] = entries;
  const { progress } = lane;
  const most = onFailure === 'stop-lane' ? settings.maxAttempts : settings.maxUnknown;
  if (head !== undefined && progress.attempts > most) {
    const attempts = progress.attempts - 1;
    const error = `the cluster gave no outcome for this entry ${attempts} times`;
    const failure = { position: head.position, attempts, error, retryable: true };
    log.warn({ lane: lane.name, position: String(head.position), event: head.event.id }, error);
    return failureOf({ progress, failure, reached: progress.position, onFailure, settings });
  }
  const begun = performance.now();
  const delivered =
    head === undefined
      ? ({ kind: 'answered', outgoing: undefined, left: undefined } as const)
      : await deliver(transport, batchOf(options, { mode: 'ordered', entries, after: progress.position }), signal);
  if (entries.length > 0) lane.msPerEntry = (lane.msPerEntry * 3 + (performance.now() - begun) / entries.length) / 4;
  const settlement = settlementOf({ lane, entries, delivered, onFailure, settings });
  report(log, lane, settlement);
  return settlement;
}

function report(log: Log, lane: LaneState, { progress, delayMs, aside }: Settlement): void {
  const fields = { lane: lane.name, error: aside?.error ?? progress.trouble };
  if (progress.heldAt !== null) {
    log.error(
      { ...fields, position: String(progress.heldAt) },
      'the lane stands still at an entry that used up its attempts; redrive or discard it',
    );
  } else if (aside !== undefined) {
    log.warn({ ...fields, position: String(aside.position), state: aside.state }, 'an entry failed');
  } else if (progress.trouble !== null) {
    log.warn({ ...fields, attempts: progress.attempts, refusals: progress.refusals, delayMs }, 'a delivery got the lane no further');
  }
}
