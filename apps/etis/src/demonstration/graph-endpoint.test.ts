import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { silentLog } from '@etis/kernel';
import { eventually } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGraphEndpoint, type GraphEndpoint } from './graph-endpoint.ts';

const number = '106540352240001';
const secret = 'the application secret';

interface Notified {
  readonly signature: string | undefined;
  readonly body: string;
}

let platform: Server;
let answers: number[];
let notified: Notified[];
let graph: GraphEndpoint;
beforeEach(async () => {
  answers = [];
  notified = [];
  platform = createServer(async (request, response) => {
    const body = await text(request);
    const status = answers.shift() ?? 202;
    if (status === 202) notified.push({ signature: request.headers['x-hub-signature-256']?.toString(), body });
    response.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  await once(platform, 'listening');
  const url = `http://127.0.0.1:${(platform.address() as AddressInfo).port}/hooks/whatsapp`;
  graph = createGraphEndpoint({ numbers: [number], statuses: { url: async () => url, secret }, log: silentLog });
  await graph.start();
});
afterEach(async () => {
  await graph.stop();
  platform.close();
});

const message = { messaging_product: 'whatsapp', to: '491512000001', type: 'text', text: { body: 'Hello' } };

async function send(sent: object, { token, to = number }: { token?: string; to?: string } = {}) {
  const { baseUrl, version, numbers } = graph.settings();
  const response = await fetch(`${baseUrl}/${version}/${to}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token ?? numbers[number]?.accessToken}` },
    body: JSON.stringify(sent),
  });
  return { status: response.status, body: (await response.json()) as { error?: { code: number }; messages?: { id: string }[] } };
}

describe('the stand-in for the Graph API', () => {
  it('takes a message, keeps it, and tells each of its statuses once, signed as Meta signs', async () => {
    const { status, body } = await send({ ...message, biz_opaque_callback_data: 'job-1' });
    expect(status).toBe(200);
    const messageId = body.messages?.[0]?.id ?? '';
    expect(graph.sent(10)).toEqual([{ at: expect.any(String), number, to: '491512000001', type: 'text', text: 'Hello', messageId }]);
    await eventually(() => notified.length === 3);
    for (const { signature, body: bytes } of notified) {
      expect(signature).toBe(`sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`);
    }
    const statuses = notified.map(({ body: bytes }) => JSON.parse(bytes).entry[0].changes[0].value.statuses[0]);
    expect(statuses.map(({ status: step }) => step).sort()).toEqual(['delivered', 'read', 'sent']);
    for (const one of statuses)
      expect(one).toMatchObject({ id: messageId, recipient_id: '491512000001', biz_opaque_callback_data: 'job-1' });
  });

  it('tells a status again that the platform could not take', async () => {
    answers = [503, 500, 202];
    await send(message);
    await eventually(() => notified.length === 3);
  });

  it.each<[string, object, { token?: string; to?: string }, number, number]>([
    ['another token', message, { token: 'guess' }, 401, 190],
    ['a number that is not its own', message, { to: '1' }, 400, 33],
    ['no product', { ...message, messaging_product: undefined }, {}, 400, 100],
    ['no recipient', { ...message, to: undefined }, {}, 400, 131008],
    ['a recipient whose number asks for a refusal', { ...message, to: '49131026' }, {}, 400, 131026],
    ['one that asks for too many', { ...message, to: '49130429' }, {}, 429, 130429],
  ])('refuses %s as Meta does', async (_, sent, target, status, code) => {
    const answer = await send(sent, target);
    expect({ status: answer.status, code: answer.body.error?.code }).toEqual({ status, code });
    expect(graph.sent(10)).toEqual([]);
  });

  it('takes that a message was read, and makes no message of it', async () => {
    const { status } = await send({ messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.x' });
    expect({ status, sent: graph.sent(10) }).toEqual({ status: 200, sent: [] });
  });

  it('gives the newest first, and no more than asked for', async () => {
    for (const body of ['one', 'two', 'three']) await send({ ...message, text: { body } });
    expect(graph.sent(2).map((one) => one.text)).toEqual(['three', 'two']);
  });
});
