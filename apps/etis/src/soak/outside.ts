import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** What stands for the world: a mail server and a Graph endpoint that count what reaches them, by what it is about. */
export interface Outside {
  readonly smtpUrl: string;
  readonly graphUrl: string;
  /** How often each mail came, by its subject. */
  readonly mails: ReadonlyMap<string, number>;
  /** How often each WhatsApp message came, by the job that sent it; read receipts are not counted. */
  readonly messages: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

export async function startOutside(): Promise<Outside> {
  const mails = new Map<string, number>();
  const messages = new Map<string, number>();
  const count = (seen: Map<string, number>, key: string) => void seen.set(key, (seen.get(key) ?? 0) + 1);

  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      let text = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      stream.on('end', () => {
        count(mails, /^Subject: (\S+)/m.exec(text)?.[1] ?? text);
        done();
      });
    },
  });
  // Workers die in the middle of a conversation here; that their line breaks is the subject and not an error of the server.
  smtp.on('error', () => undefined);

  const graph = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body = JSON.parse(text) as { status?: string; to?: string; biz_opaque_callback_data?: string };
    response.setHeader('content-type', 'application/json');
    if (body.status === 'read') {
      response.end('{"success":true}');
      return;
    }
    const job = body.biz_opaque_callback_data ?? text;
    count(messages, job);
    const contacts = [{ input: body.to ?? '', wa_id: body.to ?? '' }];
    response.end(JSON.stringify({ messaging_product: 'whatsapp', contacts, messages: [{ id: `wamid.${job}` }] }));
  });

  await new Promise<void>((done) => smtp.listen(0, '127.0.0.1', done));
  await new Promise<void>((done) => graph.listen(0, '127.0.0.1', done));
  const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
  return {
    smtpUrl: `smtp://127.0.0.1:${portOf(smtp.server)}`,
    graphUrl: `http://127.0.0.1:${portOf(graph)}`,
    mails,
    messages,
    async stop() {
      graph.closeAllConnections();
      await new Promise((done) => graph.close(done));
      await new Promise<void>((done) => smtp.close(() => done()));
    },
  };
}
