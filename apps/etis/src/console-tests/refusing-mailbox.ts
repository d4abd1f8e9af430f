import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** An SMTP server that knows no recipient, until it is told to. */
export interface RefusingMailbox {
  readonly url: string;
  accept(): void;
  readonly taken: readonly string[];
  stop(): Promise<void>;
}

export async function startRefusingMailbox(): Promise<RefusingMailbox> {
  let refuses = true;
  const taken: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo({ address }, _session, done) {
      done(refuses ? Object.assign(new Error(`no such mailbox: ${address}`), { responseCode: 550 }) : null);
    },
    onData(stream, session, done) {
      stream.resume();
      stream.on('end', () => {
        taken.push(...session.envelope.rcptTo.map(({ address }) => address));
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    accept() {
      refuses = false;
    },
    taken,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
