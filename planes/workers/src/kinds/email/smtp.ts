import { Readable } from 'node:stream';
import { errorText, type MailConfig } from '@etis/kernel';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { outcomeOf, type SmtpTrouble } from './smtp-outcome.ts';

export interface OutgoingMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** With its angle brackets. */
  readonly messageId: string;
  readonly job: string;
}

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

/** Why a mail was not sent, or may have been. `marked` says whether `onData` was called and resolved, so that the mark has to be settled. */
export class SmtpFailure extends Error {
  override readonly name = 'SmtpFailure';
  readonly outcome: 'retry' | 'terminal' | 'unknown';
  readonly marked: boolean;
  constructor(message: string, reason: { outcome: SmtpFailure['outcome']; marked: boolean; cause: unknown }) {
    super(message, { cause: reason.cause });
    this.outcome = reason.outcome;
    this.marked = reason.marked;
  }
}

/**
 * Gives one mail to the configured server and resolves to its last words. `onData` is called, and awaited, when the server has agreed to take
 * the message (its 354 reply, RFC 5321 section 4.1.1.4) and before it gets a byte of it: until then nothing was sent. @throws SmtpFailure
 */
export async function sendOverSmtp(options: { mail: MailConfig; message: OutgoingMail; onData: () => Promise<void> }): Promise<string> {
  const { mail, message, onData } = options;
  const bytes = await compose(mail, message);
  const connection = new SMTPConnection({
    host: mail.host,
    port: mail.port,
    secure: mail.secure,
    // A password goes to another machine under TLS or not at all.
    requireTLS: mail.user !== null && !loopback.has(mail.host),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    dnsTimeout: 10_000,
  });
  let marking: Promise<void> | undefined;
  let begun = false;
  let over = false;
  // Read only once the server waits for it: until then a generator has not started.
  async function* content(): AsyncGenerator<Buffer> {
    marking = onData();
    await marking;
    if (over) return;
    begun = true;
    yield bytes;
  }
  try {
    const envelope = { from: addressOf(mail.from), to: [message.to] };
    const sent = await new Promise<{ response: string }>((resolve, reject) => {
      connection.on('error', reject);
      connection.connect((failed) => {
        if (failed) return reject(failed);
        const send = () =>
          connection.send(envelope, Readable.from(content()), (error, info) =>
            error ? reject(error) : resolve(info as { response: string }),
          );
        if (mail.user === null) return send();
        connection.login({ credentials: { user: mail.user, pass: mail.password ?? '' } }, (refused) =>
          refused ? reject(refused) : send(),
        );
      });
    });
    connection.quit();
    return sent.response;
  } catch (error) {
    over = true;
    connection.close();
    // The line may be lost while the mark is being written: who is told of the failure has to find the mark as it stays.
    const marked = await (marking?.then(
      () => true,
      () => false,
    ) ?? false);
    throw new SmtpFailure(errorText(error), { outcome: outcomeOf(error as SmtpTrouble, begun), marked, cause: error });
  }
}

function compose(mail: MailConfig, message: OutgoingMail): Promise<Buffer> {
  return new MailComposer({
    from: mail.from,
    to: { name: '', address: message.to },
    subject: message.subject,
    text: message.text,
    messageId: message.messageId,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Etis-Job': message.job },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
}

function addressOf(from: string): string {
  return /<([^<>]+)>/.exec(from)?.[1] ?? from.trim();
}
