import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WhatsAppSettings } from '../runtime/kind-settings.ts';

/** What the Graph API got. */
interface GraphCall {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown>;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server in the place of the Graph API, whose next answers a test decides. */
export interface GraphServer {
  readonly settings: WhatsAppSettings;
  readonly calls: readonly GraphCall[];
  /** Answers every call from now on like this; null accepts. */
  behave(answer: Answer | null): void;
  reset(): void;
  close(): Promise<void>;
}

export const number = '106540352242922';

export function answerWith(status: number, content: unknown): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof content === 'string' ? content : JSON.stringify(content));
  };
}

export const graphError = (code: number, status = 400): Answer =>
  answerWith(status, { error: { message: `(#${code}) no`, code, error_data: { details: `the details of ${code}` } } });

const accept: Answer = answerWith(200, {
  messaging_product: 'whatsapp',
  contacts: [{ input: '+4915112345678', wa_id: '4915112345678' }],
  messages: [{ id: 'wamid.HBgL1', message_status: 'accepted' }],
});

export async function startGraphServer(): Promise<GraphServer> {
  const calls: GraphCall[] = [];
  let answer: Answer = accept;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      calls.push({ path: request.url ?? '', authorization: request.headers.authorization, body });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    settings: { baseUrl: `http://127.0.0.1:${port}`, version: 'v23.0', numbers: { [number]: { accessToken: 'token-1' } } },
    calls,
    behave(next) {
      answer = next ?? accept;
    },
    reset() {
      calls.length = 0;
      answer = accept;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
