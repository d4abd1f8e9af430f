import { createHmac } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { versionAdded } from '../sources/autodesk/callbacks.ts';
import { incoming, message, notification, status, statuses, value } from '../sources/whatsapp/notifications.ts';

/** Headers as the server sees them: names in lower case, several values of one name joined. */
export type SeenHeaders = Readonly<Record<string, string | undefined>>;

/** What one source's senders send when all is right, and how to tell whether a delivery is theirs, worked out apart from the product. */
export interface Specimen {
  readonly source: string;
  readonly secrets: readonly string[];
  /** Bodies as texts, each with the headers that say what it is. */
  readonly deliveries: readonly { readonly headers: OutgoingHttpHeaders; readonly body: string }[];
  sign(body: Buffer): Readonly<Record<string, string>>;
  /** Whether a holder of a secret has made this delivery. */
  isGenuine(headers: SeenHeaders, body: Buffer): boolean;
}

/** What the platform's clock says during all of it, in seconds. */
export const presentSeconds = 1_772_359_200;

const json = { 'content-type': 'application/json' };

function plainHmac(options: { source: string; header: string; prefix: string; algorithm: string; bodies: readonly unknown[] }): Specimen {
  const { source, header, prefix, algorithm } = options;
  const secrets = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'];
  const mac = (secret: string, body: Buffer) => prefix + createHmac(algorithm, secret).update(body).digest('hex');
  return {
    source,
    secrets,
    deliveries: options.bodies.map((body) => ({ headers: json, body: JSON.stringify(body) })),
    sign: (body) => ({ [header]: mac(secrets[0] ?? '', body) }),
    isGenuine: (headers, body) => secrets.some((secret) => headers[header] === mac(secret, body)),
  };
}

const autodesk = plainHmac({
  source: 'autodesk',
  header: 'x-adsk-signature',
  prefix: 'sha1hash=',
  algorithm: 'sha1',
  bodies: [
    versionAdded(),
    {
      version: '1.0',
      hook: { system: 'derivative', event: 'extraction.finished' },
      payload: { TimeStamp: 1_600_000_000_000, URN: 'dXJuOng' },
    },
    { specversion: '1.0', type: 'autodesk.data.pim:asset.created-1.0.0', source: 'urn:x', id: '1', data: { collectionurn: 'urn:c' } },
  ],
});

const whatsapp = plainHmac({
  source: 'whatsapp',
  header: 'x-hub-signature-256',
  prefix: 'sha256=',
  algorithm: 'sha256',
  bodies: [
    incoming(message(), message({ type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 'yes', title: 'Yes' } } })),
    incoming(
      message({ type: 'image', image: { id: '1', mime_type: 'image/jpeg', sha256: 'x', caption: 'door' }, context: { id: 'wamid.0' } }),
    ),
    statuses(status({ conversation: { id: 'c', origin: { type: 'utility' } }, pricing: { billable: true } }), status({ status: 'read' })),
    notification(
      'messages',
      value({ messages: [message({ type: 'edit', edit: { original_message_id: 'wamid.0', message: message() } })] }),
    ),
    notification('message_template_status_update', { event: 'APPROVED', message_template_id: 12345678 }, { time: presentSeconds }),
    notification('account_update', { event: 'PARTNER_ADDED', waba_info: { waba_id: 42 } }),
  ],
});

const symmetric = Buffer.alloc(32, 7);

function standardMac(id: string, time: string, body: Buffer): string {
  return `v1,${createHmac('sha256', symmetric).update(`${id}.${time}.`).update(body).digest('base64')}`;
}

const standardWebhooks: Specimen = {
  source: 'standard-webhooks',
  // The public key is one that nobody has the private key of.
  secrets: [`whsec_${symmetric.toString('base64')}`, `whpk_${Buffer.alloc(32, 9).toString('base64')}`],
  deliveries: [
    {
      headers: json,
      body: JSON.stringify({ type: 'invoice.paid', timestamp: '2026-03-01T10:00:00Z', data: { id: 'in_1', lines: [1, { a: null }] } }),
    },
    { headers: json, body: JSON.stringify({ type: 'user_created', data: 'x' }) },
  ],
  sign: (body) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(presentSeconds),
    'webhook-signature': standardMac('msg_1', String(presentSeconds), body),
  }),
  isGenuine(headers, body) {
    return ['webhook', 'svix'].some((prefix) => {
      const time = headers[`${prefix}-timestamp`] ?? '';
      const inTime = Math.abs(Number(time) - presentSeconds) <= 300;
      return inTime && (headers[`${prefix}-signature`] ?? '').split(' ').includes(standardMac(headers[`${prefix}-id`] ?? '', time, body));
    });
  },
};

const token = 'the-bearer-token-of-cloud-events';
const event = {
  specversion: '1.0',
  type: 'com.example.someevent',
  source: '/mycontext',
  id: '1',
  time: '2026-03-01T10:00:00Z',
  data: { a: [1] },
};

const cloudEvents: Specimen = {
  source: 'cloudevents',
  secrets: [token],
  deliveries: [
    {
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify({ ...event, subject: 'x', datacontenttype: 'application/json' }),
    },
    {
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify({ ...event, data: undefined, data_base64: 'eyJhIjoxfQ==' }),
    },
    { headers: { 'content-type': 'application/cloudevents-batch+json' }, body: JSON.stringify([event, { ...event, id: '2' }]) },
    {
      headers: {
        ...json,
        'ce-specversion': '1.0',
        'ce-type': 'com.example.someevent',
        'ce-id': '1',
        'ce-source': '/mycontext',
        'ce-subject': 'Euro%20%E2%82%AC',
        'ce-time': '2026-03-01T10:00:00Z',
      },
      body: '{"a":1}',
    },
  ],
  sign: () => ({ authorization: `Bearer ${token}` }),
  isGenuine: (headers) => /^bearer +(.*)$/i.exec(headers.authorization ?? '')?.[1] === token,
};

export const specimens: readonly Specimen[] = [autodesk, whatsapp, standardWebhooks, cloudEvents];
