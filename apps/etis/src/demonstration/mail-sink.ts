import { randomBytes } from 'node:crypto';
import { appendFile, readFile, rename, stat } from 'node:fs/promises';
import type { Log } from '@etis/contracts/log';
import type { MailConfig, Service } from '@etis/kernel';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';

/** A message as the sink received it. */
export interface SentMail {
  readonly at: string;
  readonly to: readonly string[];
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
}

/** A real SMTP server on the loopback address that keeps every message in a file and passes none on. */
export interface MailSink extends Service {
  /** How to log in; the port is known once it has started. */
  mail(): MailConfig;
  /** Newest first, at most `limit`. */
  sent(limit: number): Promise<readonly SentMail[]>;
}

const maxFileBytes = 20 * 1024 * 1024;
const maxMessageBytes = 1024 * 1024;

export function createMailSink({ file, log }: { file: string; log: Log }): MailSink {
  const user = 'etis';
  const password = randomBytes(18).toString('base64url');
  const server = new SMTPServer({
    name: 'etis-demonstration',
    banner: 'keeps mail and passes none on',
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    size: maxMessageBytes,
    onAuth(auth, _session, done) {
      if (auth.username === user && auth.password === password) done(null, { user });
      else done(new Error('wrong user or password'));
    },
    onData(stream, session, done) {
      keep(stream, session).then(
        () => done(null),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
  // A client whose line breaks is no reason to end the platform.
  server.on('error', (error) => log.warn({ err: error }, 'a conversation with the mailbox broke off'));
  let port = 0;

  async function keep(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk));
    const message = await PostalMime.parse(Buffer.concat(chunks));
    const { mailFrom, rcptTo } = session.envelope;
    const mail: SentMail = {
      at: new Date().toISOString(),
      to: rcptTo.map(({ address }) => address),
      from: mailFrom === false ? '' : mailFrom.address,
      subject: message.subject ?? '',
      text: message.text ?? '',
      messageId: message.messageId ?? '',
    };
    await rotate(file);
    await appendFile(file, `${JSON.stringify(mail)}\n`, { mode: 0o600 });
  }

  return {
    name: 'mail sink',
    start() {
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => {
          server.off('error', reject);
          const address = server.server.address();
          if (address !== null && typeof address === 'object') port = address.port;
          resolve();
        });
      });
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
    mail: () => ({ host: '127.0.0.1', port, secure: false, user, password, from: 'etiS <etis@demonstration.example>' }),
    async sent(limit) {
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw error;
      });
      const lines = text.split('\n').filter((line) => line.endsWith('}'));
      return lines
        .slice(-limit)
        .toReversed()
        .map((line) => JSON.parse(line) as SentMail);
    },
  };
}

/** Keeps the file bounded: one older file is kept beside the current one. */
async function rotate(file: string): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > maxFileBytes) await rename(file, `${file}.1`);
}
