import { Type } from 'typebox';
import { createSendLedger } from '../../ledger/send-ledger.ts';
import { defineJobKind, TerminalFailure } from '../../runtime/job-kind.ts';
import { SmtpFailure, sendOverSmtp } from './smtp.ts';

/** What an e-mail job's result says. */
export interface EmailResult {
  readonly channel: 'email';
  readonly recipient: string;
  readonly messageId: string;
  /** The mail server's own words. */
  readonly response: string;
  readonly server: string;
}

const line = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[^\\r\\n\\u0000]+$' });

/** Sends one plain-text mail to one recipient, once: the ledger is asked before, and told at the moment in which the server takes the message. */
export const jobKind = defineJobKind({
  kind: 'email',
  schema: Type.Object({
    // One address and nothing else: in an envelope a comma or a bracket would name further recipients.
    to: Type.String({ minLength: 3, maxLength: 254, pattern: '^[^\\s<>,;:"()\\u0000]+@[^\\s<>,;:"()\\u0000]+$' }),
    subject: line(500),
    text: Type.String({ maxLength: 100_000 }),
    notification: Type.Optional(Type.String({ maxLength: 100 })),
  }),
  timeLimitMs: 60_000,
  needs: 'mail',
  async run({ to, subject, text }, { job, db, settings: { mail }, log }): Promise<EmailResult> {
    if (mail === null) throw new TerminalFailure('no mail server is configured for this worker, so nothing was sent');
    const server = `${mail.host}:${mail.port}`;
    const messageId = `<${job.id}@${mail.from.match(/@([^\s>]+)/)?.[1] ?? 'etis.invalid'}>`;
    const ledger = createSendLedger({ db, job, log, send: { channel: 'email', recipient: to, messageId } });
    const earlier = await ledger.look();
    if (earlier !== null) return { channel: 'email', recipient: to, ...earlier, server };
    try {
      const response = await sendOverSmtp({ mail, message: { to, subject, text, messageId, job: job.id }, onData: () => ledger.begin() });
      await ledger.end('sent', { response });
      return { channel: 'email', recipient: to, messageId, response, server };
    } catch (error) {
      if (!(error instanceof SmtpFailure)) throw error;
      if (error.marked) await ledger.end(error.outcome === 'unknown' ? 'unknown' : 'refused', { response: error.message });
      if (error.outcome === 'retry') throw error;
      throw new TerminalFailure(
        error.outcome === 'unknown' ? `${error.message}: it may have been sent, so it is not repeated` : error.message,
        { cause: error },
      );
    }
  },
});
