import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';

/** Sends signed Standard Webhooks, several at a time, each as its own order. @throws where one was not accepted */
export async function sendWebhooks(to: {
  url: string;
  secret: string;
  tenants: readonly string[];
  count: number;
  atOnce: number;
  label: string;
}): Promise<void> {
  const key = Buffer.from(to.secret.slice('whsec_'.length), 'base64');
  const agent = new Agent({ keepAlive: true, maxSockets: to.atOnce });
  let next = 0;

  async function sender(): Promise<void> {
    while (next < to.count) {
      const number = next++;
      const body = JSON.stringify({
        type: 'order.placed',
        timestamp: new Date().toISOString(),
        data: { total: 11 + number, label: to.label },
      });
      const id = `${to.label}-${number}`;
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const signature = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signature,
      };
      const status = await post(`${to.url}/hooks/${to.tenants[number % to.tenants.length]}`, { agent, headers, body });
      if (status < 200 || status > 299) throw new Error(`a webhook was answered with ${status}`);
    }
  }

  try {
    await Promise.all(Array.from({ length: to.atOnce }, sender));
  } finally {
    agent.destroy();
  }
}

function post(url: string, given: { agent: Agent; headers: Record<string, string>; body: string }): Promise<number> {
  return new Promise((answered, failed) => {
    const { agent, headers, body } = given;
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => answered(response.statusCode ?? 0));
    });
    sent.on('error', failed);
    sent.end(body);
  });
}
