import type { TenantContext } from '@etis/contracts/context';
import type { LeasedJob } from '@etis/contracts/jobs';
import type { Log } from '@etis/contracts/log';
import type { SentChannel, SentMessage } from '@etis/contracts/sent';
import { backoff, EtisError, traceIdOf } from '@etis/kernel';
import type { TenantDb, Tx } from '@etis/postgres';
import { TerminalFailure } from '../runtime/job-kind.ts';

/** What the outside system said when it took the message. */
interface Taken {
  readonly messageId: string;
  readonly response: string;
}

/** The ledger's row of one job. */
export interface SendLedger {
  /** Where it was sent before, what was said then; null where it may be sent. @throws TerminalFailure where its outcome is unknown */
  look(): Promise<Taken | null>;
  /** Marks that the message is being given away; once it resolves that is on disk. @throws where another attempt is at it */
  begin(): Promise<void>;
  /** `messageId` where the outside system gave one of its own. What has been proved to be sent stays so. */
  end(state: 'sent' | 'refused' | 'unknown', end: { response: string; messageId?: string }): Promise<void>;
}

/** Tries of writing how a send ended; after them the row says `sending`, which the next attempt takes for unknown. */
const endTries = 8;

export function createSendLedger(options: {
  db: TenantDb;
  job: Omit<LeasedJob, 'payload'>;
  log: Log;
  /** `messageId` is ours, until the outside system gives one. */
  send: { channel: SentChannel; recipient: string; messageId: string };
}): SendLedger {
  const { db, job, send } = options;
  const context: TenantContext = {
    actor: { kind: 'system', id: `job/${job.kind}` },
    tenant: job.tenant,
    trace: traceIdOf(job.traceparent),
    log: options.log,
  };

  /** Tells how that attempt ended: the end of an earlier one, told late, must not undo what a later one found. */
  function settle(tx: Tx, attempt: number, end: { state: SentMessage['state']; response: string; messageId?: string }): Promise<unknown> {
    return tx.query(
      `update send set state = $4, response = $5, message_id = coalesce($6, message_id), ended_at = clock_timestamp()
       where tenant_id = $1 and job_id = $2 and attempt = $3 and state in ('sending', 'unknown')`,
      [job.tenant, job.id, attempt, end.state, storable(end.response), end.messageId === undefined ? null : storable(end.messageId)],
    );
  }

  return {
    async look() {
      // One transaction with the row locked: an attempt that ends just now is seen as sent, and never overwritten.
      const row = await db.tenant(context, async (tx) => {
        const [found] = await tx.query<{ state: SentMessage['state']; response: string | null; message_id: string; attempt: number }>(
          'select state, response, message_id, attempt from send where tenant_id = $1 and job_id = $2 for update',
          [job.tenant, job.id],
        );
        if (found?.state === 'sending') {
          await settle(tx, found.attempt, { state: 'unknown', response: 'the worker ended while the message was being given away' });
        }
        return found;
      });
      if (row === undefined || row.state === 'refused') return null;
      if (row.state === 'sent') return { messageId: row.message_id, response: row.response ?? '' };
      throw new TerminalFailure(
        'an earlier attempt ended while the message was being given away: it may have been sent, so it is not repeated',
      );
    },

    async begin() {
      const begun = await db.tenant(context, (tx) =>
        tx.query(
          `insert into send (tenant_id, job_id, channel, recipient, state, attempt, message_id) values ($1, $2, $3, $4, 'sending', $5, $6)
           on conflict (tenant_id, job_id) do update
             set state = 'sending', attempt = excluded.attempt, message_id = excluded.message_id, response = null, begun_at = clock_timestamp(), ended_at = null
             where send.state = 'refused'
           returning job_id`,
          [job.tenant, job.id, send.channel, send.recipient, job.attempt, send.messageId],
        ),
      );
      if (begun.length === 0) throw new Error('another attempt of this job is giving the message away');
    },

    async end(state, end) {
      for (let tries = 1; ; tries += 1) {
        try {
          await db.tenant(context, (tx) => settle(tx, job.attempt, { state, ...end }));
          return;
        } catch (error) {
          if (tries === endTries || !(error instanceof EtisError && error.retryable)) throw error;
          await new Promise((resolve) => setTimeout(resolve, backoff(tries, { base: 100, cap: 2_000 })));
        }
      }
    },
  };
}

/** A server may answer anything; what a text column refuses must not keep a mail from being marked as sent. */
function storable(response: string): string {
  return response.replaceAll('\u0000', '\ufffd').slice(0, 1_000);
}
