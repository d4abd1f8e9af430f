import { createHmac, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '@etis/contracts/log';
import type { Service } from '@etis/kernel';
import type { WhatsAppSettings } from '@etis/workers';
import { fastify } from 'fastify';

/** A message as the stand-in received it. `text` is what a person would have seen of it. */
export interface ReceivedMessage {
  readonly at: string;
  readonly number: string;
  readonly to: string;
  readonly type: string;
  readonly text: string;
  readonly messageId: string;
}

/**
 * A local stand-in for Meta's Graph API on the loopback address: it takes messages as the real one does, keeps the last 1,000, passes none on, and
 * sends their statuses back to the platform as signed notifications. A recipient whose number ends in a known error code is refused with it.
 */
export interface GraphEndpoint extends Service {
  /** How to reach it; the port is known once it has started. */
  settings(): WhatsAppSettings;
  /** Newest first, at most `limit`. */
  sent(limit: number): readonly ReceivedMessage[];
}

export interface GraphEndpointOptions {
  /** The phone_number_id's that it answers for. */
  readonly numbers: readonly string[];
  /** Where statuses go: the platform's address for the connection, known once it listens, and the secret that they are signed with. */
  readonly statuses: { readonly url: () => Promise<string>; readonly secret: string };
  readonly log: Log;
}

interface Message {
  readonly messaging_product?: unknown;
  readonly to?: unknown;
  readonly recipient?: unknown;
  readonly type?: unknown;
  readonly status?: unknown;
  readonly message_id?: unknown;
  readonly biz_opaque_callback_data?: unknown;
  readonly text?: { readonly body?: unknown };
  readonly template?: { readonly name?: unknown };
}

const kept = 1_000;
const refusals: Readonly<Record<string, number>> = { 131026: 400, 131047: 400, 131056: 429, 130429: 429, 190: 401, 131000: 500 };
const statusDelayMs = 30;
const statusTries = 5;

export function createGraphEndpoint({ numbers, statuses, log }: GraphEndpointOptions): GraphEndpoint {
  const accessToken = randomBytes(24).toString('base64url');
  const received: ReceivedMessage[] = [];
  const sending = new Set<Promise<void>>();
  const stopped = new AbortController();
  const app = fastify({ logger: false, bodyLimit: 1 << 20, forceCloseConnections: true });

  app.post<{ Params: { version: string; number: string }; Body: Message }>('/:version/:number/messages', async (request, reply) => {
    const { number } = request.params;
    if (request.headers.authorization !== `Bearer ${accessToken}`)
      return reply.code(401).send(graphError(190, 'Invalid OAuth access token.'));
    if (!numbers.includes(number)) return reply.code(400).send(graphError(33, 'There is no such phone number.'));
    const message = request.body;
    if (message.messaging_product !== 'whatsapp') return reply.code(400).send(graphError(100, 'messaging_product is missing.'));
    if (message.status === 'read') return { success: true };
    const to = typeof message.to === 'string' ? message.to : message.recipient;
    if (typeof to !== 'string' || typeof message.type !== 'string')
      return reply.code(400).send(graphError(131008, 'to or type is missing.'));
    const refusal = Object.entries(refusals).find(([code]) => to.endsWith(code));
    if (refusal !== undefined)
      return reply.code(refusal[1]).send(graphError(Number(refusal[0]), 'asked for by the number of the recipient'));

    const messageId = `wamid.${randomBytes(18).toString('base64url')}`;
    const text = String(message.text?.body ?? message.template?.name ?? '');
    received.unshift({ at: new Date().toISOString(), number, to, type: message.type, text, messageId });
    received.length = Math.min(received.length, kept);
    const told = tellStatuses({ number, to, messageId, callback: message.biz_opaque_callback_data }).finally(() => sending.delete(told));
    sending.add(told);
    return { messaging_product: 'whatsapp', contacts: [{ input: to, wa_id: to.replace(/^\+/, '') }], messages: [{ id: messageId }] };
  });

  /** In any order, as the real one: what a message has come to follows from the ranks of its statuses and not from their arrival. */
  async function tellStatuses(message: { number: string; to: string; messageId: string; callback: unknown }): Promise<void> {
    const at = Math.floor(Date.now() / 1_000);
    const order = ['sent', 'delivered', 'read'].map((status) => ({ status, turn: Math.random() }));
    for (const { status } of order.toSorted((one, other) => one.turn - other.turn)) {
      await tell({
        object: 'whatsapp_business_account',
        entry: [
          {
            id: 'demonstration',
            changes: [
              {
                field: 'messages',
                value: {
                  messaging_product: 'whatsapp',
                  metadata: { display_phone_number: message.number, phone_number_id: message.number },
                  statuses: [
                    {
                      id: message.messageId,
                      status,
                      timestamp: String(at),
                      recipient_id: message.to.replace(/^\+/, ''),
                      ...(typeof message.callback === 'string' ? { biz_opaque_callback_data: message.callback } : {}),
                    },
                  ],
                },
              },
            ],
          },
        ],
      });
    }
  }

  async function tell(notification: object): Promise<void> {
    const body = JSON.stringify(notification);
    const signature = `sha256=${createHmac('sha256', statuses.secret).update(body).digest('hex')}`;
    for (let tries = 1; tries <= statusTries && !stopped.signal.aborted; tries += 1) {
      try {
        await wait(statusDelayMs * tries, undefined, { signal: stopped.signal });
        const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature };
        const response = await fetch(await statuses.url(), { method: 'POST', headers, body, signal: stopped.signal });
        await response.body?.cancel();
        if (response.ok) return;
      } catch (error) {
        if (stopped.signal.aborted) return;
        log.debug({ err: error }, 'a status could not be told; trying again');
      }
    }
    log.warn({ tries: statusTries }, 'the stand-in for the Graph API could not tell a status');
  }

  return {
    name: 'stand-in for the Graph API',
    async start() {
      await app.listen({ host: '127.0.0.1', port: 0 });
    },
    async stop() {
      stopped.abort();
      await Promise.all(sending);
      await app.close();
    },
    settings() {
      const { port } = app.server.address() as AddressInfo;
      return {
        baseUrl: `http://127.0.0.1:${port}`,
        version: 'v23.0',
        numbers: Object.fromEntries(numbers.map((number) => [number, { accessToken }])),
      };
    },
    sent: (limit) => received.slice(0, limit),
  };
}

function graphError(code: number, details: string): object {
  return {
    error: { message: `(#${code}) ${details}`, type: 'OAuthException', code, error_data: { messaging_product: 'whatsapp', details } },
  };
}
