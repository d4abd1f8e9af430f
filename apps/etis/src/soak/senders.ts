import { createHmac, randomUUID } from 'node:crypto';
import { autodeskSignature, versionAddedBody } from '../demonstration/autodesk-sender.ts';
import type { SoakTenant, SoakWorld } from './world.ts';

/** One delivery as its sender posts it. `headers` are made anew for each try, as senders do that sign the time. */
export interface SoakDelivery {
  readonly source: 'autodesk' | 'whatsapp' | 'standard-webhooks' | 'cloudevents';
  readonly connection: string;
  /** The tenants whose lanes it concerns, one for each event that it holds. */
  readonly tenants: readonly string[];
  /** What its effects are known by: a document's name, or a message's id for each event. */
  readonly names: readonly string[];
  /** What it makes the platform send, by the subject of the mail or the text of the message. */
  readonly expects: 'nothing' | 'mail' | 'reply';
  readonly body: string;
  readonly headers: () => Record<string, string>;
}

/** The mix of a soak: mostly documents, some of which cause a mail; messages, one of which in three is answered; and what no product asked for. */
export function nextDelivery(world: SoakWorld, number: number, random: () => number): SoakDelivery {
  const tenant = pick(world.tenants, random);
  const share = random();
  if (share < 0.62) return autodesk(world, tenant, { number, mail: share < 0.05 });
  if (share < 0.82) return cloudEvent(tenant, number);
  if (share < 0.92) return standardWebhook(tenant, number);
  return whatsapp(world, { number, random });
}

function autodesk(world: SoakWorld, tenant: SoakTenant, { number, mail }: { number: number; mail: boolean }): SoakDelivery {
  const name = `autodesk-${number}.dwg`;
  const connection = world.autodesk[number % world.autodesk.length];
  if (connection === undefined) throw new Error('the world has no Autodesk connection');
  const place = { hub: tenant.hub, project: mail ? tenant.mailProject : tenant.project, projectName: mail ? 'mail' : 'plain' };
  const body = versionAddedBody({ tenant: place, name, version: 1 });
  return {
    source: 'autodesk',
    connection: connection.id,
    tenants: [tenant.id],
    names: [name],
    expects: mail ? 'mail' : 'nothing',
    body,
    headers: () => ({
      'content-type': 'application/json',
      'x-adsk-delivery-id': randomUUID(),
      'x-adsk-signature': autodeskSignature(body, connection.secret),
    }),
  };
}

function cloudEvent({ id, cloudevents }: SoakTenant, number: number): SoakDelivery {
  const name = `cloudevent-${number}.pdf`;
  const body = JSON.stringify({ name, version: '1', path: '/soak' });
  const binary = {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-id': randomUUID(),
    'ce-source': '/soak/documents',
    'ce-type': 'document.version.added',
    'ce-subject': name,
  };
  return {
    source: 'cloudevents',
    connection: cloudevents.id,
    tenants: [id],
    names: [name],
    expects: 'nothing',
    body,
    headers: () => ({ ...binary, authorization: `Bearer ${cloudevents.secret}` }),
  };
}

function standardWebhook({ id, webhooks }: SoakTenant, number: number): SoakDelivery {
  const body = JSON.stringify({ type: 'invoice.paid', timestamp: new Date().toISOString(), data: { number } });
  const message = `msg_${randomUUID()}`;
  const key = Buffer.from(webhooks.secret.replace(/^whsec_/, ''), 'base64');
  return {
    source: 'standard-webhooks',
    connection: webhooks.id,
    tenants: [id],
    names: [message],
    expects: 'nothing',
    body,
    headers() {
      const timestamp = `${Math.floor(Date.now() / 1_000)}`;
      const signature = createHmac('sha256', key).update(`${message}.${timestamp}.${body}`).digest('base64');
      return {
        'content-type': 'application/json',
        'webhook-id': message,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      };
    },
  };
}

/** One POST for up to three numbers, each of another tenant: it has to be split. Every message is from a person who never wrote before. */
function whatsapp(world: SoakWorld, { number, random }: { number: number; random: () => number }): SoakDelivery {
  const first = Math.floor(random() * world.tenants.length);
  const count = 1 + Math.floor(random() * 3);
  const tenants = Array.from({ length: count }, (_, n) => world.tenants[(first + n) % world.tenants.length] as SoakTenant);
  const reply = random() < 0.33;
  const names = tenants.map((_, n) => `wamid.soak-${number}-${n}`);
  const entry = tenants.map((tenant, n) => {
    const person = `4915${String(number * 3 + n).padStart(9, '0')}`;
    const message = {
      from: person,
      id: names[n],
      timestamp: `${Math.floor(Date.now() / 1_000)}`,
      type: 'text',
      text: { body: reply ? 'hello' : 'just so' },
    };
    const metadata = { display_phone_number: '4930000001', phone_number_id: tenant.whatsappNumber };
    const contacts = [{ profile: { name: 'Somebody' }, wa_id: person }];
    return {
      id: '900000000000001',
      changes: [{ field: 'messages', value: { messaging_product: 'whatsapp', metadata, contacts, messages: [message] } }],
    };
  });
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry });
  const signature = createHmac('sha256', world.whatsapp.secret).update(body).digest('hex');
  return {
    source: 'whatsapp',
    connection: world.whatsapp.id,
    tenants: tenants.map(({ id }) => id),
    names,
    expects: reply ? 'reply' : 'nothing',
    body,
    headers: () => ({ 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` }),
  };
}

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}
