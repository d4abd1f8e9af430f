import { createHmac, randomBytes } from 'node:crypto';
import { postDelivery } from './post-delivery.ts';
import type { DemonstrationTenant } from './tenants.ts';

/** A message as a person writes it to a business. */
export interface WrittenMessage {
  readonly tenant: Pick<DemonstrationTenant, 'whatsapp'>;
  readonly text: string;
}

/** A `messages` notification, shaped as the WhatsApp Business Platform sends it, and the id of the message in it. */
export function messageReceivedBody({ tenant, text }: WrittenMessage, at: Date = new Date()): { body: string; messageId: string } {
  const { number, person, personName } = tenant.whatsapp;
  const messageId = `wamid.${randomBytes(18).toString('base64url')}`;
  const value = {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: number, phone_number_id: number },
    contacts: [{ profile: { name: personName }, wa_id: person }],
    messages: [{ from: person, id: messageId, timestamp: String(Math.floor(at.getTime() / 1_000)), type: 'text', text: { body: text } }],
  };
  const body = JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: 'demonstration', changes: [{ field: 'messages', value }] }],
  });
  return { body, messageId };
}

/** `sha256=<hex HMAC-SHA256 of the body>`, as Meta signs. */
function metaSignature(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Posts a signed notification and returns the delivery's id. @throws ETIS_NOT_RUNNING, ETIS_DELIVERY_REFUSED */
export function notify(target: { url: string; connection: string; secret: string }, body: string): Promise<string> {
  return postDelivery(target, body, { 'x-hub-signature-256': metaSignature(body, target.secret) });
}
