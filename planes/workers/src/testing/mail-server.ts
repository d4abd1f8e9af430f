import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { MailConfig } from '@etis/kernel';
import { eventually } from '@etis/testing';
import { SMTPServer } from 'smtp-server';

interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
}

type Step = 'connect' | 'auth' | 'mail' | 'rcpt' | 'data' | 'message';

/** What the server does at a step: refuse with that reply code, or cut the line. `message` is after the last byte, `data` at the DATA command. */
export interface Behaviour {
  readonly at: Step;
  readonly answer: number | 'cut';
}

export interface MailServer {
  readonly mail: MailConfig;
  /** The messages whose last byte came, whatever was answered to it. */
  readonly received: readonly ReceivedMail[];
  /** The messages that were answered with 250. */
  readonly accepted: readonly ReceivedMail[];
  /** The lines that are open. */
  readonly connections: number;
  /** From now on; null is a server that takes everything. */
  behave(behaviour: Behaviour | null): void;
  /** Is awaited when the DATA command came and before a byte of the message is read. */
  onData(hook: () => Promise<void>): void;
  /** Ends every connection at once; resolves when none is left. */
  cutAndWait(): Promise<void>;
  /** Forgets messages, behaviour and hook. */
  reset(): void;
  close(): Promise<void>;
}

/** A real SMTP server on the loopback. */
export async function startMailServer(options: { user?: string } = {}): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const accepted: ReceivedMail[] = [];
  let behaviour: Behaviour | null = null;
  let hook: () => Promise<void> = async () => {};

  /** The error to answer with at this step, if any; undefined after a cut, when there is nobody to answer. */
  function verdict(step: Step): Error | null | undefined {
    if (behaviour?.at !== step) return null;
    if (behaviour.answer !== 'cut') return Object.assign(new Error(`refused at ${step}`), { responseCode: behaviour.answer });
    cut();
    return undefined;
  }

  function answer(step: Step, callback: (error?: Error | null) => void): void {
    const error = verdict(step);
    if (error !== undefined) callback(error);
  }

  function cut(): void {
    for (const connection of server.connections) (connection as unknown as { _socket: { destroy(): void } })._socket.destroy();
  }

  const server = new SMTPServer({
    disabledCommands: options.user === undefined ? ['STARTTLS', 'AUTH'] : ['STARTTLS'],
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    onConnect: (_session, callback) => answer('connect', callback),
    onAuth(_auth, _session, callback) {
      const error = verdict('auth');
      if (error !== undefined) callback(error, { user: options.user });
    },
    onMailFrom: (_address, _session, callback) => answer('mail', callback),
    onRcptTo: (_address, _session, callback) => answer('rcpt', callback),
    async onData(stream, session, callback) {
      await hook();
      const refused = verdict('data');
      if (refused === undefined) return;
      const source = await text(stream).catch(() => null);
      if (source === null || stream.sizeExceeded) return;
      const { mailFrom, rcptTo } = session.envelope;
      const mail = { from: mailFrom === false ? '' : mailFrom.address, to: rcptTo.map(({ address }) => address), source };
      received.push(mail);
      const error = refused ?? verdict('message');
      if (error === undefined) return;
      if (error === null) accepted.push(mail);
      callback(error, 'taken as number 42');
    },
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const login = { user: options.user ?? null, password: options.user === undefined ? null : 'secret' };

  return {
    mail: { host: '127.0.0.1', port, secure: false, ...login, from: 'etiS <etis@platform.test>' },
    received,
    accepted,
    get connections() {
      return server.connections.size;
    },
    behave(next) {
      behaviour = next;
    },
    onData(next) {
      hook = next;
    },
    async cutAndWait() {
      cut();
      await eventually(() => server.connections.size === 0);
    },
    reset() {
      received.length = 0;
      accepted.length = 0;
      behaviour = null;
      hook = async () => {};
    },
    close() {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
