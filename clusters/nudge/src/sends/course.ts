import { failureOf, type SendState, stateOf } from './progress.ts';
import { progressOf, type SendRow } from './sends.ts';

/** How far something that was to be sent has come, as people see it. Times are RFC 3339 in UTC, null where the channel has not said so. */
export interface Course {
  /** `refused` was never handed over. By e-mail there is no `accepted`, and nothing after `sent` is heard of. */
  readonly state: 'refused' | SendState;
  /** Why it was refused or failed. */
  readonly reason: string | null;
  /** The channel's own id of the message. */
  readonly messageId: string | null;
  readonly times: {
    readonly requested: string;
    readonly accepted: string | null;
    readonly sent: string | null;
    readonly delivered: string | null;
    readonly read: string | null;
    readonly failed: string | null;
  };
}

/** The course of what a row of `send` follows; with a refusal nothing does. */
export function courseOf(
  row: Omit<SendRow, 'job_id' | 'number' | 'reconciled_at'>,
  { refusal, requestedAt }: { refusal: string | null; requestedAt: Date },
): Course {
  const progress = progressOf(row);
  const { messageId, accepted, sent, delivered, read } = progress;
  const failure = failureOf(progress);
  return {
    state: refusal === null ? stateOf(progress) : 'refused',
    reason: refusal ?? failure?.reason ?? null,
    messageId,
    times: { requested: requestedAt.toISOString(), accepted, sent, delivered, read, failed: failure?.at ?? null },
  };
}
